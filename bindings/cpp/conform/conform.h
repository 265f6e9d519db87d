// What the parts of the C++ program share.
#ifndef CONFORM_H
#define CONFORM_H

#include <ipmon.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using arguments = std::vector<std::string>;

// Thrown for a command line that means nothing.
struct usage {};

constexpr std::uint32_t FNV_OF_NOTHING = 0x811c9dc5;

// The FNV-1a hash goes on over these bytes.
inline std::uint32_t fnv(std::uint32_t hash, ipmon::bytes bytes) {
    for (const auto byte : bytes)
        hash = (hash ^ byte) * 0x01000193;
    return hash;
}

// A text in quotes, as JSON has it.
std::string in_quotes(std::string_view text);
// "status":"NAME","text":"TEXT"
std::string outcome(ipmon_status status, std::string_view text);

// The commands; they print.
void run_case(const arguments &words);
void run_sum(const arguments &words);
// False: it is none of these.
bool behaviour_of_files(const arguments &words);
void behaviour_of_interfaces(const arguments &words);

// Calls f for every packet of a file.
template <class F>
void read(ipmon::monitor &m, const std::string &mode, const std::string &path, F f) {
    if (mode == "push") {
        m.parse_file(path, f);
    } else if (mode == "pull") {
        m.open_file(path);
        for (ipmon::packet p : m.packets())
            f(p);
    } else {
        throw usage();
    }
}

#endif
