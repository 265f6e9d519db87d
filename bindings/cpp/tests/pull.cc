// Capture files pulled from C++: loops, batches, events, and errors.
#include "files.h"

#include <ipmon.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>
// Older clangs cannot read the views of newer libstdc++.
#if __cplusplus >= 202002L && (!defined(__clang__) || __clang_major__ >= 16)
#define HAVE_RANGES
#include <ranges>
#include <span>
#endif

namespace {

// Several of the library's readings, and not a multiple of a batch.
constexpr unsigned PACKETS = 1000;

struct sums {
    std::uint64_t packets = 0, numbers = 0, bytes = 0, texts = 0;

    void add(ipmon::packet p) {
        packets++;
        numbers += p->frame_number * (p.source_port() + 3u * p.destination_port());
        for (const auto byte : p.frame())
            bytes = bytes * 31 + byte;
        texts += p.source().size() + 100 * p.destination().size();
    }
    friend bool operator==(const sums &a, const sums &b) {
        return a.packets == b.packets && a.numbers == b.numbers && a.bytes == b.bytes &&
               a.texts == b.texts;
    }
};

void every_way_gives_the_packets_of_a_parse() {
    file capture(PACKETS);
    ipmon::monitor m;
    sums parsed, looped, in_vectors, in_arrays, by_events;
    CHECK(m.parse_file(capture.path, [&](ipmon::packet p) { parsed.add(p); }));
    CHECK_EQ(parsed.packets, PACKETS);

    m.open_file(capture.path);
    for (ipmon::packet p : m.packets())
        looped.add(p);
    CHECK(looped == parsed);
    CHECK(m.at_end());
    CHECK_EQ(check_ledger(m.handle()).delivered, PACKETS);
    // The end stays the end.
    for (ipmon::packet p : m.packets())
        looped.add(p);
    CHECK_EQ(looped.packets, PACKETS);

    m.open_file(capture.path);
    CHECK(!m.at_end());
    std::vector<ipmon_packet> vector(77);
    while (const auto batch = m.next_batch(vector)) {
        CHECK(batch->size() <= 77 && !batch->empty());
        CHECK_EQ((*batch)[0]->frame_number, in_vectors.packets + 1);
        const auto base = m.batch_bytes();
        for (ipmon::packet p : *batch) {
            CHECK(p.frame().data() == base.data() + p->frame_offset);
            CHECK(p.payload().data() == base.data() + p->payload_offset);
            in_vectors.add(p);
        }
    }
    CHECK(in_vectors == parsed);

    m.open_file(capture.path);
    std::array<ipmon_packet, 3> array;
    std::optional<ipmon::batch> batch;
    while ((batch = m.next_batch(array, std::chrono::seconds(1))))
        std::for_each(batch->begin(), batch->end(), [&](ipmon::packet p) { in_arrays.add(p); });
    CHECK(in_arrays == parsed);

    m.on_packet([&](ipmon::packet p) { by_events.add(p); });
    m.open_file(capture.path);
    while (m.do_events() == ipmon::pulled::packets) {
    }
    CHECK(by_events == parsed);
    CHECK(m.at_end());
}

void a_loop_that_is_left_goes_on() {
    file capture(PACKETS);
    ipmon::monitor m;
    m.open_file(capture.path);
    unsigned next = 1;
    for (const unsigned end : {2u, 3u, 255u, 256u, 257u, 300u})
        for (ipmon::packet p : m.packets()) {
            CHECK_EQ(p->frame_number, next);
            if (next++ == end)
                break;
        }
    CHECK_EQ(next, 301);
    // What it left comes in batches too.
    std::array<ipmon_packet, 100> array;
    for (int i = 0; i < 5; i++) {
        const auto batch = m.next_batch(array);
        REQUIRE(batch);
        for (ipmon::packet p : *batch) {
            CHECK_EQ(p->frame_number, next);
            CHECK_EQ(p.source_port(), next++);
        }
    }
    // A range that nobody began takes nothing, and one may be moved.
    {
        auto unused = m.packets();
    }
    auto range = m.packets();
    CHECK_EQ((*range.begin())->frame_number, next++);
    auto moved = std::move(range);
    auto at = moved.begin();
    CHECK_EQ((*++at)->frame_number, next++);
    moved = m.packets();
    for (ipmon::packet p : moved)
        CHECK_EQ(p->frame_number, next++);
    CHECK_EQ(next, PACKETS + 1);

    // What a stop ended has no rest.
    m.open_file(capture.path);
    for (ipmon::packet p : m.packets())
        if (p->frame_number == 2)
            break;
    CHECK(m.stop());
    for (ipmon::packet p : m.packets())
        CHECK(!p->frame_number);
    m.open_file(capture.path);
    for (ipmon::packet p : m.packets()) {
        CHECK_EQ(p->frame_number, 1);
        break;
    }
}

void errors_come_behind_every_packet() {
    file capture(10);
    ipmon::monitor m;
    std::vector<ipmon_packet> array(3), none;
    const auto loop = [&] {
        unsigned seen = 0;
        for (ipmon::packet p : m.packets())
            CHECK_EQ(p->frame_number, ++seen);
        return seen;
    };
    auto e = thrown_by(loop);
    CHECK(e && e->status() == IPMON_STATUS_BAD_ARGUMENT);
    e = thrown_by([&] { m.open_file("/no/such/file.pcap"); });
    CHECK(e && e->status() == IPMON_STATUS_NOT_FOUND);
    CHECK(e && std::string(e->what()).find("/no/such/file.pcap") != std::string::npos);
    m.open_file(capture.path);
    e = thrown_by([&] { m.open_file(capture.path); });
    CHECK(e && e->status() == IPMON_STATUS_BUSY);
    e = thrown_by([&] { m.parse_file(capture.path); });
    CHECK(e && e->status() == IPMON_STATUS_BUSY);
    CHECK(thrown_by([&] { (void)m.next_batch(none); }));
    CHECK_EQ(loop(), 10);
    // Cut in its last record.
    REQUIRE(truncate(capture.path, capture.length - 5) == 0);
    m.open_file(capture.path);
    unsigned seen = 0;
    for (int i = 0; i < 2; i++) {
        e = thrown_by([&] {
            while (const auto batch = m.next_batch(array))
                seen += static_cast<unsigned>(batch->size());
        });
        CHECK(e && e->status() == IPMON_STATUS_TRUNCATED);
        CHECK_EQ(seen, 9);
    }
}

void ranges_are_those_of_the_language() {
#if defined(HAVE_RANGES)
    static_assert(std::ranges::input_range<ipmon::packet_range>);
    static_assert(std::ranges::input_range<const ipmon::batch>);
    file capture(PACKETS);
    ipmon::monitor m;
    m.open_file(capture.path);
    unsigned seen = 0;
    auto range = m.packets();
    for (ipmon::packet p : range | std::views::filter([](ipmon::packet p) { return p.source_port() % 2; })) {
        CHECK_EQ(p->frame_number, 2 * seen + 1);
        seen++;
    }
    CHECK_EQ(seen, PACKETS / 2);
    m.open_file(capture.path);
    std::vector<ipmon_packet> array(10);
    const auto batch = m.next_batch(std::span(array).first(4));
    REQUIRE(batch);
    const std::span<const ipmon_packet> span = *batch;
    CHECK_EQ(span.size(), 4);
    CHECK_EQ(span[3].source_port, 4);
#endif
}

} // namespace

int main() {
    watchdog(120);
    every_way_gives_the_packets_of_a_parse();
    a_loop_that_is_left_goes_on();
    errors_come_behind_every_packet();
    ranges_are_those_of_the_language();
    return verdict();
}
