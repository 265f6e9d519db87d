/* Writes capture files byte by byte, so that a test knows what each byte means. */
#ifndef CAPTURE_H
#define CAPTURE_H

#include "check.h"

enum { ETHERNET = 1, RAW_IP = 101, USER_0 = 147 };

/* Bytes of a frame, or of a file. */
struct bytes {
    uint8_t at[16384];
    size_t length;
};

static inline void put8(struct bytes *b, unsigned value)
{
    REQUIRE(b->length < sizeof b->at);
    b->at[b->length++] = (uint8_t)value;
}

/* Headers of the network are big-endian, ... */
static inline void put16(struct bytes *b, unsigned value)
{
    put8(b, value >> 8);
    put8(b, value & 255);
}

static inline void put32(struct bytes *b, uint32_t value)
{
    put16(b, value >> 16);
    put16(b, value & 65535);
}

/* ... and the files here are little-endian. */
static inline void put16le(struct bytes *b, unsigned value)
{
    put8(b, value & 255);
    put8(b, value >> 8 & 255);
}

static inline void put32le(struct bytes *b, uint32_t value)
{
    put16le(b, value & 65535);
    put16le(b, value >> 16);
}

static inline void put(struct bytes *b, const void *from, size_t length)
{
    const uint8_t *p = (const uint8_t *)from;
    size_t i;
    for (i = 0; i < length; i++)
        put8(b, p[i]);
}

static inline void put_times(struct bytes *b, unsigned value, size_t times)
{
    while (times-- > 0)
        put8(b, value);
}

static inline void put_ethernet(struct bytes *b, unsigned type)
{
    static const uint8_t to[6] = {2, 0, 0, 0, 0, 2}, from[6] = {2, 0, 0, 0, 0, 1};
    put(b, to, 6);
    put(b, from, 6);
    put16(b, type);
}

/* An IPv4 header from 10.0.0.1 to 10.0.0.2; options are 4-byte no-operations. */
static inline void put_ipv4(struct bytes *b, unsigned options, unsigned total_length,
                            unsigned flags_and_offset, unsigned protocol)
{
    put8(b, 0x45 + options);
    put8(b, 0xb9);
    put16(b, total_length);
    put16(b, 0x1234);
    put16(b, flags_and_offset);
    put8(b, 63);
    put8(b, protocol);
    put16(b, 0xabcd);
    put32(b, 0x0a000001);
    put32(b, 0x0a000002);
    put_times(b, 1, options * 4);
}

static inline void put_udp(struct bytes *b, unsigned from, unsigned to, unsigned data)
{
    put16(b, from);
    put16(b, to);
    put16(b, 8 + data);
    put16(b, 0);
    put_times(b, 'x', data);
}

/* A whole Ethernet frame with an IPv4 UDP datagram in it. */
static inline void put_datagram(struct bytes *b, unsigned from, unsigned to, unsigned data)
{
    put_ethernet(b, 0x0800);
    put_ipv4(b, 0, 28 + data, 0, 17);
    put_udp(b, from, to, data);
}

/* A capture file in the making, with a name of its own. */
struct capture {
    FILE *file;
    char path[256];
    long length;
};

static inline void capture_new(struct capture *c)
{
    const char *folder = getenv("TMPDIR");
    int fd;
    snprintf(c->path, sizeof c->path, "%s/ipmon-test-XXXXXX", folder && *folder ? folder : "/tmp");
    fd = mkstemp(c->path);
    REQUIRE(fd >= 0);
    c->file = fdopen(fd, "wb");
    REQUIRE(c->file != NULL);
    c->length = 0;
}

static inline void capture_put(struct capture *c, const struct bytes *b)
{
    REQUIRE(fwrite(b->at, 1, b->length, c->file) == b->length);
    c->length += (long)b->length;
}

/* A pcap file with microseconds begins. */
static inline void pcap_new(struct capture *c, uint32_t link_type)
{
    struct bytes b;
    b.length = 0;
    put32le(&b, 0xa1b2c3d4);
    put16le(&b, 2);
    put16le(&b, 4);
    put32le(&b, 0);
    put32le(&b, 0);
    put32le(&b, 262144);
    put32le(&b, link_type);
    capture_new(c);
    capture_put(c, &b);
}

/* A record that holds `kept` bytes of a frame of `wire` bytes. */
static inline void pcap_record(struct capture *c, uint32_t seconds, uint32_t microseconds,
                               const struct bytes *frame, size_t kept, size_t wire)
{
    struct bytes b;
    b.length = 0;
    put32le(&b, seconds);
    put32le(&b, microseconds);
    put32le(&b, (uint32_t)kept);
    put32le(&b, (uint32_t)wire);
    put(&b, frame->at, kept);
    capture_put(c, &b);
}

static inline void pcap_frame(struct capture *c, const struct bytes *frame)
{
    pcap_record(c, 1700000000, 123456, frame, frame->length, frame->length);
}

/* A pcapng file begins with a section ... */
static inline void pcapng_new(struct capture *c)
{
    struct bytes b;
    b.length = 0;
    put32le(&b, 0x0a0d0d0a);
    put32le(&b, 28);
    put32le(&b, 0x1a2b3c4d);
    put16le(&b, 1);
    put16le(&b, 0);
    put_times(&b, 255, 8);
    put32le(&b, 28);
    capture_new(c);
    capture_put(c, &b);
}

/* ... goes on with interfaces, whose times are in nanoseconds here, ... */
static inline void pcapng_interface(struct capture *c, unsigned link_type)
{
    struct bytes b;
    b.length = 0;
    put32le(&b, 1);
    put32le(&b, 28);
    put16le(&b, link_type);
    put16le(&b, 0);
    put32le(&b, 0);
    put16le(&b, 9);
    put16le(&b, 1);
    put8(&b, 9);
    put_times(&b, 0, 3);
    put32le(&b, 28);
    capture_put(c, &b);
}

/* ... and has packets. */
static inline void pcapng_packet(struct capture *c, uint32_t interface, uint64_t time_ns,
                                 const struct bytes *frame, size_t wire)
{
    struct bytes b;
    size_t padding = (4 - frame->length % 4) % 4;
    uint32_t total = (uint32_t)(32 + frame->length + padding);
    b.length = 0;
    put32le(&b, 6);
    put32le(&b, total);
    put32le(&b, interface);
    put32le(&b, (uint32_t)(time_ns >> 32));
    put32le(&b, (uint32_t)time_ns);
    put32le(&b, (uint32_t)frame->length);
    put32le(&b, (uint32_t)wire);
    put(&b, frame->at, frame->length);
    put_times(&b, 0, padding);
    put32le(&b, total);
    capture_put(c, &b);
}

/* The file is complete, and may be read. */
static inline void capture_close(struct capture *c)
{
    REQUIRE(fclose(c->file) == 0);
    c->file = NULL;
}

static inline void capture_remove(struct capture *c)
{
    CHECK_EQ(unlink(c->path), 0);
}

/* A complete pcap file of `count` datagrams; the source ports count from 1. */
static inline void pcap_of_datagrams(struct capture *c, unsigned count)
{
    unsigned i;
    pcap_new(c, ETHERNET);
    for (i = 1; i <= count; i++) {
        struct bytes frame;
        frame.length = 0;
        put_datagram(&frame, i & 65535, 53, 22);
        pcap_frame(c, &frame);
    }
    capture_close(c);
}

#endif
