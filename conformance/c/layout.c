/* Where the fields of the structs are. The lists of their names are the only ones here: a
 * struct of bytes that is made of each list has to be laid out as the header's is, so that
 * a field that is missing, or not in its place, does not compile. */
#include "conform.h"

#include <stddef.h>

#define PACKET(F, T)                                                                       \
    F(T, struct_size) F(T, ip_version) F(T, tos) F(T, flags) F(T, ttl)                     \
    F(T, source_address) F(T, destination_address) F(T, source_port)                       \
    F(T, destination_port) F(T, id) F(T, offset) F(T, checksum) F(T, ip_protocol)          \
    F(T, direction) F(T, reserved) F(T, timestamp) F(T, timestamp_ns) F(T, payload)        \
    F(T, payload_length) F(T, payload_wire_length) F(T, source_ip)                         \
    F(T, destination_ip) F(T, ip) F(T, frame) F(T, ip_length) F(T, frame_length)           \
    F(T, frame_wire_length) F(T, link_type) F(T, interface_index) F(T, notes)              \
    F(T, frame_number) F(T, frame_offset) F(T, payload_offset)

#define ERROR(F, T)                                                                        \
    F(T, struct_size) F(T, status) F(T, system_error) F(T, reserved) F(T, offset)          \
    F(T, text)

#define NOTICE(F, T)                                                                       \
    F(T, struct_size) F(T, code) F(T, status) F(T, reserved) F(T, count)                   \
    F(T, timestamp) F(T, text)

#define STATS(F, T)                                                                        \
    F(T, struct_size) F(T, reserved) F(T, received) F(T, delivered) F(T, not_ip)           \
    F(T, unsupported) F(T, truncated) F(T, malformed_version)                              \
    F(T, malformed_header_length) F(T, malformed_total_length) F(T, malformed_short)       \
    F(T, filtered) F(T, paused) F(T, discarded) F(T, dropped) F(T, bytes)

#define BYTES(type, field) char field[sizeof(((type *)0)->field)];
#define AS_LISTED(type, field)                                                             \
    _Static_assert(offsetof(struct type##_as_listed, field) == offsetof(type, field),      \
                   #type "." #field " is listed in its place");
#define CHECKED(type, LIST)                                                                \
    struct type##_as_listed {                                                              \
        LIST(BYTES, type)                                                                  \
    };                                                                                     \
    LIST(AS_LISTED, type)                                                                  \
    _Static_assert(sizeof(struct type##_as_listed) == sizeof(type), #type " is listed whole");

CHECKED(ipmon_packet, PACKET)
CHECKED(ipmon_error, ERROR)
CHECKED(ipmon_notice, NOTICE)
CHECKED(ipmon_stats, STATS)

struct field {
    const char *name;
    size_t at, size;
};

static void put_struct(const char *name, size_t size, const struct field *fields, size_t count)
{
    printf("\"%s\":{\"size\":%zu,\"fields\":{", name, size);
    for (size_t i = 0; i < count; i++)
        printf("%s\"%s\":[%zu,%zu]", i ? "," : "", fields[i].name, fields[i].at, fields[i].size);
    printf("}}");
}

#define PLACE(type, field) {#field, offsetof(type, field), sizeof(((type *)0)->field)},
#define PUT(type, LIST)                                                                    \
    do {                                                                                   \
        static const struct field fields[] = {LIST(PLACE, type)};                          \
        put_struct(#type, sizeof(type), fields, sizeof fields / sizeof *fields);           \
    } while (0)

void put_layout(void)
{
    putchar('{');
    PUT(ipmon_packet, PACKET);
    putchar(',');
    PUT(ipmon_error, ERROR);
    putchar(',');
    PUT(ipmon_notice, NOTICE);
    putchar(',');
    PUT(ipmon_stats, STATS);
    puts("}");
}
