/*
 * ipmon: one parsed event per IP packet, from an interface or a capture file.
 *
 * A monitor is made with ipmon_new(), told what to do with ipmon_set_...(), and
 * then either watches an interface, ipmon_set_active(m, 1), or reads a capture
 * file, ipmon_parse_pcap_file(m, path). For every IP packet it calls the function
 * that was set with ipmon_set_on_ip_packet(). ipmon_free() ends it.
 *
 * Or nothing calls back: ipmon_open_live() and ipmon_open_pcap_file() open, and
 * ipmon_next_batch() takes packets out when the program asks, on its own thread.
 *
 * What follows holds for every function, so that each only says what is its own.
 *
 * Statuses
 *   A function that can fail returns ipmon_status: IPMON_STATUS_OK is 0, every
 *   failure is negative. (ipmon_new() returns NULL instead.) Outputs are written
 *   only on success, but for two: a text that does not fit is cut, and the number
 *   that is needed is told. ipmon_last_error() has one line about a monitor's
 *   newest failure: what happened and, where there is one, what to do. PANIC can
 *   come from every function: a bug in this library, which went no further. The
 *   call may have done its work in part; the monitor can be used and freed as
 *   before. "Returns" leaves PANIC, and IPMON_STATUS_ of the names, out.
 *
 * Arguments
 *   Every pointer is checked: NULL_ARGUMENT where NULL has no meaning of its own.
 *   A handle is a number in the guise of a pointer: one that was freed, or never
 *   was a monitor, is BAD_HANDLE, never undefined behaviour. Numbers out of range
 *   are BAD_ARGUMENT. Booleans are 0 and not 0. Texts end with NUL; those that the
 *   library makes are UTF-8. Times to wait are milliseconds, -1 for ever.
 *
 * Threads
 *   Every function may be called from any thread at any time, on one monitor from
 *   several threads too. A live capture has a thread of its own, named "ipmon",
 *   on which its callbacks run and every signal is blocked; a file is read on the
 *   thread that asks for it. The callbacks of one monitor never overlap.
 *
 * One thing at a time
 *   A monitor has one run at a time: a live capture, or a file. While it runs,
 *   or is open, another start, parse or open is BUSY, and so are the setters, but for
 *   ipmon_set_accept_data() and the removal of a callback. Counters and
 *   frame_number begin anew with every run.
 *
 * Stopping
 *   When ipmon_set_active(m, 0) or ipmon_free(m) returns OK, no callback of that
 *   monitor is running and none will start. Inside a callback they never wait: on
 *   the callback's own monitor the current packet is the last, and only
 *   IPMON_NOTICE_ENDED follows; on another monitor that runs they return PENDING,
 *   and ipmon_wait() tells when it is over. A run's last callback is the notice
 *   IPMON_NOTICE_ENDED: user data may be released in it. No combination of calls
 *   on any threads deadlocks.
 *
 * Ownership
 *   What the library hands to a callback is borrowed until the callback returns.
 *   What the caller passes is borrowed until the function returns; user_data is
 *   never looked into. Monitors are owned, and freed with ipmon_free(); so are
 *   Arrow streams and what comes out of them, and released as Arrow has it.
 *
 * Callbacks
 *   They must return. A C++ exception that leaves one, or pthread_exit() in one,
 *   ends the program: abort(), after a line on standard error. A longjmp() must not
 *   leave them. They may call every function here ("From a callback" says what is
 *   different there).
 *
 * Cancellation
 *   A thread is not cancelled inside a function of this library, nor in a callback that
 *   it calls, nor is a capture's own: pthread_cancel() takes effect at the thread's next
 *   cancellation point behind the call. ipmon_interrupt() is what ends a call that waits.
 *
 * The process
 *   Captures are stopped at exit(), before the statics go that were there at the
 *   first start, and none starts any more; callbacks that do not return are waited
 *   for up to 2 s. In a child made by fork() every call that could fail is FORKED,
 *   but for ipmon_free(), and ipmon_new() returns NULL; a child that was forked
 *   inside a callback must not return from it; after exec() everything is as new.
 *   The library stays loaded once it was: dlclose() leaves it there.
 *   The environment: IPMON_LIVE=libpcap or =ring has the one or the other capture,
 *   for comparison, and any other value is BAD_ARGUMENT at a start; without it that
 *   is the library's own ring, and libpcap for the kinds of interfaces that this does
 *   not open. IPMON_LIBPCAP is the file of the libpcap to load; without it the
 *   system's is looked for. Programs with a setuid bit or capabilities of their file
 *   pass over it.
 *
 * Versions
 *   Numbers are never reused, structs only grow at their end, functions are never
 *   taken away. A struct begins with struct_size: IPMON_HAS(packet, field) asks
 *   whether the library that runs is new enough to have a field. Functions that
 *   fill a struct of the caller's take its sizeof.
 */


#ifndef IPMON_H
#define IPMON_H

/* Generated from src/ffi by the build; change it there. */

#include <stddef.h>
#include <stdint.h>

/* The version of this header; ipmon_version() has the library's. */
#define IPMON_VERSION "0.1.0"
#define IPMON_VERSION_MAJOR 0
#define IPMON_VERSION_MINOR 1
#define IPMON_VERSION_PATCH 0

/* Imports the functions where the compiler needs to be told. */
#ifndef IPMON_API
#if defined(_WIN32) && !defined(IPMON_STATIC)
#define IPMON_API __declspec(dllimport)
#else
#define IPMON_API
#endif
#endif

/* Warns when a result that must not be lost is thrown away. */
#ifndef IPMON_NODISCARD
#if defined(__GNUC__) || defined(__clang__)
#define IPMON_NODISCARD __attribute__((warn_unused_result))
#else
#define IPMON_NODISCARD
#endif
#endif

/* Whether the library that filled *object has the field: objects begin with
 * struct_size. */
#define IPMON_HAS(object, field)                                                 \
    ((size_t)((const char *)(&(object)->field + 1) - (const char *)(object)) <=  \
     (size_t)(object)->struct_size)

/* Of the Arrow C stream interface; whole at the end of this header. */
struct ArrowArrayStream;


/**
 * The version of the ABI: it grows when something is added to it. What it
 * had is never changed or taken away. Compare it with `ipmon_abi_version()`
 * to learn whether the library that was loaded is older than this header.
 */
#define IPMON_ABI_VERSION 1

/**
 * The call did what it was asked to do.
 */
#define IPMON_STATUS_OK 0

/**
 * A pointer that must not be NULL is NULL.
 */
#define IPMON_STATUS_NULL_ARGUMENT (-1)

/**
 * An argument has a value that means nothing here; the error text gives the
 * limits. So has a struct's size below that of the struct's first version, or
 * above 65,536.
 */
#define IPMON_STATUS_BAD_ARGUMENT (-2)

/**
 * The handle names no monitor: it was freed, or never was one.
 */
#define IPMON_STATUS_BAD_HANDLE (-3)

/**
 * A buffer or an array of the caller's is too small.
 */
#define IPMON_STATUS_BAD_SIZE (-4)

/**
 * The monitor does something else: stop it or wait for it first.
 */
#define IPMON_STATUS_BUSY (-5)

/**
 * Asked for, and not over yet: a callback cannot wait. `ipmon_wait()`
 * tells when.
 */
#define IPMON_STATUS_PENDING (-6)

/**
 * A stop, a free or `ipmon_interrupt()` ended the call.
 */
#define IPMON_STATUS_INTERRUPTED (-7)

/**
 * The time that the caller gave is over.
 */
#define IPMON_STATUS_TIMEOUT (-8)

/**
 * There are no further packets.
 */
#define IPMON_STATUS_END (-9)

/**
 * Not enough memory.
 */
#define IPMON_STATUS_NO_MEMORY (-10)

/**
 * The operating system does not allow it; the error text names the
 * command that grants it.
 */
#define IPMON_STATUS_NO_PERMISSION (-11)

/**
 * No interface has that name or address; the error text lists those that
 * there are.
 */
#define IPMON_STATUS_NO_DEVICE (-12)

/**
 * The interface is down.
 */
#define IPMON_STATUS_DEVICE_DOWN (-13)

/**
 * The interface was removed during the capture.
 */
#define IPMON_STATUS_DEVICE_GONE (-14)

/**
 * libpcap is needed for this and is not installed; the error text names
 * the package.
 */
