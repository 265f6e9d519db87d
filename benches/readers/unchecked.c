/*
 * The bound: fills ipmon's event and calls its callback, and checks nothing. It takes every
 * record for one of a pcap file or an enhanced packet block, and every frame for Ethernet
 * with a whole packet: of IPv4 without options, no fragment, and with ports; or, where the
 * first is one, of IPv6. What a reader takes beyond this is what it costs to know.
 *
 * usage: unchecked MODE FILE [map]    map: the file is mapped instead of read
 */
#define _DEFAULT_SOURCE
#include "callbacks.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 128 * 1024, PAGE = 4096, ROOM = 128, AHEAD = 2048 };
enum { PCAPNG = 0x0a0d0d0a, ENHANCED_PACKET = 6, FRAGMENT = 44 };

static struct reader reader;
static ipmon_packet event;

static inline uint16_t be16(const uint8_t *at)
{
    uint16_t n;
    memcpy(&n, at, 2);
    return __builtin_bswap16(n);
}

static inline void parse_ipv4(ipmon_packet *e, const uint8_t *ip)
{
    uint32_t total = be16(ip + 2);
    e->tos = ip[1];
    e->flags = ip[6] >> 5;
    e->ttl = ip[8];
    e->source_port = be16(ip + 20);
    e->destination_port = be16(ip + 22);
    e->id = be16(ip + 4);
    e->offset = be16(ip + 6) & 0x1fff;
    e->checksum = be16(ip + 10);
    e->ip_protocol = ip[9];
    e->payload = ip + 20;
    e->payload_length = e->payload_wire_length = total - 20;
    memcpy(e->source_ip, ip + 12, 4);
    memcpy(e->destination_ip, ip + 16, 4);
    e->ip_length = total;
}

static inline int is_extension(unsigned protocol)
{
    return protocol == 0 || protocol == 43 || protocol == 60;
}

static inline void parse_ipv6(ipmon_packet *e, const uint8_t *ip)
{
    uint32_t total = 40u + be16(ip + 4), at = 40, id = 0;
    unsigned protocol = ip[6], fragment = 0;
    while (protocol == FRAGMENT || is_extension(protocol)) {
        unsigned size = 8;
        if (protocol == FRAGMENT) {
            fragment = be16(ip + at + 2);
            memcpy(&id, ip + at + 4, 4);
        } else {
            size = (ip[at + 1] + 1u) * 8;
        }
        protocol = ip[at];
        at += size;
        if (fragment >> 3) break; /* What follows is the middle of something. */
    }
    e->tos = (uint8_t)(be16(ip) >> 4);
    e->ttl = ip[7];
    e->flags = fragment & 1;
    e->offset = (uint16_t)(fragment >> 3);
    e->id = __builtin_bswap32(id);
    e->notes = fragment ? IPMON_NOTE_FRAGMENT : 0;
    e->source_port = fragment >> 3 ? 0 : be16(ip + at);
    e->destination_port = fragment >> 3 ? 0 : be16(ip + at + 2);
    e->ip_protocol = (uint8_t)protocol;
    e->payload = ip + at;
    e->payload_offset = 14 + at;
    e->payload_length = e->payload_wire_length = total - at;
    memcpy(e->source_ip, ip + 8, 16);
    memcpy(e->destination_ip, ip + 24, 16);
    e->ip_length = total;
}

/* What a record's header tells, and the call. */
static inline void deliver(ipmon_on_ip_packet_fn callback, int v6, const uint8_t *frame,
                           uint64_t microseconds, uint32_t captured, uint32_t length)
{
    ipmon_packet *e = &event;
    const uint8_t *ip = frame + 14;
    e->timestamp = (int64_t)microseconds;
    e->timestamp_ns = (int64_t)(microseconds * 1000);
    if (v6)
        parse_ipv6(e, ip);
    else
        parse_ipv4(e, ip);
    e->ip = ip;
    e->frame = frame;
    e->frame_length = captured;
    e->frame_wire_length = length;
    e->frame_number++;
    callback(e, &reader);
}

/* From `at` as far as whole records go. */
static inline const uint8_t *walk(const uint8_t *at, const uint8_t *end, int pcapng, int v6,
                                  int ahead, ipmon_on_ip_packet_fn callback)
{
    uint32_t word[7];
    while (end - at >= 32) {
        memcpy(word, at, sizeof word);
        size_t size = pcapng ? word[1] : 16 + word[2];
        if ((size_t)(end - at) < size) break;
        if (ahead) {
            __builtin_prefetch(at + AHEAD);
            __builtin_prefetch(at + AHEAD + 64);
        }
        if (!pcapng)
            deliver(callback, v6, at + 16, word[0] * 1000000ull + word[1], word[2], word[3]);
        else if (word[0] == ENHANCED_PACKET)
            deliver(callback, v6, at + 28, (uint64_t)word[3] << 32 | word[4], word[5],
                    word[6]);
        at += size;
    }
    return at;
}

static const uint8_t *walk_kind(const uint8_t *at, const uint8_t *end, int pcapng, int ahead,
                                ipmon_on_ip_packet_fn callback)
{
    /* A loop for each, as every reader that is quick has. */
    if (pcapng) return walk(at, end, 1, 0, ahead, callback);
    if (event.ip_version == 6) return walk(at, end, 0, 1, ahead, callback);
    return walk(at, end, 0, 0, ahead, callback);
}

/* Whether the file is pcapng; also, of a pcap file, what its first packet is. */
static int begins_as_pcapng(const uint8_t *file)
{
    uint32_t word;
    memcpy(&word, file, 4);
    if (word != PCAPNG) event.ip_version = file[24 + 16 + 14] >> 4;
    return word == PCAPNG;
}

int main(int argc, char **argv)
{
    /* Reads begin where pages do. */
    static uint8_t memory[2 * PIECE + ROOM] __attribute__((aligned(PAGE)));
    struct stat status;
    if (argc < 3) return 2;
    ipmon_on_ip_packet_fn callback = callback_of(argv[1]);
    sums_begin(&reader.sums, argv[1]);
    event = (ipmon_packet){.struct_size = sizeof event, .ip_version = 4, .link_type = 1,
                           .source_address = "", .destination_address = "",
                           .payload_offset = 34};
    int fd = open(argv[2], O_RDONLY);
    if (fd < 0 || fstat(fd, &status)) {
        perror(argv[2]);
        return 1;
    }
    if (argc > 3) {
        size_t length = (size_t)status.st_size;
        const uint8_t *file = mmap(NULL, length, PROT_READ, MAP_PRIVATE, fd, 0);
        if (file == MAP_FAILED) return 1;
        int pcapng = begins_as_pcapng(file);
        walk_kind(file + (pcapng ? 0 : 24), file + length, pcapng, 1, callback);
    } else {
        uint8_t *place = memory + PIECE;
        const uint8_t *at = place;
        size_t left = 0;
        ssize_t n;
        for (int first = 1, pcapng = 0; (n = read(fd, place, PIECE)) > 0; first = 0) {
            at = place - left;
            if (first && !(pcapng = begins_as_pcapng(at))) at += 24;
            at = walk_kind(at, place + n, pcapng, 0, callback);
            left = (size_t)(place + n - at);
            memmove(place - left, at, left);
        }
    }
    close(fd);
    printf("rest=%llu ", (unsigned long long)reader.rest);
    sums_end(&reader.sums);
    return 0;
}
