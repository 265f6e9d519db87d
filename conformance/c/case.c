/* conform case, and conform sum. */
#include "conform.h"

#include <inttypes.h>
#include <stdlib.h>

/* The codes of the notices, but for ENDED. */
struct codes {
    int32_t *at;
    size_t count;
};

static void on_packet(const ipmon_packet *p, void *user)
{
    (void)user;
    put_packet(p);
}

static void on_notice(const ipmon_notice *notice, void *user)
{
    struct codes *codes = user;
    if (notice->code == IPMON_NOTICE_ENDED) return;
    int32_t *at = realloc(codes->at, (codes->count + 1) * sizeof *at);
    if (!at) abort();
    codes->at = at;
    codes->at[codes->count++] = notice->code;
}

/* 1: set; 0: refused, with the status; -1: there is no such option. */
static int set_option(ipmon_t *m, const char *option, ipmon_status *status)
{
    if (!strncmp(option, "filter=", 7))
        *status = ipmon_set_filter(m, option + 7);
    else if (!strncmp(option, "file_access=", 12))
        *status = ipmon_set_file_access(m, atoi(option + 12));
    else
        return -1;
    return *status == IPMON_STATUS_OK;
}

static void put_end(ipmon_t *m, ipmon_status status, const struct codes *codes)
{
    ipmon_stats s;
    memset(&s, 0, sizeof s);
    putchar('{');
    put_status(m, status);
    printf(",\"notices\":[");
    for (size_t i = 0; i < codes->count; i++)
        printf("%s%" PRId32, i ? "," : "", codes->at[i]);
    if (ipmon_get_stats(m, &s, sizeof s) != IPMON_STATUS_OK) abort();
    printf("],\"stats\":{\"received\":%" PRIu64, s.received);
#define PUT(name) printf(",\"" #name "\":%" PRIu64, s.name)
    PUT(delivered);
    PUT(not_ip);
    PUT(unsupported);
    PUT(truncated);
    PUT(malformed_version);
    PUT(malformed_header_length);
    PUT(malformed_total_length);
    PUT(malformed_short);
    PUT(filtered);
    PUT(paused);
    PUT(discarded);
    PUT(dropped);
    PUT(bytes);
#undef PUT
    puts("}}");
}

int run_case(int count, char **arguments)
{
    struct codes codes = {NULL, 0};
    ipmon_status status = IPMON_STATUS_OK;
    int set = 1;
    if (count < 2 || !is_mode(arguments[0])) return USAGE;
    ipmon_t *m = ipmon_new();
    if (ipmon_set_on_notice(m, on_notice, &codes)) return fail(m);
    for (int i = 2; i < count && set == 1; i++) set = set_option(m, arguments[i], &status);
    if (set >= 0) {
        if (set) status = read_file(m, arguments[0], arguments[1], on_packet, NULL);
        put_end(m, status, &codes);
    }
    ipmon_free(m);
    free(codes.at);
    return set >= 0 ? 0 : USAGE;
}

struct sum {
    uint64_t packets;
    uint32_t sum;
};

static inline uint32_t words(const uint8_t ip[16])
{
    uint32_t sum = 0;
    for (int i = 0; i < 16; i += 4)
        sum += ip[i] | (uint32_t)ip[i + 1] << 8 | (uint32_t)ip[i + 2] << 16 |
               (uint32_t)ip[i + 3] << 24;
    return sum;
}

static void add(const ipmon_packet *p, void *user)
{
    struct sum *s = user;
    s->packets++;
    s->sum += (uint32_t)p->source_port + p->destination_port + p->ip_version + p->tos + p->id +
              p->flags + p->offset + p->ttl + p->checksum + p->ip_protocol +
              p->payload_length + (uint32_t)p->timestamp + words(p->source_ip) +
              words(p->destination_ip);
}

int run_sum(int count, char **arguments)
{
    struct sum s = {0, 0};
    if (count != 2 || !is_mode(arguments[0])) return USAGE;
    ipmon_t *m = ipmon_new();
    if (ipmon_set_address_text(m, 0)) return fail(m);
    if (read_file(m, arguments[0], arguments[1], add, &s) != IPMON_STATUS_END) return fail(m);
    printf("{\"packets\":%" PRIu64 ",\"sum\":%" PRIu32 "}\n", s.packets, s.sum);
    return ipmon_free(m) ? FAILED : 0;
}