#define IPMON_STATUS_NO_LIBPCAP (-15)

/**
 * The filter expression is wrong; the error text says why.
 */
#define IPMON_STATUS_BAD_FILTER (-16)

/**
 * The filter expression is beyond the limits.
 */
#define IPMON_STATUS_FILTER_TOO_COMPLEX (-17)

/**
 * There is no such file.
 */
#define IPMON_STATUS_NOT_FOUND (-18)

/**
 * Reading the file failed.
 */
#define IPMON_STATUS_IO (-19)

/**
 * The file is no capture file.
 */
#define IPMON_STATUS_NOT_A_CAPTURE (-20)

/**
 * The file ends in the middle of a record. Every packet before it was
 * delivered.
 */
#define IPMON_STATUS_TRUNCATED (-21)

/**
 * The file contradicts its format. Every packet before that place was
 * delivered.
 */
#define IPMON_STATUS_MALFORMED (-22)

/**
 * The file is of a version or kind that is not read; or the interface cannot do what an
 * option asks of it.
 */
#define IPMON_STATUS_UNSUPPORTED (-23)

/**
 * The process was forked after the library was used in it: in the child, a
 * monitor can only be freed.
 */
#define IPMON_STATUS_FORKED (-24)

/**
 * A bug in this library, which was contained. Please report it.
 */
#define IPMON_STATUS_PANIC (-25)

/**
 * The operating system failed in another way; see the error text.
 */
#define IPMON_STATUS_SYSTEM (-26)

/**
 * Which way a packet went is not known, or does not matter.
 */
#define IPMON_DIRECTION_ANY 0

/**
 * Received by the interface.
 */
#define IPMON_DIRECTION_IN 1

/**
 * Sent by the interface.
 */
#define IPMON_DIRECTION_OUT 2

/**
 * The capture holds less of the packet than its header announces.
 */
#define IPMON_NOTE_TRUNCATED (1 << 0)

/**
 * A fragment: more fragments follow, or its offset is not 0.
 */
#define IPMON_NOTE_FRAGMENT (1 << 1)

/**
 * Bytes behind the packet (padding or a trailer of the link layer) were left
 * out.
 */
#define IPMON_NOTE_PADDING (1 << 2)

/**
 * The header states a length of 0 (segmentation offload); the packet runs to
 * the end of what was captured.
 */
#define IPMON_NOTE_LENGTH_ZERO (1 << 3)

/**
 * An IPv6 extension header is not wholly there; `ip_protocol` is its number
 * and the payload begins with it.
 */
#define IPMON_NOTE_EXTENSION_TRUNCATED (1 << 4)

/**
 * The time does not fit 64-bit nanoseconds; both time fields hold the nearest
 * that does.
 */
#define IPMON_NOTE_TIME_OUT_OF_RANGE (1 << 5)

/**
 * The file holds no time for this packet; both time fields are 0.
 */
#define IPMON_NOTE_NO_TIME (1 << 6)

/**
 * The kernel handed over a packet that segmentation offload will cut, or has
 * joined; its length may be above what the wire carries.
 */
#define IPMON_NOTE_OFFLOADED (1 << 7)

/**
 * The checksum of TCP or UDP was not there yet when the packet was captured: the
 * network card, or nobody between two virtual interfaces, fills it in. It is no sign
 * of damage. Live captures alone.
 */
#define IPMON_NOTE_CHECKSUM_NOT_READY (1 << 8)

/**
 * The run is over, with its status; the last callback of every run. User data
 * that only callbacks use may be released when it returns. A start or a parse
 * that fails before it runs (no such interface, no such file) is no run: its
 * status says it all.
 */
#define IPMON_NOTICE_ENDED 1

/**
 * The kernel had no room for `count` frames: the callback is too slow for the
 * traffic, or `buffer_size` too small. It comes where they are missing, as
 * closely as the kernel tells: behind the packets that had arrived before them,
 * and in front of those that arrived after them.
 */
#define IPMON_NOTICE_GAP 2

/**
 * The filter expression means nothing for a link type of the file, and so
 * matches none of its frames. Told once for each link type.
 */
#define IPMON_NOTICE_FILTER_NOT_APPLICABLE 3

/**
 * The interface of a live capture was switched off. The capture goes on, and sees
 * packets again when it is switched on. The text of this notice and of those that
 * follow names the interface; a capture of `"any"` tells them of every interface.
 * They come within a quarter of a second.
 */
#define IPMON_NOTICE_DEVICE_DOWN 4

/**
 * The interface was switched on.
 */
#define IPMON_NOTICE_DEVICE_UP 5

/**
 * The interface has another name; the text has both. The capture goes on.
 */
#define IPMON_NOTICE_DEVICE_RENAMED 6

/**
 * The interface is gone, or was moved to another network namespace. An interface
 * that is up goes down first. The capture of one interface ends with it, with
 * `IPMON_STATUS_DEVICE_GONE`, unless `ipmon_set_reopen()` has it wait for the next.
 */
#define IPMON_NOTICE_DEVICE_REMOVED 7

/**
 * The interface has another link-layer (MAC) address.
 */
#define IPMON_NOTICE_DEVICE_ADDRESS 8

/**
 * The interface has another link type; a new start captures with it.
 */
#define IPMON_NOTICE_DEVICE_LINK_TYPE 9

/**
 * An interface of the name that was removed is there and up, and is captured:
 * what `ipmon_set_reopen()` asked for.
 */
#define IPMON_NOTICE_DEVICE_AGAIN 10

/**
 * Files are read into a buffer of the library.
 */
#define IPMON_FILE_ACCESS_READ 0

/**
 * Files are mapped into memory.
 */
#define IPMON_FILE_ACCESS_MAP 1

/**
 * The system's clock stamps packets, as the kernel takes them in.
 */
#define IPMON_TIME_SOURCE_HOST 0

/**
 * The adapter's own clock stamps packets, as they pass it.
 */
#define IPMON_TIME_SOURCE_ADAPTER 1

/**
 * `frame_number`, uint64.
 */
#define IPMON_COLUMN_FRAME_NUMBER (1 << 0)

/**
 * `timestamp`, of type timestamp in nanoseconds, UTC: the field `timestamp_ns`.
 */
#define IPMON_COLUMN_TIMESTAMP (1 << 1)

/**
 * `interface_index`, uint32.
 */
#define IPMON_COLUMN_INTERFACE_INDEX (1 << 2)

/**
 * `direction`, uint8.
 */
#define IPMON_COLUMN_DIRECTION (1 << 3)

/**
 * `link_type`, uint32.
 */
#define IPMON_COLUMN_LINK_TYPE (1 << 4)

/**
 * `frame_length`, uint32.
 */
#define IPMON_COLUMN_FRAME_LENGTH (1 << 5)

/**
 * `frame_wire_length`, uint32.
 */
#define IPMON_COLUMN_FRAME_WIRE_LENGTH (1 << 6)

/**
 * `ip_version`, uint8.
 */
#define IPMON_COLUMN_IP_VERSION (1 << 7)

/**
 * `source_address`, utf8.
 */
#define IPMON_COLUMN_SOURCE_ADDRESS (1 << 8)

/**
 * `source_port`, uint16.
 */
#define IPMON_COLUMN_SOURCE_PORT (1 << 9)

/**
 * `destination_address`, utf8.
 */
#define IPMON_COLUMN_DESTINATION_ADDRESS (1 << 10)

/**
 * `destination_port`, uint16.
 */
#define IPMON_COLUMN_DESTINATION_PORT (1 << 11)

/**
 * `tos`, uint8.
 */
#define IPMON_COLUMN_TOS (1 << 12)

/**
 * `id`, uint32.
 */
#define IPMON_COLUMN_ID (1 << 13)

/**
 * `flags`, uint8.
 */
#define IPMON_COLUMN_FLAGS (1 << 14)

/**
 * `offset`, uint16.
 */
#define IPMON_COLUMN_OFFSET (1 << 15)

/**
 * `ttl`, uint8.
 */
#define IPMON_COLUMN_TTL (1 << 16)

/**
 * `checksum`, uint16.
 */
#define IPMON_COLUMN_CHECKSUM (1 << 17)

/**
 * `ip_protocol`, uint8.
 */
#define IPMON_COLUMN_IP_PROTOCOL (1 << 18)

/**
 * `ip_length`, uint32.
 */
#define IPMON_COLUMN_IP_LENGTH (1 << 19)

