/* Reads Arrow streams as their specification says, and digests what is in them: one
 * number for each column, which the same packets as events come to as well. */
#ifndef ARROW_H
#define ARROW_H

#include "check.h"

/* In the order of their bits. */
static const struct column {
    const char *name, *format;
} columns[] = {
    {"frame_number", "L"},
    {"timestamp", "tsn:UTC"},
    {"interface_index", "I"},
    {"direction", "C"},
    {"link_type", "I"},
    {"frame_length", "I"},
    {"frame_wire_length", "I"},
    {"ip_version", "C"},
    {"source_address", "u"},
    {"source_port", "S"},
    {"destination_address", "u"},
    {"destination_port", "S"},
    {"tos", "C"},
    {"id", "I"},
    {"flags", "C"},
    {"offset", "S"},
    {"ttl", "C"},
    {"checksum", "S"},
    {"ip_protocol", "C"},
    {"ip_length", "I"},
    {"payload_length", "I"},
    {"payload_wire_length", "I"},
    {"notes", "I"},
    {"source_ip", "w:16"},
    {"destination_ip", "w:16"},
    {"payload", "z"},
    {"ip", "z"},
    {"frame", "z"},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

struct digest {
    uint64_t rows, of[COLUMNS];
};

static inline void digest_bytes(uint64_t *digest, const void *bytes, size_t length)
{
    const uint8_t *b = (const uint8_t *)bytes;
    while (length-- > 0)
        *digest = (*digest ^ *b++) * UINT64_C(0x100000001b3);
}

static inline void digest_value(uint64_t *digest, const void *bytes, uint32_t length)
{
    digest_bytes(digest, &length, sizeof length);
    digest_bytes(digest, bytes, length);
}

static inline void digest_event(struct digest *d, const ipmon_packet *p)
{
    uint64_t *of = d->of;
#define FIELD(name) digest_bytes(of++, &p->name, sizeof p->name)
#define TEXT(name) digest_value(of++, p->name, (uint32_t)strlen(p->name))
    FIELD(frame_number);
    FIELD(timestamp_ns);
    FIELD(interface_index);
    FIELD(direction);
    FIELD(link_type);
    FIELD(frame_length);
    FIELD(frame_wire_length);
    FIELD(ip_version);
    TEXT(source_address);
    FIELD(source_port);
    TEXT(destination_address);
    FIELD(destination_port);
    FIELD(tos);
    FIELD(id);
    FIELD(flags);
    FIELD(offset);
    FIELD(ttl);
    FIELD(checksum);
    FIELD(ip_protocol);
    FIELD(ip_length);
    FIELD(payload_length);
    FIELD(payload_wire_length);
    FIELD(notes);
    FIELD(source_ip);
    FIELD(destination_ip);
    digest_value(of++, p->payload, p->payload_length);
    digest_value(of++, p->ip, p->ip_length);
    digest_value(of++, p->frame, p->frame_length);
#undef FIELD
#undef TEXT
    d->rows++;
}

/* The columns that a stream has, by their bits; every member of its schema is looked at. */
static inline uint32_t schema_columns(struct ArrowArrayStream *stream)
{
    struct ArrowSchema schema;
    uint32_t bits = 0;
    int64_t i;
    int n = -1;
    memset(&schema, 0xff, sizeof schema);
    CHECK_EQ(stream->get_schema(stream, &schema), 0);
    CHECK_TEXT(schema.format, "+s");
    CHECK(schema.dictionary == NULL && schema.metadata == NULL);
    CHECK_EQ(schema.flags, 0);
    for (i = 0; i < schema.n_children; i++) {
        const struct ArrowSchema *column = schema.children[i];
        do
            REQUIRE(++n < COLUMNS);
        while (strcmp(columns[n].name, column->name) != 0);
        CHECK_TEXT(column->format, columns[n].format);
        CHECK(column->dictionary == NULL && column->metadata == NULL);
        CHECK_EQ(column->flags | column->n_children, 0);
        CHECK(column->release != NULL);
        bits |= UINT32_C(1) << n;
    }
    schema.release(&schema);
    CHECK(schema.release == NULL);
    return bits;
}

static inline void digest_column(uint64_t *digest, const struct ArrowArray *a,
                                 const char *format)
{
    const uint8_t *values = (const uint8_t *)a->buffers[1];
    const int32_t *ends = (const int32_t *)a->buffers[1];
    size_t width = *format == 'C' ? 1 : *format == 'S' ? 2 : *format == 'I' ? 4
                   : *format == 'w' ? 16 : 8;
    int64_t i;
    CHECK_EQ(a->null_count | a->offset | a->n_children, 0);
    CHECK(a->buffers[0] == NULL && a->children == NULL && a->dictionary == NULL);
    CHECK_EQ((uintptr_t)values % 64, 0);
    if (*format != 'u' && *format != 'z') {
        CHECK_EQ(a->n_buffers, 2);
        digest_bytes(digest, values, (size_t)a->length * width);
        return;
    }
    CHECK_EQ(a->n_buffers, 3);
    CHECK(a->buffers[2] != NULL);
    CHECK_EQ(ends[0], 0);
    for (i = 0; i < a->length; i++)
        digest_value(digest, (const uint8_t *)a->buffers[2] + ends[i],
                     (uint32_t)(ends[i + 1] - ends[i]));
}

/* A batch of a stream with these columns. */
static inline void digest_batch(struct digest *d, uint32_t bits, const struct ArrowArray *batch)
{
    int n, i = 0;
    CHECK_EQ(batch->null_count | batch->offset, 0);
    CHECK_EQ(batch->n_buffers, 1);
    CHECK(batch->buffers[0] == NULL && batch->dictionary == NULL);
    for (n = 0; n < COLUMNS; n++)
        if (bits >> n & 1) {
            REQUIRE(i < batch->n_children);
            CHECK_EQ(batch->children[i]->length, batch->length);
            digest_column(&d->of[n], batch->children[i++], columns[n].format);
        }
    CHECK_EQ(batch->n_children, i);
    d->rows += (uint64_t)batch->length;
}

static inline struct ArrowArray next(struct ArrowArrayStream *s)
{
    struct ArrowArray batch;
    memset(&batch, 0xff, sizeof batch);
    CHECK_EQ(s->get_next(s, &batch), 0);
    return batch;
}

/* Source ports that count from 1, as those of pcap_of_datagrams(): the rows begin with
 * this one. */
static inline void check_rows(const struct ArrowArray *ports, int64_t first, int64_t length)
{
    const uint16_t *port = (const uint16_t *)ports->buffers[1];
    int64_t i;
    CHECK_EQ(ports->length, length);
    for (i = 0; i < ports->length; i++)
        CHECK_EQ(port[i], (first + i) & 65535);
}

/* A call fails with this errno, and says why; the struct that was passed is as it was. */
static inline void fails(struct ArrowArrayStream *s, int error, const char *why)
{
    struct ArrowArray batch, before;
    memset(&batch, 0x5a, sizeof batch);
    before = batch;
    CHECK_EQ(s->get_next(s, &batch), error);
    CHECK(memcmp(&batch, &before, sizeof batch) == 0);
    CHECK(is_one_line(s->get_last_error(s)));
    if (!strstr(s->get_last_error(s), why))
        CHECK_TEXT(s->get_last_error(s), why);
}

#endif
