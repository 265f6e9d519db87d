// raii: the addresses that send most, of a capture file or an interface.
//
//     c++ -std=c++17 -o raii raii.cpp -lipmon
//     raii FILE               - is standard input
//     raii INTERFACE SECONDS  live, for that long
//
// A monitor that closes itself, a loop over its packets, batches with a time to wait,
// failures as exceptions.
#include <ipmon.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace {

class senders {
public:
    // What a packet gives is good for one step of the loop, so the text is copied, once
    // for each address.
    void add(ipmon::packet p) {
        auto at = all_.find(p.source());
        if (at == all_.end())
            at = all_.emplace(p.source(), sent()).first;
        at->second.packets++;
        at->second.bytes += p->frame_wire_length;
    }

    void print(std::size_t most) const {
        std::vector<std::pair<std::string, sent>> rows(all_.begin(), all_.end());
        std::stable_sort(rows.begin(), rows.end(), [](const auto &one, const auto &other) {
            return one.second.bytes > other.second.bytes;
        });
        rows.resize(std::min(rows.size(), most));
        for (const auto &[address, s] : rows)
            std::printf("%-40s%8llu packets%12llu bytes\n", address.c_str(), s.packets, s.bytes);
    }

private:
    struct sent {
        unsigned long long packets = 0, bytes = 0;
    };
    std::map<std::string, sent, std::less<>> all_;
};

void read_file(ipmon::monitor &m, const char *path, senders &all) {
    m.open_file(path);
    for (ipmon::packet p : m.packets())
        all.add(p);
}

void watch(ipmon::monitor &m, const char *interface, int seconds, senders &all) {
    using std::chrono::milliseconds;
    using clock = std::chrono::steady_clock;
    const auto end = clock::now() + std::chrono::seconds(seconds);
    std::array<ipmon_packet, 256> array;
    m.local_host(interface).open_live();
    for (auto left = end - clock::now(); left > clock::duration::zero(); left = end - clock::now()) {
        const auto batch = m.next_batch(array, std::chrono::ceil<milliseconds>(left));
        if (!batch)
            break;
        for (ipmon::packet p : *batch)
            all.add(p);
    }
}

} // namespace

int main(int argc, char **argv) try {
    if (argc < 2 || argc > 3) {
        std::fputs("usage: raii FILE, or raii INTERFACE SECONDS\n", stderr);
        return 2;
    }
    ipmon::monitor m;
    senders all;
    if (argc == 2)
        read_file(m, argv[1], all);
    else
        watch(m, argv[1], std::atoi(argv[2]), all);
    all.print(5);
    return 0;
} catch (const ipmon::error &e) {
    std::fprintf(stderr, "raii: %s\n", e.what());
    return 1;
}
