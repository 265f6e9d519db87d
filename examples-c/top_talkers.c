/*
 * top_talkers: the busiest pairs of addresses, refreshed in place until Ctrl-C.
 *
 *     cc -o top_talkers top_talkers.c -lipmon -pthread
 *     top_talkers [INTERFACE [FILTER]]
 *
 * The table has a fixed size: it may run for a day on any network.
 */
#define _POSIX_C_SOURCE 200809L
#include <ipmon.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PAIRS = 8192, NEARBY = 16, ROWS = 20 };

struct pair {
    uint8_t ip[2][16];
    uint32_t version;         /* 0: nobody's */
    uint32_t bytes, packets;  /* since the last refresh */
    double rate, packet_rate; /* a second, smoothed */
};

static ipmon_t *monitor;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct pair pairs[PAIRS], sorted[PAIRS];

/* The pair's place; where it has none, that of the quietest nearby, which is forgotten. */
static struct pair *place_of(const struct pair *wanted)
{
    uint32_t hash = 2166136261u, i;
    struct pair *quietest = NULL, *p;
    for (i = 0; i < 32; i++)
        hash = (hash ^ wanted->ip[i / 16][i % 16]) * 16777619u;
    for (i = 0; i < NEARBY; i++) {
        p = &pairs[((hash >> 8) + i) % PAIRS];
        if (p->version == wanted->version && !memcmp(p->ip, wanted->ip, sizeof p->ip))
            return p;
        if (!quietest || p->rate + p->bytes < quietest->rate + quietest->bytes)
            quietest = p;
    }
    *quietest = *wanted;
    return quietest;
}

/* On the capture's thread. */
static void on_ip_packet(const ipmon_packet *p, void *user_data)
{
    /* Both directions are one pair. */
    int turned = memcmp(p->source_ip, p->destination_ip, 16) > 0;
    struct pair wanted = {{{0}}, 0, 0, 0, 0, 0}, *pair;
    memcpy(wanted.ip[turned], p->source_ip, 16);
    memcpy(wanted.ip[!turned], p->destination_ip, 16);
    wanted.version = p->ip_version;
    pthread_mutex_lock(&lock);
    pair = place_of(&wanted);
    pair->bytes += p->frame_wire_length;
    pair->packets++;
    pthread_mutex_unlock(&lock);
    (void)user_data;
}

static int by_rate(const void *one, const void *other)
{
    double x = ((const struct pair *)one)->rate, y = ((const struct pair *)other)->rate;
    return (x < y) - (x > y);
}

static void refresh(void)
{
    char one[IPMON_ADDRESS_TEXT_SIZE], other[IPMON_ADDRESS_TEXT_SIZE];
    ipmon_stats stats = {0};
    double all = 0;
    struct pair *p;
    pthread_mutex_lock(&lock);
    for (p = pairs; p < pairs + PAIRS; p++) {
        all += p->rate += (p->bytes - p->rate) / 2;
        p->packet_rate += (p->packets - p->packet_rate) / 2;
        p->bytes = p->packets = 0;
        if (p->rate < 1)
            memset(p, 0, sizeof *p);
    }
    memcpy(sorted, pairs, sizeof sorted);
    pthread_mutex_unlock(&lock);
    qsort(sorted, PAIRS, sizeof *sorted, by_rate);
    (void)ipmon_get_stats(monitor, &stats, sizeof stats);
    printf("%s%.1f kB/s, %llu packets, %llu lost\n", isatty(1) ? "\033[H\033[J" : "", all / 1000,
           (unsigned long long)stats.delivered, (unsigned long long)stats.dropped);
    for (p = sorted; p < sorted + ROWS && p->version; p++) {
        (void)ipmon_format_address(p->ip[0], p->version, one, sizeof one);
        (void)ipmon_format_address(p->ip[1], p->version, other, sizeof other);
        printf("%11.1f kB/s %9.0f packets/s %5.1f %%  %s - %s\n", p->rate / 1000, p->packet_rate,
               100 * p->rate / all, one, other);
    }
    fflush(stdout);
}

static void on_signal(int number)
{
    ipmon_interrupt(monitor);
    (void)number;
}

int main(int argc, char **argv)
{
    char text[512] = "out of memory";
    ipmon_status status = (monitor = ipmon_new()) ? IPMON_STATUS_OK : IPMON_STATUS_NO_MEMORY;
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    (void)ipmon_set_on_ip_packet(monitor, on_ip_packet, NULL);
    (void)ipmon_set_address_text(monitor, 0); /* only what is shown is formatted */
    (void)ipmon_set_reopen(monitor, 1);
    if (status == IPMON_STATUS_OK && argc > 1)
        status = ipmon_set_local_host(monitor, argv[1]);
    if (status == IPMON_STATUS_OK && argc > 2)
        status = ipmon_set_filter(monitor, argv[2]);
    if (status == IPMON_STATUS_OK)
        status = ipmon_set_active(monitor, 1);
    if (status == IPMON_STATUS_OK)
        while ((status = ipmon_wait(monitor, 1000)) == IPMON_STATUS_TIMEOUT)
            refresh();
    if (status != IPMON_STATUS_INTERRUPTED) {
        (void)ipmon_last_error(monitor, text, sizeof text, NULL);
        fprintf(stderr, "%s\n", text);
    }
    (void)ipmon_free(monitor);
    return status != IPMON_STATUS_INTERRUPTED;
}