/**
 * `payload_length`, uint32.
 */
#define IPMON_COLUMN_PAYLOAD_LENGTH (1 << 20)

/**
 * `payload_wire_length`, uint32.
 */
#define IPMON_COLUMN_PAYLOAD_WIRE_LENGTH (1 << 21)

/**
 * `notes`, uint32.
 */
#define IPMON_COLUMN_NOTES (1 << 22)

/**
 * `source_ip`, fixed-size binary of 16 bytes.
 */
#define IPMON_COLUMN_SOURCE_IP (1 << 23)

/**
 * `destination_ip`, fixed-size binary of 16 bytes.
 */
#define IPMON_COLUMN_DESTINATION_IP (1 << 24)

/**
 * `payload`, binary.
 */
#define IPMON_COLUMN_PAYLOAD (1 << 25)

/**
 * `ip`, binary: the whole IP packet.
 */
#define IPMON_COLUMN_IP (1 << 26)

/**
 * `frame`, binary: the whole frame.
 */
#define IPMON_COLUMN_FRAME (1 << 27)

/**
 * All of them.
 */
#define IPMON_COLUMN_ALL ((1 << 28) - 1)

/**
 * What `columns` 0 stands for: all but the addresses as bytes, and the bytes of payload,
 * packet and frame.
 */
#define IPMON_COLUMN_DEFAULT ((1 << 23) - 1)

/**
 * The interface is up.
 */
#define IPMON_ADAPTER_UP (1 << 0)

/**
 * The interface has a link.
 */
#define IPMON_ADAPTER_RUNNING (1 << 1)

/**
 * The loopback interface.
 */
#define IPMON_ADAPTER_LOOPBACK (1 << 2)

/**
 * The interface of the default route: what a monitor without `local_host`
 * watches.
 */
#define IPMON_ADAPTER_DEFAULT (1 << 3)

/**
 * Bytes that the text of any address takes, its NUL included.
 */
#define IPMON_ADDRESS_TEXT_SIZE 46

/**
 * A monitor: watches one interface, or reads one file, at a time.
 *
 * The pointer names the monitor and points to nothing: it must not be
 * dereferenced. It may be used from several threads at once.
 */
typedef struct ipmon_t ipmon_t;

/**
 * How a call ended: `IPMON_STATUS_OK`, which is 0, or a failure, which is
 * negative. Numbers are never reused.
 */
typedef int32_t ipmon_status;

/**
 * One IP packet: the outermost IP header of a frame, and its payload.
 *
 * All numbers are in the byte order of this machine. Pointers are borrowed: those
 * of a callback are valid until it returns, those of a pulled packet until the next
 * call that pulls (`ipmon_next_batch()`).
 *
 * Tunnels are not opened: their inner packet is payload. Fragments are not
 * put together: each is a packet of its own.
 */
typedef struct ipmon_packet {
    /**
     * The size of this struct in the library, in bytes. A field that lies
     * beyond it is not there: `IPMON_HAS(packet, field)`.
     */
    uint32_t struct_size;
    /**
     * 4 or 6 (RFC 791, RFC 8200).
     */
    uint8_t ip_version;
    /**
     * Type of service: the DS field and ECN of IPv4 (RFC 2474, RFC 3168), the
     * traffic class of IPv6.
     */
    uint8_t tos;
    /**
     * Flags of fragmentation as a number. IPv4: reserved 4, don't fragment 2,
     * more fragments 1. IPv6: more fragments 1, of the Fragment header.
     */
    uint8_t flags;
    /**
     * Time to live of IPv4, hop limit of IPv6.
     */
    uint8_t ttl;
    /**
     * The source address as NUL-terminated text: dotted decimal, or RFC 5952
     * for IPv6. `""` while the option `address_text` is 0; never NULL.
     */
    const char *source_address;
    /**
     * The destination address, in the same form.
     */
    const char *destination_address;
    /**
     * The source port of TCP, UDP, UDP-Lite, SCTP and DCCP; 0 for other
     * protocols, for fragments but the first, and where it was not captured.
     */
    uint16_t source_port;
    /**
     * The destination port, likewise.
     */
    uint16_t destination_port;
    /**
     * The identification that fragments of one packet share: 16 bits in IPv4,
     * 32 bits from the Fragment header of IPv6, 0 without one.
     */
    uint32_t id;
    /**
     * The fragment offset in units of 8 bytes, as it stands in the header.
     */
    uint16_t offset;
    /**
     * The header checksum of IPv4 as it stands in the header, which is not
     * verified; 0 for IPv6.
     */
    uint16_t checksum;
    /**
     * The protocol of the payload (IANA protocol numbers). For IPv6, what
     * follows the extension headers: hop-by-hop options, routing, fragment,
     * destination options and authentication are walked.
     */
    uint8_t ip_protocol;
    /**
     * One of `IPMON_DIRECTION_ANY`, `_IN`, `_OUT`; `ANY` where the source does
     * not say.
     */
    uint8_t direction;
    /**
     * 0.
     */
    uint16_t reserved;
    /**
     * When the packet was captured, in microseconds since 1970-01-01 00:00
     * UTC, rounded down.
     */
    int64_t timestamp;
    /**
     * The same in nanoseconds, as exact as the source has it.
     */
    int64_t timestamp_ns;
    /**
     * What follows the IP header (for IPv6, the extension headers):
     * `payload_length` bytes; not NULL even when there are none.
     */
    const uint8_t *payload;
    /**
     * Captured bytes of the payload.
     */
    uint32_t payload_length;
    /**
     * Bytes of the payload as the IP header states them; where it states a
     * length of 0 (`IPMON_NOTE_LENGTH_ZERO`), as the frame's length on the wire
     * has them. Where it is more than `payload_length`, the capture cut the rest.
     */
    uint32_t payload_wire_length;
    /**
     * The source address in network order; an IPv4 address in the first four
     * bytes, the rest 0.
     */
    uint8_t source_ip[16];
    /**
     * The destination address, in the same form.
     */
    uint8_t destination_ip[16];
    /**
     * The whole IP packet, headers included: `ip_length` bytes.
     */
    const uint8_t *ip;
    /**
     * The whole frame, link-layer headers included: `frame_length` bytes.
     */
    const uint8_t *frame;
    /**
     * Captured bytes of the IP packet.
     */
    uint32_t ip_length;
    /**
     * Captured bytes of the frame.
     */
    uint32_t frame_length;
    /**
     * Bytes of the frame on the wire.
     */
    uint32_t frame_wire_length;
    /**
     * What the frame's first header is, by its LINKTYPE_ number
     * (https://www.tcpdump.org/linktypes.html).
     */
    uint32_t link_type;
    /**
     * Live: the system's index of the interface. In a file: the number of the
     * interface in its pcapng section, from 0; 0 in a pcap file.
     */
    uint32_t interface_index;
    /**
     * Bits of `IPMON_NOTE_`.
     */
    uint32_t notes;
    /**
     * The number of the frame in this run, from 1; frames that hold no IP
     * packet count too.
     */
    uint64_t frame_number;
    /**
     * Where the frame begins, in bytes from the base that lends it: in a
     * callback `frame` itself, so 0.
     */
    uint64_t frame_offset;
    /**
     * Where the payload begins, in bytes from the same base.
     */
    uint64_t payload_offset;
} ipmon_packet;

/**
 * Called for every IP packet of a run.
 *
 * It runs on the capture thread of a live capture, and on the thread that called
 * `ipmon_parse_pcap_file()` for a file, or `ipmon_do_events()`. The callbacks of one
 * monitor never overlap; those of two monitors may. `packet` and all that it points
 * to are borrowed until the callback returns: copy what is to be kept.
 *
 * It may call any function of this library, on this monitor too. It must
 * return: an exception that leaves it ends the program. While it runs, packets
 * of a live capture wait in the kernel's ring, which holds `buffer_size`
 * bytes; what does not fit is dropped and counted. All signals are blocked on
 * the capture thread.
 */
typedef void (*ipmon_on_ip_packet_fn)(const struct ipmon_packet *packet, void *user_data);

/**
 * What ended a live capture.
 */
typedef struct ipmon_error {
    /**
     * The size of this struct in the library, in bytes.
     */
    uint32_t struct_size;
    /**
     * The failure.
     */
    ipmon_status status;
    /**
     * The operating system's error number, 0 where it had none.
     */
    int32_t system_error;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * The byte offset in the file, -1 where there is none.
     */
    int64_t offset;
    /**
     * One line: what happened and, where there is one, what to do. Borrowed
     * until the callback returns.
     */
    const char *text;
} ipmon_error;

