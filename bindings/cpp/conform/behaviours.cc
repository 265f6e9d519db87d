// conform behaviour.
#include "conform.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <malloc.h>
#include <map>
#include <poll.h>
#include <stdexcept>
#include <thread>
#include <unistd.h>

namespace {

const char *truth(bool holds) { return holds ? "true" : "false"; }

unsigned count(ipmon::monitor &m, const std::string &path) {
    unsigned packets = 0;
    read(m, "pull", path, [&](ipmon::packet) { packets++; });
    return packets;
}

void stop_in_the_callback(const std::string &path) {
    ipmon::monitor m;
    unsigned packets = 0;
    m.parse_file(path, [&](ipmon::packet) {
        return ++packets == 3 ? ipmon::flow::stop : ipmon::flow::go_on;
    });
    std::printf("{\"packets\":%u}\n", packets);
}

void early_break(const std::string &path) {
    ipmon::monitor m;
    unsigned first = 0;
    m.open_file(path);
    for ([[maybe_unused]] ipmon::packet p : m.packets())
        if (++first == 2)
            break;
    m.stop();
    std::printf("{\"first\":%u,\"second\":%u}\n", first, count(m, path));
}

void close_twice(const std::string &path) {
    ipmon::monitor m;
    count(m, path);
    m.close();
    m.close();
    bool refused = false;
    try {
        m.open_file(path);
    } catch (const ipmon::error &e) {
        refused = e.status() == IPMON_STATUS_BAD_HANDLE;
    }
    std::printf("{\"closed_twice\":true,\"refused\":%s}\n", truth(refused));
}

void a_failure(const std::string &path, const std::string &filter = "") {
    ipmon::monitor m;
    try {
        m.filter(filter);
        count(m, path);
        std::printf("{%s}\n", outcome(IPMON_STATUS_END, "").c_str());
    } catch (const ipmon::error &e) {
        std::printf("{%s}\n", outcome(e.status(), e.what()).c_str());
    }
}

void throw_in_the_callback(const std::string &path) {
    ipmon::monitor m;
    std::string thrown;
    unsigned packets = 0;
    try {
        m.parse_file(path, [&](ipmon::packet) {
            if (++packets == 2)
                throw std::runtime_error("mine");
        });
    } catch (const std::runtime_error &e) {
        thrown = e.what();
    }
    std::printf("{\"thrown\":%s,\"second\":%u}\n", in_quotes(thrown).c_str(), count(m, path));
}

void collector_stress(const std::string &path) {
    ipmon::monitor m;
    std::vector<std::vector<std::uint8_t>> kept;
    for (int i = 0; i < 10; i++)
        read(m, "pull", path, [&](ipmon::packet p) {
            kept.emplace_back(p.payload().begin(), p.payload().end());
        });
    auto hash = FNV_OF_NOTHING;
    for (const auto &payload : kept)
        hash = fnv(hash, {payload.data(), payload.size()});
    std::printf("{\"packets\":%zu,\"payload\":\"%08x\"}\n", kept.size(), hash);
}

long entries(const char *folder) {
    const std::filesystem::directory_iterator all(folder);
    return std::distance(begin(all), end(all));
}

long resident_bytes() {
    // What was freed and is kept for later does not count.
    malloc_trim(0);
    long size = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> size >> resident;
    return resident * sysconf(_SC_PAGESIZE);
}

void thousand_opens(const std::string &path) {
    long descriptors = 0, threads = 0, bytes = 0;
    for (int i = 0; i < 1010; i++) {
        if (i == 10) {
            descriptors = entries("/proc/self/fd");
            threads = entries("/proc/self/task");
            bytes = resident_bytes();
        }
        ipmon::monitor m;
        m.open_file(path);
        unsigned packets = 0;
        for ([[maybe_unused]] ipmon::packet p : m.packets()) {
            packets++;
            break;
        }
        if (packets != 1)
            throw std::runtime_error("no packet came");
    }
    std::printf("{\"descriptors\":%ld,\"threads\":%ld,\"flat\":%s}\n",
                entries("/proc/self/fd") - descriptors, entries("/proc/self/task") - threads,
                truth(resident_bytes() - bytes < 1 << 20));
}

// A loop that pulls, and a capture on the library's thread, in turn.
void silent_stop(const std::string &interface) {
    using clock = std::chrono::steady_clock;
    double slowest = 0;
    for (int i = 0; i < 20; i++) {
        ipmon::monitor m;
        m.local_host(interface);
        if (i % 2)
            m.start();
        else
            m.open_live();
        clock::time_point stopped;
        std::thread other([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
            stopped = clock::now();
            m.stop();
        });
        if (i % 2)
            m.wait();
        else
            for ([[maybe_unused]] ipmon::packet p : m.packets())
                continue;
        other.join();
        slowest = std::max(slowest, std::chrono::duration<double>(clock::now() - stopped).count());
    }
    std::fprintf(stderr, "%.3f\n", slowest * 1e3);
    std::printf("{\"stops\":20,\"within_50_ms\":%s}\n", truth(slowest <= 0.05));
}

void wait_for_the_descriptor(const std::string &interface, unsigned long wanted) {
    ipmon::monitor m;
    m.local_host(interface);
    m.open_live();
    std::puts("ready");
    std::fflush(stdout);
    std::vector<ipmon_packet> array(256);
    unsigned long packets = 0;
    pollfd waiting{m.fd(), POLLIN, 0};
    while (packets < wanted) {
        if (poll(&waiting, 1, -1) < 0)
            throw std::runtime_error("poll() failed");
        const auto batch = m.next_batch(array, std::chrono::milliseconds(0));
        if (!batch)
            throw std::runtime_error("the capture ended");
        packets += batch->size();
    }
    std::printf("{\"packets\":%lu}\n", wanted);
}

[[noreturn]] void exit_while_capturing(const std::string &interface) {
    ipmon::monitor m;
    std::atomic<unsigned> packets{0};
    m.on_packet([&](ipmon::packet) { packets++; }).local_host(interface);
    m.start();
    while (packets < 10)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::exit(7);
}

void another_abi() {
    bool refused = false;
    try {
        ipmon::monitor m;
    } catch (const ipmon::error &e) {
        refused = e.status() == IPMON_STATUS_UNSUPPORTED;
    }
    std::printf("{\"refused\":%s}\n", truth(refused));
}

} // namespace

