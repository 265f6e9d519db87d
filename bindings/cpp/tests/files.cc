// Capture files from C++: lambdas, flow, exceptions, errors, moves and destruction.
#include "files.h"

#include <ipmon.hpp>

#include <algorithm>
#include <numeric>
#include <optional>
#if __has_include(<span>) && __cplusplus >= 202002L
#include <span>
#endif

namespace {

constexpr unsigned PACKETS = 50;

void a_lambda_sees_what_c_sees() {
    file capture(PACKETS);
    struct sums {
        std::uint64_t ports = 0, bytes = 0, texts = 0, packets = 0;
        std::uint64_t time = 0;
    } c, cpp;
    ipmon_t *m = new_monitor();
    CHECK_STATUS(ipmon_set_on_ip_packet(
                     m,
                     [](const ipmon_packet *p, void *user) {
                         auto &s = *static_cast<sums *>(user);
                         s.packets++;
                         s.ports += p->source_port + 3u * p->destination_port;
                         for (unsigned i = 0; i < p->payload_length; i++)
                             s.bytes += p->payload[i];
                         s.texts += strlen(p->source_address) + 100 * strlen(p->destination_address);
                         s.time += static_cast<std::uint64_t>(p->timestamp_ns);
                     },
                     &c),
                 OK);
    CHECK_STATUS(ipmon_parse_pcap_file(m, capture.path), OK);
    CHECK_STATUS(ipmon_free(m), OK);

    const auto add = [&cpp](ipmon::packet p) {
        cpp.packets++;
        cpp.ports += p.source_port() + 3u * p.destination_port();
        const auto payload = p.payload();
        cpp.bytes = std::accumulate(payload.begin(), payload.end(), cpp.bytes);
        cpp.texts += p.source().size() + 100 * p.destination().size();
        cpp.time += static_cast<std::uint64_t>(p.time().time_since_epoch().count());
        CHECK_EQ(p.source_ip().size(), 4);
        CHECK(p.frame().data() <= p.ip().data() && p.ip().end() <= p.frame().end());
        CHECK_EQ(p->ip_version, 4);
    };
    ipmon::monitor mine;
    CHECK(mine.parse_file(capture.path, add));
    CHECK_EQ(c.packets, PACKETS);
    CHECK_EQ(cpp.packets, c.packets);
    CHECK_EQ(cpp.ports, c.ports);
    CHECK_EQ(cpp.bytes, c.bytes);
    CHECK_EQ(cpp.texts, c.texts);
    CHECK_EQ(cpp.time, c.time);
    CHECK_EQ(mine.stats().delivered, PACKETS);

    // Set for good, it sees the same again; and not what a lambda of one parse sees.
    mine.on_packet(add);
    CHECK(mine.parse_file(capture.path));
    CHECK_EQ(cpp.packets, 2 * c.packets);
    unsigned others = 0;
    CHECK(mine.parse_file(capture.path, [&](ipmon::packet) { others++; }));
    CHECK_EQ(others, PACKETS);
    CHECK(mine.parse_file(capture.path));
    CHECK_EQ(cpp.packets, 3 * c.packets);
}

void stop_in_a_lambda_is_the_last_packet() {
    file capture(PACKETS);
    ipmon::monitor m;
    unsigned seen = 0;
    const auto third = [&](ipmon::packet) {
        return ++seen % 3 == 0 ? ipmon::flow::stop : ipmon::flow::go_on;
    };
    CHECK(!m.parse_file(capture.path, third));
    CHECK_EQ(seen, 3);
    m.on_packet(third);
    CHECK(!m.parse_file(capture.path));
    CHECK_EQ(seen, 6);
}

void an_exception_comes_out_of_the_parse() {
    file capture(PACKETS);
    ipmon::monitor m;
    for (int by_value = 0; by_value < 2; by_value++) {
        unsigned seen = 0;
        std::string caught;
        const auto throws = [&](ipmon::packet) {
            if (++seen == 7)
                throw std::logic_error("planted");
        };
        try {
            if (by_value) {
                m.on_packet(throws);
                m.parse_file(capture.path);
            } else {
                m.parse_file(capture.path, throws);
            }
        } catch (const std::logic_error &e) {
            caught = e.what();
        }
        CHECK_TEXT(caught.c_str(), "planted");
        CHECK_EQ(seen, 7);
        // It was thrown once, and the monitor goes on.
        CHECK(m.parse_file(capture.path, [&](ipmon::packet) { seen++; }));
        CHECK_EQ(seen, 7 + PACKETS);
    }
    // One from the callback of the last notice.
    bool caught = false;
    m.on_packet([](ipmon::packet) {});
    m.on_notice([](const ipmon::notice &) { throw 7; });
    try {
        m.parse_file(capture.path);
    } catch (int) {
        caught = true;
    }
    CHECK(caught);
}

void errors_say_what_to_do() {
    ipmon::monitor m;
    auto e = thrown_by([&] { m.parse_file("/no/such/file.pcap"); });
    CHECK(e && e->status() == IPMON_STATUS_NOT_FOUND);
    CHECK(e && std::string(e->what()).find("/no/such/file.pcap") != std::string::npos);
    e = thrown_by([&] { m.snap_length(0); });
    CHECK(e && e->status() == IPMON_STATUS_BAD_ARGUMENT && is_one_line(e->what()));
    e = thrown_by([&] { m.latency(std::chrono::microseconds(-1)); });
    CHECK(e && e->status() == IPMON_STATUS_BAD_ARGUMENT);
    file capture(PACKETS);
    e = thrown_by([&] {
        m.parse_file(capture.path, [&](ipmon::packet) { m.parse_file(capture.path); });
    });
    CHECK(e && e->status() == IPMON_STATUS_BUSY);
    e = thrown_by([&] {
        m.parse_file(capture.path, [&](ipmon::packet) { m.on_packet([](ipmon::packet) {}); });
    });
    CHECK(e && e->status() == IPMON_STATUS_BUSY);
    e = thrown_by([&] { m.parse_file(capture.path, [&](ipmon::packet) { m.start(); }); });
    CHECK(e && e->status() == IPMON_STATUS_BUSY);
#if defined(__cpp_lib_expected)
    const auto outcome = ipmon::attempt([&] { return m.parse_file("/no/such/file.pcap"); });
    CHECK(!outcome && outcome.error().status() == IPMON_STATUS_NOT_FOUND);
    CHECK(ipmon::attempt([&] { return m.parse_file(capture.path); }).value());
    CHECK(ipmon::attempt([&] { m.snap_length(100); }).has_value());
#endif
}

void options_are_what_they_were_set_to() {
    ipmon::monitor m;
    const std::string name(200, 'x');
    m.local_host("lo").direction(IPMON_DIRECTION_IN).promiscuous(false).snap_length(96);
    m.buffer_size(1 << 20).latency(std::chrono::milliseconds(5)).address_text(false);
    m.file_access(IPMON_FILE_ACCESS_MAP).accept_data(false).reopen(true).all_multicast(true);
    m.time_source(IPMON_TIME_SOURCE_ADAPTER);
    CHECK_TEXT(m.local_host().c_str(), "lo");
    CHECK_EQ(m.direction(), IPMON_DIRECTION_IN);
    CHECK(!m.promiscuous() && !m.address_text() && !m.accept_data());
    CHECK_EQ(m.time_source(), IPMON_TIME_SOURCE_ADAPTER);
    CHECK(m.reopen() && m.all_multicast());
    CHECK_EQ(m.snap_length(), 96);
    CHECK_EQ(m.buffer_size(), 1 << 20);
    CHECK_EQ(m.latency().count(), 5000);
    CHECK_EQ(m.file_access(), IPMON_FILE_ACCESS_MAP);
    if (have_filters()) {
        // Longer than the buffer that texts are read into first.
        std::string expression = "udp port 1";
        for (int i = 2; i < 40; i++)
            expression += " or udp port " + std::to_string(i);
        m.filter(expression);
        CHECK_TEXT(m.filter().c_str(), expression.c_str());
    }
    m.reset();
    CHECK_EQ(m.snap_length(), 262144);
    CHECK_TEXT(m.local_host().c_str(), "");
}

void a_monitor_moves_and_its_callbacks_with_it() {
    file capture(PACKETS);
    unsigned seen = 0;
    ipmon::monitor first;
    first.on_packet([&](ipmon::packet) { seen++; });
    ipmon_t *handle = first.handle();
    ipmon::monitor second(std::move(first));
    CHECK(second.handle() == handle);
    CHECK(second.parse_file(capture.path));
    CHECK_EQ(seen, PACKETS);
    ipmon::monitor third;
    ipmon_t *gone = third.handle();
    third = std::move(second);
    int active = 0;
    CHECK_STATUS(ipmon_get_active(gone, &active), BAD_HANDLE);
    CHECK(third.parse_file(capture.path));
    CHECK_EQ(seen, 2 * PACKETS);
}

void a_monitor_may_be_destroyed_in_its_callback() {
    file capture(PACKETS);
    for (int by_value = 0; by_value < 2; by_value++) {
        auto m = std::make_unique<ipmon::monitor>();
        ipmon_t *handle = m->handle();
        unsigned seen = 0;
        const auto destroy = [&](ipmon::packet p) {
            m.reset();
            seen++;
            CHECK_EQ(p->frame_number, 1);
        };
        if (by_value) {
            m->on_packet(destroy);
            CHECK(!m->parse_file(capture.path));
        } else {
            CHECK(!m->parse_file(capture.path, destroy));
        }
        CHECK_EQ(seen, 1);
        int active = 0;
        CHECK_STATUS(ipmon_get_active(handle, &active), BAD_HANDLE);
    }
}

void what_a_callback_holds_is_released() {
    const auto held = std::make_shared<int>(7);
    {
        ipmon::monitor m;
        m.on_packet([held](ipmon::packet) {});
        m.on_error([held](const ipmon::error_event &) {});
        m.on_notice([held](const ipmon::notice &) {});
        CHECK_EQ(held.use_count(), 4);
        m.on_packet([](ipmon::packet) {});
        CHECK_EQ(held.use_count(), 3);
    }
    CHECK_EQ(held.use_count(), 1);
}

void bytes_are_a_range() {
#if defined(__cpp_lib_span)
    const std::uint8_t some[] = {1, 2, 3};
    const std::span<const std::uint8_t> span = ipmon::bytes(some, 3);
    CHECK_EQ(span.size(), 3);
    CHECK(span.data() == some);
#endif
    CHECK(ipmon::bytes().empty());
}

} // namespace

int main() {
    watchdog(120);
    a_lambda_sees_what_c_sees();
    stop_in_a_lambda_is_the_last_packet();
    an_exception_comes_out_of_the_parse();
    errors_say_what_to_do();
    options_are_what_they_were_set_to();
    a_monitor_moves_and_its_callbacks_with_it();
    a_monitor_may_be_destroyed_in_its_callback();
    what_a_callback_holds_is_released();
    bytes_are_a_range();
    return verdict();
}