/**
 * Called once when a failure ends a live capture on the library's thread, before the
 * notice `IPMON_NOTICE_ENDED`; `ipmon_get_active()` says 0 by then. What a call
 * returns as its status is not told here again.
 *
 * Thread, borrowing and what it may do: as for `ipmon_on_ip_packet_fn`.
 */
typedef void (*ipmon_on_error_fn)(const struct ipmon_error *error, void *user_data);

/**
 * Something that happened during a run and is no packet.
 */
typedef struct ipmon_notice {
    /**
     * The size of this struct in the library, in bytes.
     */
    uint32_t struct_size;
    /**
     * One of `IPMON_NOTICE_`. A newer library may send codes that this header
     * does not list: pass over them.
     */
    int32_t code;
    /**
     * `ENDED`: how the run ended; `IPMON_STATUS_OK` otherwise.
     */
    ipmon_status status;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * `GAP`: how many frames; 0 otherwise.
     */
    uint64_t count;
    /**
     * When it was told, by the system's clock, in microseconds since 1970-01-01
     * 00:00 UTC.
     */
    int64_t timestamp;
    /**
     * One line. Borrowed until the callback returns.
     */
    const char *text;
} ipmon_notice;

/**
 * Called for what happens during a run and is no packet; the last call of
 * every run is `IPMON_NOTICE_ENDED`.
 *
 * Thread, borrowing and what it may do: as for `ipmon_on_ip_packet_fn`.
 */
typedef void (*ipmon_on_notice_fn)(const struct ipmon_notice *notice, void *user_data);

/**
 * What became of every frame of the run that goes on, or of the last one.
 *
 * After a run, `received` equals the sum of `delivered`, `not_ip`,
 * `unsupported`, `truncated`, the four `malformed_` counters, `filtered`,
 * `paused`, `discarded` and `dropped`, exactly. During a run, the counters of
 * the kernel are up to 250 ms and one batch of callbacks behind, and the others
 * one packet at most. A later version may tell causes apart further; what it
 * tells apart still counts in the field where this version counts it, so that
 * the sum holds.
 */
typedef struct ipmon_stats {
    /**
     * The size of this struct in the library, in bytes.
     */
    uint32_t struct_size;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * File: the records that it holds. Live: the frames that the kernel saw
     * and that match the filter, the dropped ones included; on loopback, which
     * shows every packet twice, one of the two.
     */
    uint64_t received;
    /**
     * Packets handed to the callback, or to a call that pulls; with no callback
     * set, packets that would have been.
     */
    uint64_t delivered;
    /**
     * Frames whose link layer leads to something else than IP, such as ARP.
     */
    uint64_t not_ip;
    /**
     * Frames of a link type or encapsulation that is not decoded.
     */
    uint64_t unsupported;
    /**
     * Frames whose capture ends before IP could be reached.
     */
    uint64_t truncated;
    /**
     * IP headers of another version than the link layer announces.
     */
    uint64_t malformed_version;
    /**
     * IPv4 headers that state a header length below 20 bytes.
     */
    uint64_t malformed_header_length;
    /**
     * IPv4 headers that state a total length below their header length.
     */
    uint64_t malformed_total_length;
    /**
     * IP headers that are not wholly captured.
     */
    uint64_t malformed_short;
    /**
     * Frames of a file that the filter left out. Live, the kernel filters,
     * and what it leaves out is not received.
     */
    uint64_t filtered;
    /**
     * Packets that came while delivery was paused.
     */
    uint64_t paused;
    /**
     * Frames that had arrived and that a stop kept from delivery: one from
     * inside a callback, one of what is pulled, or one whose waiting frames took
     * the callbacks longer than 60 ms. Also a frame that the system had no means
     * to filter, with which the run failed.
     */
    uint64_t discarded;
    /**
     * Frames that the kernel had no room for.
     */
    uint64_t dropped;
    /**
     * File: bytes read from it, as they lie in it, compressed or not. Live: bytes
     * captured.
     */
    uint64_t bytes;
} ipmon_stats;

/**
 * A network interface.
 */
typedef struct ipmon_adapter {
    /**
     * The size of this struct in the library, in bytes.
     */
    uint32_t struct_size;
    /**
     * The system's index of the interface.
     */
    uint32_t interface_index;
    /**
     * Bits of `IPMON_ADAPTER_`.
     */
    uint32_t flags;
    /**
     * How many IP addresses it has; `ipmon_list_ip_addresses()` lists them.
     */
    uint32_t address_count;
    /**
     * The hardware (MAC) address: the first `hardware_address_length` bytes.
     */
    uint8_t hardware_address[8];
    /**
     * 0 for an interface without one.
     */
    uint32_t hardware_address_length;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * The name, NUL-terminated, for `ipmon_set_local_host()`.
     */
    char name[64];
} ipmon_adapter;

/**
 * An IP address of an interface.
 */
typedef struct ipmon_ip_address {
    /**
     * The size of this struct in the library, in bytes.
     */
    uint32_t struct_size;
    /**
     * The system's index of the interface.
     */
    uint32_t interface_index;
    /**
     * 4 or 6.
     */
    uint32_t ip_version;
    /**
     * How many bits of the address name the network.
     */
    uint32_t prefix_length;
    /**
     * The address in network order; IPv4 in the first four bytes.
     */
    uint8_t ip[16];
    /**
     * The address as NUL-terminated text, for `ipmon_set_local_host()`. A
     * link-local address bears its zone, the interface: `"fe80::1%eth0"`
     * (RFC 4007).
     */
    char text[64];
    /**
     * The name of the interface, NUL-terminated.
     */
    char interface_name[64];
} ipmon_ip_address;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The version of the library that was loaded, as `"MAJOR.MINOR.PATCH"`.
 *
 * Returns: a text that is valid for ever; `""` where the statuses of other
 * functions say `PANIC`.
 * Threads: any thread, at any time.
 * Ownership: the text belongs to the library.
 * From a callback: yes.
 * Since: 0.1.
 */
IPMON_API const char *ipmon_version(void);

/**
 * The version of the ABI of the library that was loaded.
 *
 * Returns: `IPMON_ABI_VERSION` of the header that it was built with; 0, which
 * no version is, where the statuses of other functions say `PANIC`.
 * Threads: any thread, at any time.
 * Ownership: nothing changes hands.
 * From a callback: yes.
 * Since: 0.1.
 */
IPMON_API uint32_t ipmon_abi_version(void);

/**
 * A short text for a status, such as `"no such interface"`. What exactly
 * happened and what to do about it is what `ipmon_last_error()` tells.
 *
 * Returns: a text that is valid for ever; `"unknown status"` for a number
 * that is none, and where the statuses of other functions say `PANIC`.
 * Threads: any thread, at any time.
 * Ownership: the text belongs to the library.
 * From a callback: yes.
 * Since: 0.1.
 */
IPMON_API const char *ipmon_status_text(ipmon_status status);

/**
 * Makes a monitor with the default options and no callbacks.
 *
 * Returns: the monitor; NULL when file descriptors (a monitor holds two) or
 * handles (4,096 in a process) are used up, in a forked child, or
 * where the statuses of other functions say `PANIC`.
 * Threads: any thread, at any time.
 * Ownership: the caller's, to be given to `ipmon_free()` once.
 * From a callback: yes.
 * Since: 0.1.
 */
IPMON_API IPMON_NODISCARD struct ipmon_t *ipmon_new(void);

