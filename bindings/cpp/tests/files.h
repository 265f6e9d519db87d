// What the tests of C++ share.
#ifndef FILES_H
#define FILES_H

#include "capture.h"

#include <ipmon.hpp>

#include <optional>

// A capture of numbered datagrams, removed when the test that made it is left.
struct file : capture {
    explicit file(unsigned packets) { pcap_of_datagrams(this, packets); }
    ~file() { capture_remove(this); }
};

template <class F>
std::optional<ipmon::error> thrown_by(F f) {
    try {
        f();
    } catch (const ipmon::error &e) {
        return e;
    }
    return std::nullopt;
}

#endif
