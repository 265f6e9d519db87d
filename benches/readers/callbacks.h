/*
 * The callbacks for ipmon's event. Beside the sums that all readers share, they read the
 * other scalar fields of ipmon_packet, which the rivals do not fill.
 */
#ifndef CALLBACKS_H
#define CALLBACKS_H

#include "sums.h"

#include <ipmon.h>

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

static inline ipmon_on_ip_packet_fn callback_of(const char *mode)
{
    return !strcmp(mode, "bytes") ? on_packet : !strcmp(mode, "text") ? on_packet_text
                                                                      : on_packet_check;
}

#endif