/**
 * Ends the run, if there is one, and the monitor. Afterwards the handle is
 * refused with `BAD_HANDLE`.
 *
 * Returns: `OK`: no callback of the monitor is running and none will start,
 * except inside a callback of its own: there the current packet is the last,
 * and only `IPMON_NOTICE_ENDED` follows. `PENDING` inside a callback of
 * another monitor while this one runs: the monitor is freed, and its last
 * callback is `IPMON_NOTICE_ENDED`. `BAD_HANDLE`. NULL is fine.
 * Threads: any thread, at any time; calls on other threads that use the
 * monitor end soon, or with `INTERRUPTED`.
 * Ownership: takes the monitor. In a forked child, which has only a copy, it
 * does nothing.
 * From a callback: yes, of its own monitor too.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_free(struct ipmon_t *m);

/**
 * Ends the run, if there is one, and makes the monitor as new: default
 * options, delivery not paused, counters 0, no last run. Callbacks stay, and so
 * does the text of the last failure.
 *
 * Returns: `OK`. `BUSY` inside a callback while the monitor runs: stop it
 * there, and reset it later. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: nothing changes hands.
 * From a callback: only while this monitor does not run.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_reset(struct ipmon_t *m);

/**
 * The text of the monitor's newest failure: one line that says what happened
 * and, where there is one, what to do. Success does not clear it; before the
 * first failure it is empty.
 *
 * `needed`, which may be NULL, gets the bytes that the text takes, its NUL
 * included. With `text` NULL and `size` 0 only that is told.
 *
 * Returns: `OK`. `BAD_SIZE` when `size` is too small: `text` then holds as
 * much as fits. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
 * Threads: any thread, at any time. Where several use one monitor, the newest
 * failure may be another thread's.
 * Ownership: `text` stays the caller's.
 * From a callback: yes.
 * Since: 0.1.
 */
IPMON_API
ipmon_status ipmon_last_error(struct ipmon_t *m,
                              char *text,
                              size_t size,
                              size_t *needed);

/**
 * Sets the function that takes the packets; NULL for none.
 *
 * Returns: `OK`. `BUSY` for another function while the monitor runs; NULL is
 * possible at any time, and afterwards no call of the former function is
 * running and none will start (called from inside that function, the current
 * call is the last). `PENDING` for NULL inside a callback of another monitor
 * while a callback of this one runs. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: `user_data` stays the caller's; the library only hands it back.
 * From a callback: NULL only, while the monitor runs.
 * Since: 0.1.
 */
IPMON_API
ipmon_status ipmon_set_on_ip_packet(struct ipmon_t *m,
                                    ipmon_on_ip_packet_fn callback,
                                    void *user_data);

/**
 * Sets the function that is told what ended a live capture; NULL for none.
 *
 * Returns: as `ipmon_set_on_ip_packet()`.
 * Threads: any thread, at any time.
 * Ownership: `user_data` stays the caller's.
 * From a callback: NULL only, while the monitor runs.
 * Since: 0.1.
 */
IPMON_API
ipmon_status ipmon_set_on_error(struct ipmon_t *m,
                                ipmon_on_error_fn callback,
                                void *user_data);

/**
 * Sets the function that takes notices; NULL for none.
 *
 * Returns: as `ipmon_set_on_ip_packet()`.
 * Threads: any thread, at any time.
 * Ownership: `user_data` stays the caller's; it may be released when the
 * notice `IPMON_NOTICE_ENDED` has returned and no new run is started.
 * From a callback: NULL only, while the monitor runs.
 * Since: 0.1.
 */
IPMON_API
ipmon_status ipmon_set_on_notice(struct ipmon_t *m,
                                 ipmon_on_notice_fn callback,
                                 void *user_data);

/**
 * Which interface a live capture watches: the name of an interface, a local
 * address of it (IPv4 or IPv6 as text, with `%` and an interface where several
 * have it), or `"any"` for all interfaces. NULL or `""` is the interface of the
 * default route, which is the default.
 *
 * It chooses an interface and filters nothing. It is resolved at every start.
 * Files ignore it.
 *
 * Returns: `OK`. `BAD_ARGUMENT` for more than 255 bytes or for what is not
 * UTF-8. `BUSY` while the monitor runs. `BAD_HANDLE`, `NULL_ARGUMENT`,
 * `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: `local_host` stays the caller's.
 * From a callback: while this monitor does not run.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_set_local_host(struct ipmon_t *m, const char *local_host);

/**
 * What `ipmon_set_local_host()` set; `""` when unset.
 *
 * `needed`, which may be NULL, gets the bytes that the text takes, its NUL
 * included. With `text` NULL and `size` 0 only that is told.
 *
 * Returns: `OK`. `BAD_SIZE` when `size` is too small: `text` then holds as
 * much as fits. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: `text` stays the caller's.
 * From a callback: yes.
 * Since: 0.1.
 */
IPMON_API
ipmon_status ipmon_get_local_host(struct ipmon_t *m,
                                  char *text,
                                  size_t size,
                                  size_t *needed);

/**
 * Which frames count: a filter expression as tcpdump has it (pcap-filter(7)),
 * for live capture and for files. NULL or `""` is all, which is the default.
 *
 * The expression is checked here: it must be right for at least one link type.
 * In a file it is compiled for each link type anew; one that a link type cannot
 * express matches none of its frames, and `IPMON_NOTICE_FILTER_NOT_APPLICABLE`
 * says so once. What compiles is a thread of the library's that lives no longer:
 * libpcap needs more stack than a caller may have.
 *
 * An expression may have 1,024 bytes. Host and network names are not looked
 * up: write addresses. Names of ports and protocols are fine.
 *
 * Returns: `OK`. `BAD_FILTER`, for a name that would have to be looked up too:
 * the error text says why. `FILTER_TOO_COMPLEX`, beyond the limits.
 * `NO_LIBPCAP`: libpcap compiles filters. `BUSY` while the monitor runs.
 * `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: `expression` stays the caller's.
 * From a callback: while this monitor does not run.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_set_filter(struct ipmon_t *m, const char *expression);

/**
 * What `ipmon_set_filter()` set; `""` when unset.
 *
 * `needed`, which may be NULL, gets the bytes that the text takes, its NUL
 * included. With `text` NULL and `size` 0 only that is told.
 *
 * Returns: `OK`. `BAD_SIZE` when `size` is too small: `text` then holds as
 * much as fits. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: `text` stays the caller's.
 * From a callback: yes.
 * Since: 0.1.
 */
IPMON_API
ipmon_status ipmon_get_filter(struct ipmon_t *m,
                              char *text,
                              size_t size,
                              size_t *needed);