bool behaviour_of_files(const arguments &words) {
    static const std::map<std::string, void (*)(const std::string &)> of_captures = {
        {"stop_in_the_callback", stop_in_the_callback},
        {"early_break", early_break},
        {"close_twice", close_twice},
        {"bad_filter", [](const std::string &path) { a_failure(path, "tcp port port"); }},
        {"throw_in_the_callback", throw_in_the_callback},
        {"collector_stress", collector_stress},
        {"thousand_opens", thousand_opens},
    };
    static const std::map<std::string, void (*)()> alone = {
        {"missing_file", [] { a_failure("no/such/file.pcap"); }},
        {"not_a_capture", [] { a_failure("Cargo.toml"); }},
        {"another_abi", another_abi},
    };
    const auto of_capture = of_captures.find(words[0]);
    const auto of_nothing = alone.find(words[0]);
    if (of_capture != of_captures.end() && words.size() == 2)
        of_capture->second(words[1]);
    else if (of_nothing != alone.end() && words.size() == 1)
        of_nothing->second();
    else
        return false;
    return true;
}

void behaviour_of_interfaces(const arguments &words) {
    if (words[0] == "silent_stop" && words.size() == 2)
        silent_stop(words[1]);
    else if (words[0] == "exit_while_capturing" && words.size() == 2)
        exit_while_capturing(words[1]);
    else if (words[0] == "wait_for_the_descriptor" && words.size() == 3 && std::atol(words[2].c_str()) > 0)
        wait_for_the_descriptor(words[1], std::strtoul(words[2].c_str(), nullptr, 10));
    else
        throw usage();
}
