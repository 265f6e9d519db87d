/* The callbacks of all readers but ipmon's, and the report. In a file of its own, so that
 * no compiler can draw a callback into a loop. */
#define _POSIX_C_SOURCE 200809L
#include "sums.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

uint64_t sum_bytes(const uint8_t *bytes, size_t length)
{
    uint64_t sum = length;
    for (size_t i = 0; i < length; i++) sum = sum * 31 + bytes[i];
    return sum;
}

uint64_t sum_string(const char *text)
{
    return sum_bytes((const uint8_t *)text, strlen(text));
}

static void on_packet(const struct packet *p, void *sums)
{
    struct sums *s = sums;
    SUM_FIELDS(s, p);
}

static void on_packet_text(const struct packet *p, void *sums)
{
    struct sums *s = sums;
    SUM_FIELDS(s, p);
    SUM_TEXT(s, p);
}

static void on_packet_check(const struct packet *p, void *sums)
{
    struct sums *s = sums;
    SUM_FIELDS(s, p);
    SUM_ALL_BYTES(s, p);
}

on_packet_fn sums_begin(struct sums *s, const char *mode)
{
    on_packet_fn fn = !strcmp(mode, "bytes")   ? on_packet
                      : !strcmp(mode, "text")  ? on_packet_text
                      : !strcmp(mode, "check") ? on_packet_check
                                               : NULL;
    if (!fn) {
        fprintf(stderr, "no such mode: %s\n", mode);
        exit(2);
    }
    memset(s, 0, sizeof *s);
    clock_gettime(CLOCK_MONOTONIC, &s->wall);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &s->cpu);
    return fn;
}

static int64_t since(clockid_t clock, struct timespec start)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)(now.tv_sec - start.tv_sec) * 1000000000 + (now.tv_nsec - start.tv_nsec);
}

void sums_print(const struct sums *s)
{
    printf("packets=%" PRIu64 " number=%" PRIu64 " time=%" PRIu64 " ports=%" PRIu64
           " header=%" PRIu64 " payload=%" PRIu64 " length=%" PRIu64 " source=%" PRIu64
           " destination=%" PRIu64 " text=%" PRIu64 " bytes=%" PRIu64 "\n",
           s->packets, s->number, s->time, s->ports, s->header, s->payload, s->length,
           s->source, s->destination, s->text, s->bytes);
}

void sums_end(struct sums *s)
{
    int64_t cpu = since(CLOCK_PROCESS_CPUTIME_ID, s->cpu);
    int64_t wall = since(CLOCK_MONOTONIC, s->wall);
    printf("cpu_ns=%" PRId64 " wall_ns=%" PRId64 " ", cpu, wall);
    sums_print(s);
}