/**
 * Which packets a live capture takes: `IPMON_DIRECTION_ANY` (the default),
 * `_IN` (received by the interface) or `_OUT` (sent by it). Packets on
 * loopback count as received. Files ignore it.
 *
 * Returns: `OK`. `BAD_ARGUMENT` for another number. `BUSY` while the monitor
 * runs. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: nothing changes hands.
 * From a callback: while this monitor does not run.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_set_direction(struct ipmon_t *m, int direction);

/**
 * What `ipmon_set_direction()` set.
 *
 * Returns: `OK`, with `direction` written. `BAD_HANDLE`, `NULL_ARGUMENT`,
 * `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: nothing changes hands.
 * From a callback: yes.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_get_direction(struct ipmon_t *m, int *direction);

/**
 * Whether a live capture asks the interface for frames that are not addressed
 * to this host: not 0 (the default) or 0. Several captures of one interface do
 * not disturb each other. It has no effect on `"any"`. Files ignore it.
 *
 * Returns: `OK`. `BUSY` while the monitor runs. `BAD_HANDLE`, `NULL_ARGUMENT`,
 * `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: nothing changes hands.
 * From a callback: while this monitor does not run.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_set_promiscuous(struct ipmon_t *m, int promiscuous);

/**
 * What `ipmon_set_promiscuous()` set: 1 or 0.
 *
 * Returns: `OK`, with `promiscuous` written. `BAD_HANDLE`, `NULL_ARGUMENT`,
 * `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: nothing changes hands.
 * From a callback: yes.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_get_promiscuous(struct ipmon_t *m, int *promiscuous);

/**
 * How many bytes of each frame a live capture keeps: 1 to 262,144, which is the
 * default. Headers that lie beyond are not decoded. Files ignore it: every
 * byte that they hold is read.
 *
 * Returns: `OK`. `BAD_ARGUMENT` outside of these limits. `BUSY` while the
 * monitor runs. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: nothing changes hands.
 * From a callback: while this monitor does not run.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_set_snap_length(struct ipmon_t *m, uint32_t snap_length);

/**
 * What `ipmon_set_snap_length()` set.
 *
 * Returns: `OK`, with `snap_length` written. `BAD_HANDLE`, `NULL_ARGUMENT`,
 * `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: nothing changes hands.
 * From a callback: yes.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_get_snap_length(struct ipmon_t *m, uint32_t *snap_length);

/**
 * The size of the kernel's ring for a live capture in bytes: 1,048,576 to
 * 2,147,483,647; the default is 33,554,432. It is allocated whole at the start.
 * It is what is there for packets while a callback takes its time. Files
 * ignore it.
 *
 * Returns: `OK`. `BAD_ARGUMENT` outside of these limits. `BUSY` while the
 * monitor runs. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: nothing changes hands.
 * From a callback: while this monitor does not run.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_set_buffer_size(struct ipmon_t *m, uint32_t buffer_size);

/**
 * What `ipmon_set_buffer_size()` set.
 *
 * Returns: `OK`, with `buffer_size` written. `BAD_HANDLE`, `NULL_ARGUMENT`,
 * `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: nothing changes hands.
 * From a callback: yes.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_get_buffer_size(struct ipmon_t *m, uint32_t *buffer_size);

/**
 * How long a packet of a live capture may wait for others to be handed over
 * with it, in microseconds: 0 to 20,000; the default is 1,000. More makes each
 * packet cheaper. With 1,000, where hundreds of packets come in a millisecond,
 * they may wait 4,000 longer. Below 1,000, every packet is handed over as soon
 * as possible, which costs a multiple of the processor time; the ring then has
 * a slot of `snap_length` bytes, at most 64 KiB, for each packet, so that a
 * smaller `snap_length` makes it hold more of them. Files ignore it.
 *
 * Returns: `OK`. `BAD_ARGUMENT` outside of these limits. `BUSY` while the
 * monitor runs. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: nothing changes hands.
 * From a callback: while this monitor does not run.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_set_latency(struct ipmon_t *m, uint32_t latency);

/**
 * What `ipmon_set_latency()` set.
 *
 * Returns: `OK`, with `latency` written. `BAD_HANDLE`, `NULL_ARGUMENT`,
 * `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: nothing changes hands.
 * From a callback: yes.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_get_latency(struct ipmon_t *m, uint32_t *latency);

/**
 * Whether packets carry their addresses as text: not 0 (the default) or 0.
 * Without, `source_address` and `destination_address` are `""`, and each packet
 * costs less; `ipmon_format_address()` makes the text where it is needed.
 *
 * Returns: `OK`. `BUSY` while the monitor runs. `BAD_HANDLE`, `NULL_ARGUMENT`,
 * `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: nothing changes hands.
 * From a callback: while this monitor does not run.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_set_address_text(struct ipmon_t *m, int address_text);

/**
 * What `ipmon_set_address_text()` set: 1 or 0.
 *
 * Returns: `OK`, with `address_text` written. `BAD_HANDLE`, `NULL_ARGUMENT`,
 * `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: nothing changes hands.
 * From a callback: yes.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_get_address_text(struct ipmon_t *m, int *address_text);

/**
 * How capture files are read: `IPMON_FILE_ACCESS_READ` (the default), or `_MAP`,
 * which maps them into memory and saves a copy of every byte: for files that
 * nobody touches meanwhile. The packets are the same. Small packets gain most;
 * where the system keeps the file in single pages, to map each can cost more than
 * the copy of large packets: measure with files of your own.
 *
 * Map only files that are known to be left alone. Where a mapped file is
 * shortened while it is read, or a network file system loses it, this process
 * gets SIGBUS, whose default is to end it; what is written into it meanwhile
 * may or may not be seen, and what is added is not. Bytes of the file count
 * among the memory of the process while it is read, though the system may
 * take them back at any time.
 *
 * What cannot be mapped is read: FIFOs, devices, standard input, compressed
 * and empty files, and any file that the system refuses to map. Live capture
 * ignores it.
 *
 * Returns: `OK`. `BAD_ARGUMENT` for another number. `BUSY` while the monitor
 * runs. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: nothing changes hands.
 * From a callback: while this monitor does not run.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_set_file_access(struct ipmon_t *m, int file_access);

/**
 * What `ipmon_set_file_access()` set.
 *
 * Returns: `OK`, with `file_access` written. `BAD_HANDLE`, `NULL_ARGUMENT`,
 * `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: nothing changes hands.
 * From a callback: yes.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_get_file_access(struct ipmon_t *m, int *file_access);

/**
 * Whether a live capture outlives its interface: 0 (the default), and it ends with
 * `DEVICE_GONE` when the interface is removed or moved to another network namespace;
 * or not 0, and it waits until an interface with the name that it had at the start is
 * there and up, and captures on that one: `IPMON_NOTICE_DEVICE_REMOVED` and
 * `IPMON_NOTICE_DEVICE_AGAIN` tell when. The counters go on; what crossed the new
 * interface before it was captured was not received.
 *
 * While there is none the monitor is active and sleeps. To capture again takes the
 * rights that a start takes: a program that gave them up meanwhile gets
 * `NO_PERMISSION` as the end of the run. `"any"` has no interface to lose.
 *
 * Returns: `OK`. `BUSY` while the monitor runs. `BAD_HANDLE`, `NULL_ARGUMENT`,
 * `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: nothing changes hands.
 * From a callback: while this monitor does not run.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_set_reopen(struct ipmon_t *m, int reopen);

/**
 * What `ipmon_set_reopen()` set: 1 or 0.
 *
 * Returns: `OK`, with `reopen` written. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: nothing changes hands.
 * From a callback: yes.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_get_reopen(struct ipmon_t *m, int *reopen);

/**
 * Whether a live capture asks its interface for the frames of every multicast group,
 * joined or not: not 0, or 0 (the default). Promiscuous mode includes them; this is
 * for captures without it. It ends with the capture. `"any"` and files ignore it.
 *
 * Returns: `OK`. `BUSY` while the monitor runs. `BAD_HANDLE`, `NULL_ARGUMENT`,
 * `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: nothing changes hands.
 * From a callback: while this monitor does not run.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_set_all_multicast(struct ipmon_t *m, int all_multicast);

/**
 * What `ipmon_set_all_multicast()` set: 1 or 0.
 *
 * Returns: `OK`, with `all_multicast` written. `BAD_HANDLE`, `NULL_ARGUMENT`,
 * `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: nothing changes hands.
 * From a callback: yes.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_get_all_multicast(struct ipmon_t *m, int *all_multicast);

/**
 * Which clock stamps the packets of a live capture: `IPMON_TIME_SOURCE_HOST` (the
 * default), or `_ADAPTER`, for interfaces whose hardware stamps every packet that it
 * receives: free of the delays between the wire and the kernel, but of a clock that only
 * agrees with the system's where something like phc2sys(8) sets it. Nanoseconds both.
 *
 * The start switches the hardware's stamps on, for which it needs `CAP_NET_ADMIN` unless
 * they are on already; they stay on. It is `UNSUPPORTED` where the interface cannot do
 * so, and on `"any"`. A packet that the hardware left unstamped, such as one that is
 * sent, has the system's time. Files ignore it.
 *
 * Returns: `OK`. `BAD_ARGUMENT` for another number. `BUSY` while the monitor runs.
 * `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: nothing changes hands.
 * From a callback: while this monitor does not run.
 * Since: 0.1.
 */
IPMON_API
ipmon_status ipmon_set_time_source(struct ipmon_t *m,
                                   int time_source);

