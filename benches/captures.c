/*
 * captures: writes a capture to measure with, and prints the sums that its readers must
 * come to. The same arguments always give the same bytes.
 *
 * usage: captures NAME PACKETS FILE    with a NAME of the table below
 *        captures                      lists the names
 */
#define _POSIX_C_SOURCE 200809L
#include "readers/sums.h"

#include <stdio.h>
#include <stdlib.h>

enum { MIXED_SIZES = 1, TAGS = 2, EXTENSIONS = 4, PCAPNG = 8 };

/* 0 flows: every packet has addresses of its own. */
static const struct shape {
    const char *name;
    int version, flows, what;
} SHAPES[] = {
    {"64", 4, 1000, 0},
    {"64-pcapng", 4, 1000, PCAPNG},
    {"imix", 4, 1000, MIXED_SIZES},
    {"vlan", 4, 1000, TAGS},
    {"ipv6-extensions", 6, 1000, EXTENSIONS},
    {"ipv4-10", 4, 10, 0},
    {"ipv4-new", 4, 0, 0},
    {"ipv6-10", 6, 10, 0},
    {"ipv6-1000", 6, 1000, 0},
    {"ipv6-new", 6, 0, 0},
};

struct flow {
    uint8_t source[16], destination[16], protocol, tos, ttl, flags;
    uint16_t source_port, destination_port;
};

enum { TCP = 6, UDP = 17, HOP_BY_HOP = 0, ROUTING = 43, FRAGMENT = 44, DESTINATION = 60 };

/* splitmix64. */
static uint64_t random_state = 1;
static uint64_t random64(void)
{
    uint64_t z = random_state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}
static unsigned below(unsigned n) { return (unsigned)((random64() >> 32) * n >> 32); }

static void put16(uint8_t *to, unsigned n)
{
    to[0] = (uint8_t)(n >> 8);
    to[1] = (uint8_t)n;
}
static void put32(uint8_t *to, uint32_t n)
{
    put16(to, n >> 16);
    put16(to + 2, n & 0xffff);
}

static struct flow new_flow(int version)
{
    struct flow f = {.protocol = below(2) ? TCP : UDP,
                     .tos = (uint8_t)(below(4) ? 0 : below(256)),
                     .ttl = (uint8_t)(32 + below(224)),
                     .flags = (uint8_t)(version == 4 ? below(2) * 2 : 0),
                     .source_port = (uint16_t)(1024 + below(64512)),
                     .destination_port = (uint16_t)(below(2) ? 443 : below(65536))};
    for (int i = 0; i < 16; i += 8) {
        uint64_t source = random64(), destination = random64();
        memcpy(f.source + i, &source, 8);
        memcpy(f.destination + i, &destination, 8);
    }
    /* Public unicast. Half of the IPv6 interfaces were numbered by hand: "::2a". */
    f.source[0] = version == 4 ? (uint8_t)(11 + below(110)) : 0x20;
    f.destination[0] = version == 4 ? (uint8_t)(11 + below(110)) : 0x26;
    if (version == 6 && below(2)) memset(f.source + 6, 0, 9);
    if (version == 6 && below(2)) memset(f.destination + 8, 0, 7);
    return f;
}

/* Text that compresses about as text does: words of letters, some of them often. */
static uint8_t text[1 << 16];
static void make_text(void)
{
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)(below(6) ? 'a' + below(1 + below(26)) : ' ');
}

static unsigned put_tags(uint8_t *to, unsigned tags)
{
    for (unsigned i = 0; i < tags; i++) {
        put16(to + 4 * i, i + 1 < tags ? 0x88a8 : 0x8100);
        put16(to + 4 * i + 2, 1 + below(4094));
    }
    return 4 * tags;
}

static unsigned put_ipv4(uint8_t *ip, const struct flow *f, unsigned payload, struct packet *p)
{
    p->id = below(65536);
    ip[0] = 0x45;
    ip[1] = f->tos;
    put16(ip + 2, 20 + payload);
    put16(ip + 4, p->id);
    put16(ip + 6, (unsigned)f->flags << 13);
    ip[8] = f->ttl;
    ip[9] = f->protocol;
    memcpy(ip + 12, f->source, 4);
    memcpy(ip + 16, f->destination, 4);
    put16(ip + 10, 0);
    uint32_t sum = 0;
    for (int i = 0; i < 20; i += 2) sum += (uint32_t)ip[i] << 8 | ip[i + 1];
    sum = (sum & 0xffff) + (sum >> 16);
    p->checksum = (uint16_t)~(sum + (sum >> 16));
    put16(ip + 10, p->checksum);
    return 20;
}

