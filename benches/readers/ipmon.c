/*
 * ipmon through its C API.
 *
 * usage: ipmon MODE FILE [map]    map: the file is mapped instead of read
 *
 * Beside the sums that all readers share, its callback reads the other scalar fields of
 * ipmon_packet, which the rivals do not fill.
 */
#include "fail.h"
#include "sums.h"

#include <ipmon.h>
#include <stdio.h>

struct reader {
    struct sums sums;
    uint64_t rest;
};

#define SUM_REST(r, p)                                                                   \
    ((r)->rest += (p)->struct_size + (uint64_t)(p)->timestamp + (p)->direction +         \
                  (p)->link_type + (p)->interface_index + (p)->notes +                   \
                  (p)->frame_offset + (p)->payload_offset)

static void on_packet(const ipmon_packet *p, void *reader)
{
    struct reader *r = reader;
    SUM_FIELDS(&r->sums, p);
    SUM_REST(r, p);
}

static void on_packet_text(const ipmon_packet *p, void *reader)
{
    struct reader *r = reader;
    SUM_FIELDS(&r->sums, p);
    SUM_REST(r, p);
    SUM_TEXT(&r->sums, p);
}

static void on_packet_check(const ipmon_packet *p, void *reader)
{
    struct reader *r = reader;
    SUM_FIELDS(&r->sums, p);
    SUM_REST(r, p);
    SUM_ALL_BYTES(&r->sums, p);
}

int main(int argc, char **argv)
{
    static struct reader r;
    if (argc < 3) return 2;
    const char *mode = argv[1];
    sums_begin(&r.sums, mode);
    ipmon_t *m = ipmon_new();
    if (ipmon_set_on_ip_packet(m, !strcmp(mode, "bytes")  ? on_packet
                                  : !strcmp(mode, "text") ? on_packet_text
                                                          : on_packet_check, &r) ||
        ipmon_set_address_text(m, strcmp(mode, "bytes") != 0))
        return fail(m);
    if (argc > 3 && ipmon_set_file_access(m, IPMON_FILE_ACCESS_MAP)) return fail(m);
    if (ipmon_parse_pcap_file(m, argv[2])) return fail(m);
    printf("rest=%llu ", (unsigned long long)r.rest);
    sums_end(&r.sums);
    return ipmon_free(m) != IPMON_STATUS_OK;
}
