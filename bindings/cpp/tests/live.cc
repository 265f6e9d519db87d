// Live captures from C++: run, stop, exceptions and destruction on the capture's thread.
#include "net.h"

#include <ipmon.hpp>

#include <atomic>
#include <memory>
#include <thread>

namespace {

void on_loopback(ipmon::monitor &m) { m.local_host("lo").filter(""); }

void run_ends_with_the_callbacks_wish() {
    ipmon::monitor m;
    on_loopback(m);
    std::atomic<unsigned> seen{0};
    m.on_packet([&](ipmon::packet) {
        return ++seen == 20 ? ipmon::flow::stop : ipmon::flow::go_on;
    });
    m.run();
    CHECK_EQ(seen.load(), 20);
    CHECK(!m.active());
    // And again, in the same monitor.
    seen = 0;
    m.run();
    CHECK_EQ(seen.load(), 20);
}

void an_exception_comes_out_of_run_and_stop() {
    ipmon::monitor m;
    on_loopback(m);
    std::atomic<unsigned> seen{0};
    m.on_packet([&](ipmon::packet) {
        if (++seen == 5)
            throw std::logic_error("planted");
    });
    for (int stopped = 0; stopped < 2; stopped++) {
        std::string caught;
        seen = 0;
        try {
            if (stopped) {
                m.start();
                WAIT_UNTIL(seen == 5, 10);
                m.stop();
            } else {
                m.run();
            }
        } catch (const std::logic_error &e) {
            caught = e.what();
        }
        CHECK_TEXT(caught.c_str(), "planted");
        CHECK_EQ(seen.load(), 5);
    }
}

void a_failure_comes_out_of_start() {
    ipmon::monitor m;
    m.local_host("no-such-if");
    const auto held = std::make_shared<int>(7);
    m.on_packet([held](ipmon::packet) {});
    for (int i = 0; i < 3; i++) {
        ipmon_status status = IPMON_STATUS_OK;
        std::string text;
        try {
            m.run();
        } catch (const ipmon::error &e) {
            status = e.status();
            text = e.what();
        }
        CHECK_STATUS(status, NO_DEVICE);
        CHECK(text.find("no-such-if") != std::string::npos);
    }
    {
        const auto dying = std::move(m);
    }
    CHECK_EQ(held.use_count(), 1);
}

void a_silent_capture_stops_at_once() {
    ipmon::monitor m;
    on_loopback(m);
    m.filter("udp port 9");
    m.on_packet([](ipmon::packet) {});
    for (int i = 0; i < rounds(20, 3); i++) {
        m.start();
        CHECK(m.active());
        CHECK(!m.wait_for(std::chrono::milliseconds(1)));
        const auto before = std::chrono::steady_clock::now();
        CHECK(m.stop());
        const auto took = std::chrono::steady_clock::now() - before;
        CHECK(slow() || took < std::chrono::milliseconds(50));
    }
    // wait() is ended by an interrupt, and the capture goes on.
    m.start();
    std::thread other([&] { m.interrupt(); });
    m.wait();
    other.join();
    CHECK(m.active());
}

void a_monitor_may_be_destroyed_on_the_capture_thread() {
    for (int i = 0; i < rounds(20, 3); i++) {
        const auto held = std::make_shared<std::atomic<unsigned>>(0);
        auto m = std::make_unique<ipmon::monitor>();
        on_loopback(*m);
        m->on_packet([held, &m](ipmon::packet) {
            m.reset();
            ++*held;
        });
        auto *raw = m.get();
        raw->start();
        // The callback, and what it holds, live until it has returned, and no longer.
        WAIT_UNTIL(held.use_count() == 1, 10);
        CHECK_EQ(held->load(), 1);
        CHECK(m == nullptr);
    }
}

void a_monitor_is_destroyed_while_it_captures() {
    for (int i = 0; i < rounds(50, 3); i++) {
        const auto held = std::make_shared<std::atomic<unsigned>>(0);
        {
            ipmon::monitor m;
            on_loopback(m);
            m.on_packet([held](ipmon::packet) { ++*held; });
            m.start();
            if (i % 2)
                WAIT_UNTIL(held->load() > 0, 10);
        }
        const auto before = held->load();
        CHECK_EQ(held.use_count(), 1);
        sleep_us(500);
        CHECK_EQ(held->load(), before);
    }
}

} // namespace

int main() {
    watchdog(120);
    need_live();
    const pid_t traffic = loopback_traffic();
    run_ends_with_the_callbacks_wish();
    an_exception_comes_out_of_run_and_stop();
    a_failure_comes_out_of_start();
    a_silent_capture_stops_at_once();
    a_monitor_may_be_destroyed_on_the_capture_thread();
    a_monitor_is_destroyed_while_it_captures();
    end_traffic(traffic);
    return verdict();
}
