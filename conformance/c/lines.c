/* The canonical lines. */
#include "conform.h"

#include <inttypes.h>

uint32_t fnv(uint32_t hash, const void *bytes, size_t length)
{
    const uint8_t *b = bytes;
    for (size_t i = 0; i < length; i++) hash = (hash ^ b[i]) * 0x01000193;
    return hash;
}

void put_text(const char *text)
{
    putchar('"');
    for (const char *c = text; *c; c++) {
        if ((unsigned char)*c < 32) {
            printf("\\u%04x", (unsigned)*c);
        } else {
            if (*c == '"' || *c == '\\') putchar('\\');
            putchar(*c);
        }
    }
    putchar('"');
}

static const char *status_name(ipmon_status status)
{
    static const char *const names[] = {
        "OK",          "NULL_ARGUMENT", "BAD_ARGUMENT", "BAD_HANDLE",
        "BAD_SIZE",    "BUSY",          "PENDING",      "INTERRUPTED",
        "TIMEOUT",     "END",           "NO_MEMORY",    "NO_PERMISSION",
        "NO_DEVICE",   "DEVICE_DOWN",   "DEVICE_GONE",  "NO_LIBPCAP",
        "BAD_FILTER",  "FILTER_TOO_COMPLEX", "NOT_FOUND", "IO",
        "NOT_A_CAPTURE", "TRUNCATED",   "MALFORMED",    "UNSUPPORTED",
        "FORKED",      "PANIC",         "SYSTEM",
    };
    const int known = sizeof names / sizeof *names;
    return status <= 0 && -status < known ? names[-status] : "?";
}

void put_status(ipmon_t *m, ipmon_status status)
{
    char text[1024] = "";
    if (status != IPMON_STATUS_END && status != IPMON_STATUS_OK)
        ipmon_last_error(m, text, sizeof text, NULL);
    printf("\"status\":\"%s\",\"text\":", status_name(status));
    put_text(text);
}

/* What packets tell in numbers, in the order of the lines. */
#define NUMBERS(N)                                                                          \
    N(tos) N(id) N(flags) N(offset) N(ttl) N(checksum) N(ip_protocol) N(payload_length)     \
    N(payload_wire_length) N(ip_length) N(frame_length) N(frame_wire_length) N(link_type)   \
    N(interface_index) N(direction) N(notes)

void put_packet(const ipmon_packet *p)
{
    printf("{\"frame_number\":%" PRIu64 ",\"timestamp\":%" PRId64 ",\"timestamp_ns\":%" PRId64,
           p->frame_number, p->timestamp, p->timestamp_ns);
    printf(",\"ip_version\":%u,\"source_address\":", (unsigned)p->ip_version);
    put_text(p->source_address);
    printf(",\"source_port\":%u,\"destination_address\":", (unsigned)p->source_port);
    put_text(p->destination_address);
    printf(",\"destination_port\":%u", (unsigned)p->destination_port);
#define PUT(name) printf(",\"" #name "\":%u", (unsigned)p->name);
    NUMBERS(PUT)
#undef PUT
    printf(",\"payload\":\"%08" PRIx32 "\",\"ip\":\"%08" PRIx32 "\",\"frame\":\"%08" PRIx32 "\"}\n",
           fnv(FNV_OF_NOTHING, p->payload, p->payload_length),
           fnv(FNV_OF_NOTHING, p->ip, p->ip_length),
           fnv(FNV_OF_NOTHING, p->frame, p->frame_length));
}
