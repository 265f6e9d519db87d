/* Where the fields of the structs are. A struct of bytes that is made of each list of them
 * has to be laid out as the header's is, so that a field that is missing, or not in its
 * place, does not compile. */
#include "conform.h"
#include "fields.h"

#include <stddef.h>

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

CHECKED(ipmon_packet, PACKET_FIELDS)
CHECKED(ipmon_error, ERROR_FIELDS)
CHECKED(ipmon_notice, NOTICE_FIELDS)
CHECKED(ipmon_stats, STATS_FIELDS)

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
    PUT(ipmon_packet, PACKET_FIELDS);
    putchar(',');
    PUT(ipmon_error, ERROR_FIELDS);
    putchar(',');
    PUT(ipmon_notice, NOTICE_FIELDS);
    putchar(',');
    PUT(ipmon_stats, STATS_FIELDS);
    puts("}");
}
