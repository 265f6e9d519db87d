// Pulling from C++ ends: stops, moves, closes and exceptions, with a packet at hand.
#include "files.h"

#include <ipmon.hpp>

#include <optional>
#include <thread>
#include <vector>

namespace {

constexpr unsigned PACKETS = 1000;

void a_stop_in_the_loop_makes_the_packet_the_last() {
    file capture(PACKETS);
    ipmon::monitor m;
    for (int on_thread = 0; on_thread < 2; on_thread++) {
        m.open_file(capture.path);
        unsigned seen = 0, sum = 0;
        for (ipmon::packet p : m.packets()) {
            if (++seen == 3) {
                // It is over when the loop lets go of its packet, which is still good.
                if (on_thread)
                    std::thread([&] { CHECK(!m.stop()); }).join();
                else
                    CHECK(!m.stop());
                CHECK(!m.wait_for(std::chrono::milliseconds(0)));
            }
            for (const auto byte : p.frame())
                sum += byte;
            CHECK_TEXT(p->source_address, "10.0.0.1");
        }
        CHECK_EQ(seen, 3);
        CHECK(sum > 0);
        CHECK(!m.at_end());
        CHECK(m.wait_for(std::chrono::milliseconds(0)));
        CHECK(m.stop());
    }
    // An interrupt, and the loop can go on.
    m.open_file(capture.path);
    m.interrupt();
    unsigned seen = 0;
    for (int i = 0; i < 2; i++)
        for (ipmon::packet p : m.packets())
            CHECK_EQ(p->frame_number, ++seen);
    CHECK_EQ(seen, PACKETS);
    // A batch is out like a loop's.
    m.open_file(capture.path);
    std::vector<ipmon_packet> array(10);
    auto batch = m.next_batch(array);
    REQUIRE(batch);
    CHECK(!m.stop());
    const auto busy = thrown_by([&] { m.reset(); });
    CHECK(busy && busy->status() == IPMON_STATUS_BUSY);
    CHECK_EQ((*batch)[9].frame().size(), 64);
    CHECK_EQ((*batch)[9].frame()[0], 2);
    CHECK(!m.next_batch(array));
    batch.reset();
    m.reset();
}

void a_monitor_may_go_with_a_packet_at_hand() {
    file capture(PACKETS);
    for (int how = 0; how < 4; how++) {
        std::optional<ipmon::monitor> m(std::in_place), other;
        m->open_file(capture.path);
        ipmon_t *const handle = m->handle();
        unsigned seen = 0, sum = 0;
        for (ipmon::packet p : m->packets()) {
            if (++seen == 300) {
                if (how == 0)
                    other = std::move(*m);
                else if (how == 1)
                    m->close();
                else if (how == 2)
                    m.reset();
                else
                    std::thread([&] { m.reset(); }).join();
            }
            for (const auto byte : p.frame())
                sum += byte;
        }
        CHECK_EQ(seen, how == 0 ? PACKETS : 300);
        CHECK(sum > 0);
        int active = 0;
        CHECK_EQ(ipmon_get_active(handle, &active), how ? IPMON_STATUS_BAD_HANDLE : IPMON_STATUS_OK);
    }
    // A batch that outlives its monitor.
    std::vector<ipmon_packet> array(10);
    std::optional<ipmon::batch> batch;
    {
        ipmon::monitor m;
        m.open_file(capture.path);
        batch = m.next_batch(array);
    }
    REQUIRE(batch && batch->size() == 10);
    CHECK_EQ((*batch)[9].frame()[0], 2);
    ipmon::batch moved = std::move(*batch);
    CHECK(batch->empty());
    CHECK_EQ(moved.size(), 10);
}

void what_is_closed_or_moved_from_is_refused() {
    file capture(PACKETS);
    ipmon::monitor m;
    m.open_file(capture.path);
    ipmon_t *const handle = m.handle();
    m.close();
    m.close();
    CHECK_STATUS(ipmon_free(handle), BAD_HANDLE);
    ipmon::monitor moved;
    const ipmon::monitor to = std::move(moved);
    std::vector<ipmon_packet> array(10);
    for (auto *gone : {&m, &moved}) {
        CHECK(gone->handle() == nullptr);
        gone->interrupt();
        for (const auto &e : {
                 thrown_by([&] { gone->open_file(capture.path); }),
                 thrown_by([&] { gone->open_live(); }),
                 thrown_by([&] { gone->parse_file(capture.path); }),
                 thrown_by([&] { gone->packets(); }),
                 thrown_by([&] { (void)gone->next_batch(array); }),
                 thrown_by([&] { gone->do_events(); }),
                 thrown_by([&] { gone->batch_bytes(); }),
                 thrown_by([&] { gone->fd(); }),
                 thrown_by([&] { gone->at_end(); }),
                 thrown_by([&] { gone->start(); }),
                 thrown_by([&] { gone->stop(); }),
                 thrown_by([&] { gone->wait(); }),
                 thrown_by([&] { gone->reset(); }),
                 thrown_by([&] { gone->stats(); }),
                 thrown_by([&] { gone->filter("ip"); }),
                 thrown_by([&] { gone->filter(); }),
                 thrown_by([&] { gone->latency(); }),
                 thrown_by([&] { gone->on_packet([](ipmon::packet) {}); }),
                 thrown_by([&] { gone->on_notice({}); }),
             }) {
            CHECK(e && e->status() == IPMON_STATUS_BAD_HANDLE && is_one_line(e->what()));
        }
    }
    m = ipmon::monitor();
    m.open_file(capture.path);
}

template <class F>
int number_thrown_by(F f) {
    try {
        f();
    } catch (int number) {
        return number;
    }
    return 0;
}

void exceptions_come_out_of_what_pulls() {
    file capture(PACKETS);
    ipmon::monitor m;
    const auto loop = [&] {
        for (ipmon::packet p : m.packets())
            CHECK(p->frame_number);
    };
    // From the body: the loop was left.
    m.open_file(capture.path);
    CHECK_EQ(number_thrown_by([&] {
                 for (ipmon::packet p : m.packets())
                     if (p->frame_number == 5)
                         throw 5;
             }), 5);
    for (ipmon::packet p : m.packets()) {
        CHECK_EQ(p->frame_number, 6);
        break;
    }
    m.stop();
    // From the notice of the end, by whatever comes to it; and once.
    m.on_notice([](const ipmon::notice &n) {
        CHECK_EQ(n.code, IPMON_NOTICE_ENDED);
        throw 7;
    });
    std::vector<ipmon_packet> array(300);
    m.open_file(capture.path);
    CHECK_EQ(number_thrown_by(loop), 7);
    CHECK_EQ(number_thrown_by(loop), 0);
    m.open_file(capture.path);
    CHECK_EQ(number_thrown_by([&] {
                 while (m.next_batch(array)) {
                 }
             }), 7);
    m.open_file(capture.path);
    CHECK_EQ(number_thrown_by([&] { m.stop(); }), 7);
    m.open_file(capture.path);
    CHECK_EQ(number_thrown_by([&] {
                 for (ipmon::packet p : m.packets())
                     if (p->frame_number == 2)
                         m.stop();
             }), 7);
    m.open_file(capture.path);
    CHECK_EQ(number_thrown_by([&] { m.close(); }), 7);
    // From a callback for packets.
    m = ipmon::monitor();
    unsigned seen = 0;
    m.on_packet([&](ipmon::packet) {
        if (++seen == 9)
            throw 9;
    });
    m.open_file(capture.path);
    CHECK_EQ(number_thrown_by([&] { m.do_events(); }), 9);
    CHECK_EQ(seen, 9);
    CHECK(m.do_events() == ipmon::pulled::end);
    CHECK(!m.at_end());
    // A callback that wants no more.
    m.on_packet([&](ipmon::packet) { return ++seen == 20 ? ipmon::flow::stop : ipmon::flow::go_on; });
    m.open_file(capture.path);
    CHECK(m.do_events() == ipmon::pulled::end);
    CHECK_EQ(seen, 20);
}

} // namespace

int main() {
    watchdog(120);
    a_stop_in_the_loop_makes_the_packet_the_last();
    a_monitor_may_go_with_a_packet_at_hand();
    what_is_closed_or_moved_from_is_refused();
    exceptions_come_out_of_what_pulls();
    return verdict();
}
