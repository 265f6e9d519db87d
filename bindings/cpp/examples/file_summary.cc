// file_summary: what a capture file holds, by protocol and by pair of addresses.
//
//     file_summary FILE [FILTER]
#include <ipmon.hpp>

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace {

struct sum {
    std::uint64_t packets = 0, bytes = 0;

    void add(ipmon::packet p) {
        packets++;
        bytes += p->frame_wire_length;
    }
};

std::string protocol_name(unsigned number) {
    switch (number) {
    case 1: return "ICMP";
    case 2: return "IGMP";
    case 6: return "TCP";
    case 17: return "UDP";
    case 58: return "ICMPv6";
    case 132: return "SCTP";
    default: return "protocol " + std::to_string(number);
    }
}

// The largest first.
template <class Key>
void print(const char *title, const std::map<Key, sum> &sums, std::size_t most) {
    std::vector<std::pair<Key, sum>> rows(sums.begin(), sums.end());
    std::stable_sort(rows.begin(), rows.end(), [](const auto &a, const auto &b) {
        return a.second.bytes > b.second.bytes;
    });
    std::printf("%-48s %10s %14s\n", title, "packets", "bytes");
    for (std::size_t i = 0; i < rows.size() && i < most; i++) {
        std::printf("  %-46s %10llu %14llu\n", rows[i].first.c_str(),
                    static_cast<unsigned long long>(rows[i].second.packets),
                    static_cast<unsigned long long>(rows[i].second.bytes));
    }
}

} // namespace

int main(int argc, char **argv) try {
    if (argc < 2 || argc > 3) {
        std::fprintf(stderr, "usage: file_summary FILE [FILTER]\n");
        return 2;
    }
    ipmon::monitor m;
    if (argc == 3) {
        m.filter(argv[2]);
    }
    std::map<std::string, sum> protocols, pairs;
    ipmon::time_point first{}, last{};
    std::uint64_t packets = 0;
    m.parse_file(argv[1], [&](ipmon::packet p) {
        first = packets == 0 ? p.time() : std::min(first, p.time());
        last = packets == 0 ? p.time() : std::max(last, p.time());
        packets++;
        protocols[protocol_name(p.protocol())].add(p);
        pairs[std::string(p.source()).append(" > ").append(p.destination())].add(p);
    });
    const std::chrono::duration<double> span = last - first;
    std::printf("%llu IP packets in %.3f s\n\n", static_cast<unsigned long long>(packets),
                span.count());
    print("protocol", protocols, 20);
    std::printf("\n");
    print("from > to", pairs, 10);
    return 0;
} catch (const ipmon::error &e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