/**
 * What `ipmon_set_time_source()` set.
 *
 * Returns: `OK`, with `time_source` written. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: nothing changes hands.
 * From a callback: yes.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_get_time_source(struct ipmon_t *m, int *time_source);

/**
 * Starts (`active` not 0) or stops (0) the live capture. A stop also ends a
 * file that another thread parses, and what is open to be pulled from.
 *
 * A start opens the interface on this thread, so that its errors are
 * returned here, and captures on a thread of the library.
 *
 * A stop lets nothing further in, delivers the packets that had arrived (for
 * up to 60 ms; a callback that takes longer leaves the rest counted as
 * `discarded`), and then returns.
 *
 * Returns: `OK`: started; or stopped: no callback of this monitor is running
 * and none will start. Starting what is started and stopping what is stopped
 * is `OK`. Start: `BUSY` while a file is parsed, while the last run is still
 * ending, and inside this monitor's callbacks after its end was asked for;
 * `NO_PERMISSION`, `NO_DEVICE`, `DEVICE_DOWN`, `NO_LIBPCAP`, `BAD_FILTER`,
 * `FILTER_TOO_COMPLEX`, `UNSUPPORTED` for a `time_source`, `NO_MEMORY`, `SYSTEM`;
 * `INTERRUPTED` once `exit()` was called.
 * Stop: `PENDING` inside a callback of another monitor while this one runs.
 * `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: nothing changes hands.
 * From a callback: a stop, always: inside a callback of this monitor it
 * returns at once, the current packet is the last, and only
 * `IPMON_NOTICE_ENDED` follows. A start, of another monitor.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_set_active(struct ipmon_t *m, int active);

/**
 * Whether a live capture runs: 1 from a start or `ipmon_open_live()` until a stop,
 * or until a failure ends it.
 *
 * Returns: `OK`, with `active` written. `BAD_HANDLE`, `NULL_ARGUMENT`,
 * `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: nothing changes hands.
 * From a callback: yes.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_get_active(struct ipmon_t *m, int *active);

/**
 * Waits until nothing runs, and nothing is open.
 *
 * `timeout_ms` is in milliseconds; 0 only looks, -1 waits for ever.
 *
 * Returns: `OK`: the last run ended without failure, or nothing ran since the
 * monitor was made or reset. The failure that ended it otherwise, or that the
 * last start, parse or open was refused with. `TIMEOUT`: it goes on. `INTERRUPTED`
 * by `ipmon_interrupt()`. `PENDING` inside a callback while it goes on.
 * `BAD_ARGUMENT` for a time below -1. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
 * Threads: any thread, at any time; several may wait.
 * Ownership: nothing changes hands.
 * From a callback: yes, but it does not wait there.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_wait(struct ipmon_t *m, int timeout_ms);

/**
 * Reads a capture file to its end on this thread and calls back for every IP
 * packet in it.
 *
 * `path` is a path of any bytes, or `"-"` for standard input. pcap and pcapng
 * files are recognised by their content. Filter and `accept_data` apply; the
 * options for live capture do not.
 *
 * Returns: `OK`: read to the end. `INTERRUPTED` by a stop, a free (on any
 * thread or in a callback) or `ipmon_interrupt()`. `NOT_FOUND`,
 * `NO_PERMISSION`, `IO` (a directory is that too). `NOT_A_CAPTURE`; `TRUNCATED`,
 * `MALFORMED`, `UNSUPPORTED`: every packet before that place was delivered, and the
 * error text names the byte offset and the reason. `NO_MEMORY`, `SYSTEM`.
 * `BUSY` while the monitor runs. `BAD_ARGUMENT` for an empty path, or one of
 * more than 4,096 bytes. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
 * Threads: any thread; returns when the file is over.
 * Ownership: `path` stays the caller's.
 * From a callback: of another monitor.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_parse_pcap_file(struct ipmon_t *m, const char *path);

/**
 * Pauses (`accept` 0) or resumes (not 0) delivery, at any time. While paused,
 * packets are counted as `paused` and not delivered. Takes effect with the
 * next packet; the default is 1.
 *
 * Returns: `OK`. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: nothing changes hands.
 * From a callback: yes.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_set_accept_data(struct ipmon_t *m, int accept);

/**
 * Whether packets are delivered.
 *
 * Returns: `OK`, with `accept` written. `BAD_HANDLE`, `NULL_ARGUMENT`,
 * `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: nothing changes hands.
 * From a callback: yes.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_get_accept_data(struct ipmon_t *m, int *accept);

/**
 * Ends a parse after the current callback (and with it every wait for its
 * end), a call that pulls, or a wait for the end of a live capture or of what is
 * open, which go on; when there is none of these, the next such call ends at once.
 *
 * Returns: nothing, not even a failure; a handle that names no monitor is
 * passed over.
 * Threads: any thread, at any time, and signal handlers: it is
 * async-signal-safe.
 * Ownership: nothing changes hands.
 * From a callback: yes.
 * Since: 0.1.
 */
IPMON_API void ipmon_interrupt(struct ipmon_t *m);

/**
 * The counters of the run, or of the last one. A start, a parse or an open that
 * is refused by the interface or the file sets them to 0.
 *
 * `stats_size` is `sizeof(ipmon_stats)`: a library that knows fewer fields
 * sets the rest to 0, and `struct_size` tells how far it knows them.
 *
 * Returns: `OK`, with `out` written. `BAD_ARGUMENT` for a size that is none.
 * `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: `out` stays the caller's.
 * From a callback: yes.
 * Since: 0.1.
 */
IPMON_API
ipmon_status ipmon_get_stats(struct ipmon_t *m,
                             struct ipmon_stats *out,
                             size_t stats_size);

/**
 * Opens the interface for a live capture that is pulled: packets gather in the
 * kernel's ring, and `ipmon_next_batch()` or `ipmon_do_events()` takes them out on
 * the thread that calls it. The library starts no thread, but for short ones: for a
 * filter, and to give the ring's memory back when the capture is over.
 *
 * What is open is a run like any other: it ends with a stop, a reset, a free or a
 * failure, its last callback, on the thread of the call that ends it, is the notice
 * `IPMON_NOTICE_ENDED`, and meanwhile start, parse, open and the setters are `BUSY`.
 * Frames that a stop finds waiting are counted as `discarded`.
 *
 * Returns: `OK`. What `ipmon_set_active()` returns for a start, but `BUSY` also when
 * the monitor captures or is open already.
 * Threads: any thread, at any time.
 * Ownership: nothing changes hands.
 * From a callback: of another monitor.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_open_live(struct ipmon_t *m);

/**
 * Opens a capture file to be pulled from. `path` is what
 * `ipmon_parse_pcap_file()` takes. Nothing is read yet: what is no capture file
 * shows when packets are asked for.
 *
 * Returns: `OK`. `NOT_FOUND`, `NO_PERMISSION`, `IO`, `NO_MEMORY`, `SYSTEM`. `BUSY` while
 * the monitor runs or is open. `INTERRUPTED` by a stop or a free meanwhile.
 * `BAD_ARGUMENT` for an empty path, or one of more than 4,096 bytes. `BAD_HANDLE`,
 * `NULL_ARGUMENT`, `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: `path` stays the caller's.
 * From a callback: of another monitor.
 * Since: 0.1.
 */
IPMON_API
ipmon_status ipmon_open_pcap_file(struct ipmon_t *m,
                                  const char *path);

/**
 * Takes the next packets of what is open: writes up to `capacity` of them into the
 * array `out`, and waits up to `timeout_ms` for the first.
 *
 * `packet_size` is `sizeof(ipmon_packet)`, the distance from one packet to the next:
 * fields that the library does not know are 0, and `struct_size` tells how far it
 * knows them. There may be fewer packets than fit, at most 4,096, with more waiting. In
 * a packet `frame_offset` and `payload_offset` count from the base that
 * `ipmon_batch_bytes()` tells.
 *
 * Notices that are due are called back on this thread, in front of the packets that
 * come behind them; the function for packets is not called.
 *
 * Returns: how many packets were written, at least 1; 0 when the time is over. `END`
 * after the last packet of a file, again and again. What is wrong with the file, and
 * what ended a live capture, after every packet before that: the statuses of
 * `ipmon_parse_pcap_file()`, `DEVICE_GONE`, `SYSTEM`. `INTERRUPTED` by
 * `ipmon_interrupt()`, after which the next call goes on; by a stop or a free on
 * another thread, for good: packets that this call had taken count as `discarded`.
 * `BUSY` while another call pulls from this monitor, or an Arrow stream of it is not
 * released. `BAD_ARGUMENT` when nothing is open, for a `capacity` of 0, a size that is
 * none, an `out` that is not aligned or a time below -1. `BAD_HANDLE`, `NULL_ARGUMENT`,
 * `FORKED`.
 * Threads: any thread; one at a time for each monitor.
 * Ownership: `out` stays the caller's. What its packets point to, texts included, is
 * borrowed until the next `ipmon_next_batch()`, `ipmon_do_events()`, open, stop, reset
 * or free of this monitor, on whatever thread.
 * From a callback: of another monitor.
 * Since: 0.1.
 */
IPMON_API
ptrdiff_t ipmon_next_batch(struct ipmon_t *m,
                           struct ipmon_packet *out,
                           size_t packet_size,
                           size_t capacity,
                           int timeout_ms);

/**
 * The memory that holds the frames of the last batch: what the offsets of its packets
 * count from. For columns, and for languages without pointers.
 *
 * Returns: `OK`, with `base`, never NULL, and `length` in bytes written; a length of 0
 * before the first batch. `BUSY` while a call pulls from this monitor. `BAD_ARGUMENT`
 * when nothing is open. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: the memory is borrowed, as what the packets point to.
 * From a callback: of another monitor.
 * Since: 0.1.
 */
