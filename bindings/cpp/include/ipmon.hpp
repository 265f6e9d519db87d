// ipmon for C++17 and later: this header and those in ipmon/ that it includes, on top of
// ipmon.h and libipmon.
//
//   ipmon::monitor m;
//   m.on_packet([](ipmon::packet p) { std::cout << p.source() << '\n'; });
//   m.parse_file("capture.pcap");
//
//   m.open_file("capture.pcap");
//   for (ipmon::packet p : m.packets()) std::cout << p.source() << '\n';
//
// What ipmon.h says of threads, of stopping and of ownership holds here. What is
// different:
//
// Errors      A call that fails throws ipmon::error, which has the status and the
//             line of text that says what to do. ipmon::attempt() gives them as
//             std::expected, where the compiler has it.
// Exceptions  What a callback throws ends the run: the current packet is the last.
//             It is kept, and thrown by the call that waits for the end: run(),
//             wait(), stop(), close(), parse_file(), and all that pulls. A second
//             one before that is lost.
// Ownership   A monitor is moved, not copied. It may be destroyed anywhere, inside
//             its own callbacks too; what its callbacks hold is released when the
//             last of them has returned. The destructor waits as ipmon_free() does.
// Views       ipmon::packet and what it gives (texts, bytes) point into the library:
//             they are good until the callback returns, or until the next step of a
//             loop over packets(), or, of next_batch(), as long as the batch is not
//             destroyed and nothing further was pulled. A stop, a close and the
//             destructor, on any thread, do not wait for such packets: they return,
//             and the run (and the monitor) ends when the packets are back.

#ifndef IPMON_HPP
#define IPMON_HPP

#include <ipmon/error.hpp>
#include <ipmon/monitor.hpp>
#include <ipmon/packet.hpp>
#include <ipmon/pull.hpp>

#endif
