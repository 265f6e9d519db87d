/*
 * column_sums FILE: pulls the packets of a capture, and prints of each column that
 * ipmon_arrow_stream() has its name and the sum of its values modulo 2^64; of texts and
 * bytes the sum of their bytes, each plus 1. The last line is their number.
 */
#include <inttypes.h>
#include <ipmon.h>
#include <stdio.h>
#include <string.h>

enum { MOST = 1024 };

static ipmon_packet batch[MOST];

static uint64_t bytes(const void *from, size_t length)
{
    const uint8_t *b = from;
    uint64_t sum = length;
    while (length-- > 0)
        sum += *b++;
    return sum;
}

/* Of numbers, and of all else. */
#define NUMBERS(X)                                                                       \
    X(frame_number) X(timestamp_ns) X(timestamp) X(interface_index) X(direction)         \
    X(link_type) X(frame_length) X(frame_wire_length) X(ip_version) X(source_port)       \
    X(destination_port) X(tos) X(id) X(flags) X(offset) X(ttl) X(checksum)               \
    X(ip_protocol) X(ip_length) X(payload_length) X(payload_wire_length) X(notes)
#define BYTES(X)                                                                         \
    X(source_address, strlen(p->source_address))                                         \
    X(destination_address, strlen(p->destination_address))                               \
    X(source_ip, 16) X(destination_ip, 16)                                               \
    X(payload, p->payload_length) X(ip, p->ip_length) X(frame, p->frame_length)

int main(int argc, char **argv)
{
    ipmon_t *m = ipmon_new();
    uint64_t rows = 0;
    ptrdiff_t n;
#define ONE(name) uint64_t name = 0;
    NUMBERS(ONE)
#undef ONE
#define ONE(name, length) uint64_t name = 0;
    BYTES(ONE)
#undef ONE
    if (argc != 2 || ipmon_open_pcap_file(m, argv[1]))
        return 2;
    while ((n = ipmon_next_batch(m, batch, sizeof *batch, MOST, -1)) > 0) {
        rows += (uint64_t)n;
        for (const ipmon_packet *p = batch; p < batch + n; p++) {
#define ONE(name) name += (uint64_t)p->name;
            NUMBERS(ONE)
#undef ONE
#define ONE(name, length) name += bytes(p->name, length);
            BYTES(ONE)
#undef ONE
        }
    }
#define ONE(name) printf(#name " %" PRIu64 "\n", name);
    NUMBERS(ONE)
#undef ONE
#define ONE(name, length) printf(#name " %" PRIu64 "\n", name);
    BYTES(ONE)
    printf("rows %" PRIu64 "\n", rows);
    return n != IPMON_STATUS_END || ipmon_free(m) != IPMON_STATUS_OK;
}