/* An extension header behind those that are there; returns its length. */
static unsigned put_extension(uint8_t *to, unsigned kind, struct packet *p)
{
    static const uint8_t ROUTER_ALERT[6] = {5, 2, 0, 0, 1, 0}, PADDING[6] = {1, 4};
    if (kind == FRAGMENT) {
        p->id = (uint32_t)random64();
        p->offset = (uint16_t)(below(2) ? 0 : 1 + below(8191));
        p->flags = (uint8_t)below(2);
        put16(to, 0);
        put16(to + 2, (unsigned)p->offset << 3 | p->flags);
        put32(to + 4, p->id);
        return 8;
    }
    if (kind == ROUTING) { /* Segment routing with one segment, which was reached. */
        memset(to, 0, 24);
        to[1] = 2;
        to[2] = 4;
        memcpy(to + 8, p->destination_ip, 16);
        return 24;
    }
    to[1] = 0;
    memcpy(to + 2, kind == HOP_BY_HOP ? ROUTER_ALERT : PADDING, 6);
    return 8;
}

static unsigned put_ipv6(uint8_t *ip, const struct flow *f, int extensions, unsigned payload,
                         struct packet *p)
{
    static const unsigned CHAINS[8][4] = { /* Kind plus one; 0 ends a chain. */
        {HOP_BY_HOP + 1}, {DESTINATION + 1}, {ROUTING + 1}, {FRAGMENT + 1}, {FRAGMENT + 1},
        {HOP_BY_HOP + 1, DESTINATION + 1}, {HOP_BY_HOP + 1, ROUTING + 1, FRAGMENT + 1},
        {DESTINATION + 1, ROUTING + 1}};
    const unsigned *chain = extensions ? CHAINS[below(8)] : (const unsigned[4]){0};
    unsigned at = 40;
    uint8_t *next = ip + 6;
    put32(ip, 6u << 28 | (uint32_t)f->tos << 20 | (f->source_port & 0xfffff));
    ip[7] = f->ttl;
    memcpy(ip + 8, f->source, 16);
    memcpy(ip + 24, f->destination, 16);
    for (; *chain; chain++) {
        *next = (uint8_t)(*chain - 1);
        next = ip + at;
        at += put_extension(ip + at, *chain - 1, p);
    }
    *next = f->protocol;
    put16(ip + 4, at - 40 + payload);
    return at;
}

/* The header of TCP or UDP, unless this is the middle of a fragmented packet; text behind. */
static void put_payload(uint8_t *to, const struct flow *f, unsigned length, struct packet *p)
{
    memcpy(to, text + below(sizeof text - 2048), length);
    if (p->offset) return;
    put16(to, p->source_port = f->source_port);
    put16(to + 2, p->destination_port = f->destination_port);
    if (f->protocol == UDP) {
        put16(to + 4, length);
        put16(to + 6, below(65536));
    } else {
        put32(to + 4, (uint32_t)random64());
        put32(to + 8, (uint32_t)random64());
        put16(to + 12, 0x5010);
        put16(to + 14, 0xffff);
        put32(to + 16, (uint32_t)(random64() << 16));
    }
}

static unsigned frame_size(const struct shape *shape)
{
    if (shape->what & EXTENSIONS) return 14 + 40 + 24; /* Extensions come on top. */
    if (shape->version == 6) return 84;
    if (!(shape->what & MIXED_SIZES)) return 64;
    unsigned n = below(12); /* 7 : 4 : 1 */
    return n < 7 ? 64 : n < 11 ? 570 : 1514;
}

/* Makes a frame and what it means. */
static unsigned make(const struct shape *shape, const struct flow *f, uint8_t *frame,
                     struct packet *p)
{
    static const uint8_t MACS[12] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
    unsigned address = shape->version == 4 ? 4 : 16;
    unsigned payload = frame_size(shape) - 14 - (shape->version == 4 ? 20 : 40);
    p->ip_version = (uint8_t)shape->version;
    p->tos = f->tos;
    p->flags = f->flags;
    p->ttl = f->ttl;
    p->source_port = p->destination_port = p->offset = p->checksum = 0;
    p->id = 0;
    p->ip_protocol = f->protocol;
    memcpy(p->source_ip, f->source, address);
    memcpy(p->destination_ip, f->destination, address);