IPMON_API
ipmon_status ipmon_batch_bytes(struct ipmon_t *m,
                               const uint8_t **base,
                               size_t *length);

/**
 * Calls the callbacks, on this thread, for what waits in what is open: up to one
 * reading of the file, or one block of the ring. Waits up to `timeout_ms` for the first
 * packet.
 *
 * Returns: `OK`: packets were delivered, and more may wait. `TIMEOUT`: none came.
 * `END` and failures as `ipmon_next_batch()`; what is returned is not told to the
 * function for errors as well. `INTERRUPTED` also when a callback stops or frees the
 * monitor: the current packet was the last.
 * Threads: any thread; one at a time for each monitor.
 * Ownership: what callbacks get is borrowed until they return.
 * From a callback: of another monitor.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_do_events(struct ipmon_t *m, int timeout_ms);

/**
 * A descriptor that is readable while a call that pulls would find something: packets,
 * the end, a failure, a notice or an interrupt. For `poll()`, `epoll` and every loop
 * that is built on them; it is level-triggered.
 *
 * Once it is readable, pull with a time of 0 until nothing comes (a count of 0,
 * `TIMEOUT`); it may be readable once more than there is something. With `EPOLLET` that
 * is a duty. A file on a disk is always readable, to its end. The descriptor can be
 * asked for before something is open, and stays the same for the monitor's life.
 *
 * Returns: `OK`, with `fd` written. `SYSTEM` when no descriptor is left. `BAD_HANDLE`,
 * `NULL_ARGUMENT`, `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: the descriptor stays the library's, and is closed with the monitor: take it
 * out of your loop first. It must not be closed, nor read or written.
 * From a callback: yes.
 * Since: 0.1.
 */
IPMON_API
ipmon_status ipmon_get_fd(struct ipmon_t *m,
                          int *fd);

/**
 * Hands out what is open, by `ipmon_open_pcap_file()` or `ipmon_open_live()`, as an
 * Arrow C stream: pyarrow, polars, DuckDB and every other reader of Arrow takes it as
 * a table. docs/arrow.md has its columns.
 *
 * A record batch has up to `rows` rows (at most 1,048,576; 0 is 16,384), and fewer when it
 * holds more than 64 MiB of bytes, or when there are no more packets at the moment.
 * `columns` is a set of `IPMON_COLUMN_` bits; 0 is `IPMON_COLUMN_DEFAULT`. No value is
 * ever null, and the option `address_text` does not matter.
 *
 * The stream's `get_next` reads on the thread that calls it, as `ipmon_next_batch()` does
 * without a limit of time: it waits for the first packet, and hands out what is there
 * with it. Live, that is what one to a few times `latency` brought. Notices are called back
 * there. After the last packet it gives a released array. It returns an errno for a failure,
 * after every row in front of it, and `get_last_error` tells the text: `EIO` for what is
 * wrong with a file, `ENOTSUP` for `UNSUPPORTED`, `ENODEV` for `DEVICE_GONE`, `EACCES` for
 * `NO_PERMISSION`, `ECANCELED` for `INTERRUPTED`, `ENOMEM`, `EBUSY` inside a callback that
 * `get_next` makes; `EINVAL` once the monitor was freed, or something else was opened, and
 * in a forked child.
 *
 * What is open is the stream's alone until it is released: other calls that pull are
 * `BUSY`. A release ends neither the run nor the monitor; the rest can be pulled.
 *
 * Returns: `OK`, with `out` written. `END` when all packets were handed out already; what
 * ended the run otherwise, as `ipmon_next_batch()`. `BUSY` while a call pulls, or another
 * stream is not released. `BAD_ARGUMENT` when nothing is open, for `rows` beyond the limit
 * and for bits that are no column. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
 * Threads: any thread, at any time. The stream may move between threads; its functions are
 * called one at a time.
 * Ownership: the stream is the caller's, to be released as the Arrow specification says; what
 * `out` held before is overwritten. Batches own their memory, whatever becomes of stream
 * and monitor. All may be released on any thread.
 * From a callback: of another monitor.
 * Since: 0.1.
 */
IPMON_API
ipmon_status ipmon_arrow_stream(struct ipmon_t *m,
                                size_t rows,
                                uint32_t columns,
                                struct ArrowArrayStream *out);

/**
 * Lists the network interfaces, by index. It needs neither privileges nor
 * libpcap.
 *
 * `out` is an array of `capacity` structs of `adapter_size`, which is
 * `sizeof(ipmon_adapter)`, bytes each. With `out` NULL and `capacity` 0 only
 * `count` is told.
 *
 * Returns: `OK`, with `count` elements written. `BAD_SIZE` when `capacity` is
 * too small, with `count` telling how many there are and nothing else written.
 * `BAD_ARGUMENT` when the size of an element is none that any version had.
 * `NULL_ARGUMENT`, `FORKED`, `SYSTEM`.
 * Threads: any thread, at any time.
 * Ownership: `out` stays the caller's.
 * From a callback: yes.
 * Since: 0.1.
 */
IPMON_API
ipmon_status ipmon_list_adapters(struct ipmon_adapter *out,
                                 size_t adapter_size,
                                 size_t capacity,
                                 size_t *count);

/**
 * Lists the IP addresses of this machine, interface by interface. It needs
 * neither privileges nor libpcap.
 *
 * `out` is an array of `capacity` structs of `address_size`, which is
 * `sizeof(ipmon_ip_address)`, bytes each. With `out` NULL and `capacity` 0
 * only `count` is told.
 *
 * Returns: `OK`, with `count` elements written. `BAD_SIZE` when `capacity` is
 * too small, with `count` telling how many there are and nothing else written.
 * `BAD_ARGUMENT` when the size of an element is none that any version had.
 * `NULL_ARGUMENT`, `FORKED`, `SYSTEM`.
 * Threads: any thread, at any time.
 * Ownership: `out` stays the caller's.
 * From a callback: yes.
 * Since: 0.1.
 */
IPMON_API
ipmon_status ipmon_list_ip_addresses(struct ipmon_ip_address *out,
                                     size_t address_size,
                                     size_t capacity,
                                     size_t *count);

/**
 * Whether a live capture with the monitor's options could start now. If not,
 * `ipmon_last_error()` says what keeps it from that and what to do. Only a start
 * tells whether there is memory for the ring, whether the filter suits the
 * interface, and whether its adapter stamps packets.
 *
 * Returns: `OK`. `NO_DEVICE`, `DEVICE_DOWN`, `NO_PERMISSION`, `NO_LIBPCAP`,
 * `UNSUPPORTED` for a `time_source` without an adapter, `SYSTEM`. `BAD_HANDLE`,
 * `NULL_ARGUMENT`, `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: nothing changes hands.
 * From a callback: yes.
 * Since: 0.1.
 */
IPMON_API ipmon_status ipmon_check_access(struct ipmon_t *m);

/**
 * Writes an address as NUL-terminated text: dotted decimal, or RFC 5952 for
 * IPv6.
 *
 * `ip` holds 4 bytes in network order for `ip_version` 4, and 16 for 6, such
 * as `source_ip` of a packet. `IPMON_ADDRESS_TEXT_SIZE` bytes of `text` are
 * enough for any address.
 *
 * Returns: `OK`. `BAD_ARGUMENT` for another version. `BAD_SIZE` when `size` is
 * too small: `text` then holds as much as fits. `NULL_ARGUMENT`, `FORKED`.
 * Threads: any thread, at any time.
 * Ownership: both buffers stay the caller's.
 * From a callback: yes.
 * Since: 0.1.
 */
IPMON_API
ipmon_status ipmon_format_address(const uint8_t *ip,
                                  uint32_t ip_version,
                                  char *text,
                                  size_t size);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* IPMON_H */


/*
 * The structs of the Arrow C data and C stream interfaces, for ipmon_arrow_stream().
 * https://arrow.apache.org/docs/format/CDataInterface.html says what each member means
 * and who releases what. Every header that declares them does so under the same macros.
 */
#ifdef __cplusplus
extern "C" {
#endif

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

/* A type: of a column, or of all columns as a struct. */
struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

/* Values: of a column, or of a record batch as a struct. */
struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};

#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

/* Record batches, one after the other. Functions that return an int return 0 or an
 * errno; release is NULL once it was called. */
struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};

#endif

#ifdef __cplusplus
}
#endif
