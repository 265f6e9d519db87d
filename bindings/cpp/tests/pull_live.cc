// Live captures pulled from C++: times, the descriptor, and ends from other threads while
// the loop waits, and while it has a packet.
#include "net.h"

#include <ipmon.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <poll.h>
#include <thread>
#include <vector>

namespace {

using std::chrono::milliseconds;

void open(ipmon::monitor &m, const char *filter = "") {
    m.local_host("lo").filter(filter);
    m.open_live();
}

// No packet has this port.
constexpr const char *SILENCE = "udp port 9";

void loops_and_batches_see_the_traffic() {
    ipmon::monitor m;
    open(m);
    unsigned seen = 0;
    std::uint64_t last = 0;
    for (int i = 0; i < 10; i++)
        for (ipmon::packet p : m.packets()) {
            CHECK(p->frame_number > last);
            last = p->frame_number;
            CHECK(!p.source().empty());
            if (++seen % 50 == 0)
                break;
        }
    CHECK_EQ(seen, 500);
    std::vector<ipmon_packet> array(1000);
    for (int i = 0; i < 10; i++) {
        const auto batch = m.next_batch(array, milliseconds(1000));
        REQUIRE(batch);
        for (ipmon::packet p : *batch) {
            CHECK(p->frame_number > last);
            last = p->frame_number;
            CHECK(p.frame().data() == m.batch_bytes().data() + p->frame_offset);
        }
    }
    CHECK(m.stop());
    CHECK(!m.next_batch(array));
    CHECK(!m.at_end());
    check_ledger(m.handle());
    // Callbacks, on this thread.
    std::atomic<unsigned> called{0};
    const auto here = std::this_thread::get_id();
    m.on_packet([&](ipmon::packet) {
        called++;
        CHECK(std::this_thread::get_id() == here);
    });
    m.open_live();
    while (called < 100)
        CHECK(m.do_events(milliseconds(1000)) != ipmon::pulled::end);
    CHECK(m.active());
}

void silence_takes_the_time_it_was_given() {
    ipmon::monitor m;
    open(m, SILENCE);
    std::vector<ipmon_packet> array(10);
    const auto before = std::chrono::steady_clock::now();
    const auto batch = m.next_batch(array, milliseconds(30));
    CHECK(batch && batch->empty());
    CHECK(m.do_events(milliseconds(0)) == ipmon::pulled::time_over);
    CHECK(std::chrono::steady_clock::now() - before >= milliseconds(30));
}

// Ends `loop` on another thread; how long that took is bounded.
template <class End>
void ended_while_it_waits(ipmon::monitor &m, End end) {
    std::atomic<bool> waits{false};
    std::chrono::steady_clock::time_point before;
    std::thread other([&] {
        WAIT_UNTIL(waits.load(), 10);
        sleep_us(5000);
        before = std::chrono::steady_clock::now();
        end();
    });
    waits = true;
    for (ipmon::packet p : m.packets())
        CHECK(!p->frame_number);
    const auto took = std::chrono::steady_clock::now() - before;
    other.join();
    CHECK(instrumented() || took < milliseconds(50));
}

void a_waiting_loop_is_ended_by_other_threads() {
    for (int i = 0; i < rounds(10, 2); i++) {
        ipmon::monitor m;
        open(m, SILENCE);
        ended_while_it_waits(m, [&] { m.interrupt(); });
        ended_while_it_waits(m, [&] { m.interrupt(); });
        CHECK(!m.wait_for(milliseconds(0)));
        ended_while_it_waits(m, [&] { CHECK(m.stop()); });
        CHECK(m.wait_for(milliseconds(0)));
        m.open_live();
        ended_while_it_waits(m, [&] { m.close(); });
        CHECK(m.handle() == nullptr);
    }
}

// The memory of a live capture goes with it: a packet at hand has to outlast a stop.
void a_packet_at_hand_outlasts_a_stop_on_another_thread() {
    for (int i = 0; i < rounds(30, 4); i++) {
        auto m = std::make_unique<ipmon::monitor>();
        open(*m);
        ipmon_t *const handle = m->handle();
        auto range = m->packets();
        unsigned after = 0;
        std::uint64_t sum = 0;
        std::thread other;
        std::atomic<bool> asked{false};
        for (ipmon::packet p : range) {
            if (!other.joinable()) {
                other = std::thread([&] {
                    if (i % 2)
                        CHECK(!m->stop());
                    else
                        m.reset();
                    asked = true;
                });
                WAIT_UNTIL(asked.load(), 10);
                sleep_us(1000);
            } else {
                after++;
            }
            for (const auto byte : p.frame())
                sum += byte;
        }
        CHECK_EQ(after, 0);
        CHECK(sum > 0);
        other.join();
        int active = 0;
        if (i % 2) {
            CHECK(m->wait_for(milliseconds(0)));
            check_ledger(handle);
        } else {
            CHECK_STATUS(ipmon_get_active(handle, &active), BAD_HANDLE);
        }
    }
}

// Stops that come at any moment, and a loop that reads every byte it is given.
void stops_come_at_any_moment() {
    ipmon::monitor m;
    m.local_host("lo").filter("");
    for (int i = 0; i < rounds(60, 6); i++) {
        m.open_live();
        std::thread other([&m, i] {
            sleep_us(i * 97 % 3000);
            m.stop();
        });
        std::uint64_t sum = 0;
        for (ipmon::packet p : m.packets())
            for (const auto byte : p.frame())
                sum += byte;
        other.join();
        // Read, so that the bytes are.
        CHECK(sum != 1);
        CHECK(m.stop());
    }
}

void the_descriptor_tells_of_packets() {
    ipmon::monitor m;
    const int fd = m.fd();
    open(m);
    CHECK_EQ(m.fd(), fd);
    std::vector<ipmon_packet> array(64);
    std::size_t seen = 0;
    for (int i = 0; i < 1000 && seen < 200; i++) {
        pollfd p{fd, POLLIN, 0};
        CHECK_EQ(poll(&p, 1, 10000), 1);
        for (;;) {
            const auto batch = m.next_batch(array, milliseconds(0));
            REQUIRE(batch);
            if (batch->empty())
                break;
            seen += batch->size();
        }
    }
    CHECK(seen >= 200);
    m.stop();
    open(m, SILENCE);
    (void)m.next_batch(array, milliseconds(0));
    (void)m.next_batch(array, milliseconds(0));
    pollfd p{fd, POLLIN, 0};
    CHECK_EQ(poll(&p, 1, 20), 0);
}

} // namespace

int main() {
    watchdog(120);
    need_live();
    const pid_t traffic = loopback_traffic();
    loops_and_batches_see_the_traffic();
    silence_takes_the_time_it_was_given();
    a_waiting_loop_is_ended_by_other_threads();
    a_packet_at_hand_outlasts_a_stop_on_another_thread();
    stops_come_at_any_moment();
    the_descriptor_tells_of_packets();
    end_traffic(traffic);
    return verdict();
}