    memcpy(frame, MACS, 12);
    unsigned at = 12 + put_tags(frame + 12, shape->what & TAGS ? 1 + below(2) : 0);
    put16(frame + at, shape->version == 4 ? 0x0800 : 0x86dd);
    uint8_t *ip = frame + at + 2;
    unsigned header = shape->version == 4
                          ? put_ipv4(ip, f, payload, p)
                          : put_ipv6(ip, f, shape->what & EXTENSIONS, payload, p);
    put_payload(ip + header, f, payload, p);

    p->payload = ip + header;
    p->payload_length = p->payload_wire_length = payload;
    p->ip_length = header + payload;
    p->frame_length = p->frame_wire_length = at + 2 + p->ip_length;
    return p->frame_length;
}

/* Files are in this machine's byte order, which every reader reads. */
static void put_words(FILE *file, size_t count, const uint32_t *words)
{
    fwrite(words, 4, count, file);
}

static void begin_file(FILE *file, int pcapng)
{
    if (pcapng) {
        put_words(file, 7, (const uint32_t[]){0x0a0d0d0a, 28, 0x1a2b3c4d, 1, ~0u, ~0u, 28});
        put_words(file, 5, (const uint32_t[]){1, 20, 1, 262144, 20});
    } else {
        put_words(file, 6, (const uint32_t[]){0xa1b2c3d4, 2 | 4 << 16, 0, 0, 262144, 1});
    }
}

static void write_frame(FILE *file, int pcapng, uint64_t us, const uint8_t *frame, uint32_t n)
{
    if (pcapng) {
        uint32_t padded = (n + 3) & ~3u, size = 32 + padded;
        put_words(file, 7, (const uint32_t[]){6, size, 0, (uint32_t)(us >> 32), (uint32_t)us,
                                              n, n});
        fwrite(frame, 1, padded, file);
        put_words(file, 1, &size);
    } else {
        put_words(file, 4, (const uint32_t[]){(uint32_t)(us / 1000000),
                                              (uint32_t)(us % 1000000), n, n});
        fwrite(frame, 1, n, file);
    }
}

int main(int argc, char **argv)
{
    static uint8_t frame[2048];
    static struct flow flows[1000];
    static struct sums sums;
    const struct shape *shape = NULL;
    for (size_t i = 0; i < sizeof SHAPES / sizeof *SHAPES; i++) {
        if (argc < 2) puts(SHAPES[i].name);
        else if (!strcmp(argv[1], SHAPES[i].name)) shape = &SHAPES[i];
    }
    if (argc < 2) return 0;
    long long count = argc > 2 ? atoll(argv[2]) : 0;
    FILE *file = shape && count > 0 && argc > 3 ? fopen(argv[3], "wb") : NULL;
    if (!file) {
        fputs("usage: captures NAME PACKETS FILE\n", stderr);
        return 2;
    }
    setvbuf(file, NULL, _IOFBF, 1 << 20);
    make_text();
    for (int i = 0; i < shape->flows; i++) flows[i] = new_flow(shape->version);

    struct packet p = {.source_address = "", .destination_address = ""};
    uint64_t us = 1700000000000000;
    on_packet_fn on_packet = sums_begin(&sums, "check");
    begin_file(file, shape->what & PCAPNG);
    for (long long i = 0; i < count; i++) {
        struct flow fresh;
        const struct flow *f = shape->flows ? &flows[below((unsigned)shape->flows)] : &fresh;
        if (!shape->flows) fresh = new_flow(shape->version);
        us += below(20);
        p.frame_number++;
        p.timestamp_ns = (int64_t)us * 1000;
        uint32_t length = make(shape, f, frame, &p);
        write_frame(file, shape->what & PCAPNG, us, frame, length);
        on_packet(&p, &sums);
    }
    if (fclose(file)) {
        perror(argv[3]);
        return 1;
    }
    sums_print(&sums);
    return 0;
}
