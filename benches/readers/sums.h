/*
 * What all readers share: the packet that the rivals fill, the callbacks that are called
 * for it, and the sums of everything that a callback read. Two readers whose sums differ
 * have not read the same.
 *
 *     struct sums sums;
 *     on_packet_fn on_packet = sums_begin(&sums, "bytes");
 *     ...on_packet(&packet, &sums) for every packet, opening and closing included...
 *     sums_end(&sums);
 */
#ifndef SUMS_H
#define SUMS_H

#include <stdint.h>
#include <string.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The fields have the names, the widths and the meaning of ipmon_packet's. */
struct packet {
    uint8_t ip_version, tos, flags, ttl;
    uint16_t source_port, destination_port;
    uint32_t id;
    uint16_t offset, checksum;
    uint8_t ip_protocol;
    int64_t timestamp_ns;
    const uint8_t *payload; /* NULL from a reader that has parsed it away. */
    uint32_t payload_length, payload_wire_length;
    uint32_t ip_length, frame_length, frame_wire_length;
    uint64_t frame_number;
    uint8_t source_ip[16], destination_ip[16]; /* IPv4 in the first four. */
    const char *source_address, *destination_address; /* "" where no text is made. */
};

struct sums {
    uint64_t packets, number, time, ports, header, payload, length, source, destination;
    uint64_t text, bytes;
    struct timespec wall, cpu; /* When it began. */
};

typedef void (*on_packet_fn)(const struct packet *packet, void *sums);

/* The callback of a mode, and starts the clocks. The modes:
 *   bytes  reads all fields, and the addresses as bytes
 *   text   also looks at both addresses as text
 *   check  reads every byte of the texts and of the payload; not for measuring */
on_packet_fn sums_begin(struct sums *sums, const char *mode);

/* Stops the clocks and prints sums and nanoseconds: one line of NAME=NUMBER. */
void sums_end(struct sums *sums);

/* Prints the sums alone: for who writes a capture. */
void sums_print(const struct sums *sums);

static inline uint64_t sum_address(const uint8_t *ip, unsigned version)
{
    uint64_t high, low;
    uint32_t four;
    if (version == 4) {
        memcpy(&four, ip, 4);
        return four;
    }
    memcpy(&high, ip, 8);
    memcpy(&low, ip + 8, 8);
    return high + 3 * low;
}

/* Fields share a sum where they cannot hide each other's errors, so that summing costs
 * little beside reading. For struct packet and ipmon_packet alike. */
#define SUM_FIELDS(s, p)                                                                 \
    do {                                                                                 \
        (s)->packets++;                                                                  \
        (s)->number += (p)->frame_number;                                                \
        (s)->time += (uint64_t)(p)->timestamp_ns;                                        \
        (s)->ports += (p)->source_port | (uint64_t)(p)->destination_port << 16 |         \
                      (uint64_t)(p)->id << 32;                                           \
        (s)->header += (p)->ip_version | (uint64_t)(p)->tos << 8 |                       \
                       (uint64_t)(p)->flags << 16 | (uint64_t)(p)->ttl << 24 |           \
                       (uint64_t)(p)->offset << 32 | (uint64_t)(p)->checksum << 48;      \
        (s)->payload += (p)->payload_length | (uint64_t)(p)->ip_protocol << 24 |         \
                        (uint64_t)(p)->payload_wire_length << 32;                        \
        (s)->length += (p)->frame_length + 3 * (uint64_t)(p)->ip_length +                \
                       ((uint64_t)(p)->frame_wire_length << 32);                         \
        (s)->source += sum_address((p)->source_ip, (p)->ip_version);                     \
        (s)->destination += sum_address((p)->destination_ip, (p)->ip_version);           \
    } while (0)

#define SUM_TEXT(s, p)                                                                   \
    ((s)->text += (uint8_t)*(p)->source_address + 3 * (uint64_t)(uint8_t)*(p)->destination_address)

#define SUM_ALL_BYTES(s, p)                                                              \
    do {                                                                                 \
        (s)->text += sum_string((p)->source_address) +                                   \
                     3 * sum_string((p)->destination_address);                           \
        if ((p)->payload) (s)->bytes += sum_bytes((p)->payload, (p)->payload_length);    \
    } while (0)

uint64_t sum_bytes(const uint8_t *bytes, size_t length);
uint64_t sum_string(const char *text);

#ifdef __cplusplus
}
#endif
#endif
