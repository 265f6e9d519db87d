/*
 * Live capture, ipmon beside libpcap, on a veth pair of this program's own: the processor
 * time for each delivered packet at the highest rate that one processor can send, drops
 * through stalls of the callback, latency, starts and stops. Both take turns; printed are
 * medians, and their ratio.
 *
 * usage: live [ROUNDS [MILLISECONDS]]     (5 rounds of 1000)
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "receivers.h"

static int rounds = 5;
static uint32_t length_ms = 1000;
static int orders;

static double median(double *values, int n)
{
    for (int i = 1; i < n; i++)
        for (int k = i; k > 0 && values[k] < values[k - 1]; k--) {
            double v = values[k];
            values[k] = values[k - 1];
            values[k - 1] = v;
        }
    return values[n / 2];
}

static void throughput(const char *name, struct setting s, uint32_t size)
{
    double cost[2][99], ratio[99];
    uint64_t delivered[2] = {0, 0}, dropped[2] = {0, 0};
    struct order o = {length_ms, 0, size};
    for (int i = 0; i < rounds; i++) {
        for (int k = 0; k < 2; k++) {
            enum receiver who = (k + i) % 2 ? IPMON : LIBPCAP;
            struct result r = measure(who, s, o, orders);
            cost[who][i] = (double)r.cpu_ns / (double)(r.delivered ? r.delivered : 1);
            delivered[who] += r.delivered;
            dropped[who] += r.dropped;
        }
        ratio[i] = cost[IPMON][i] / cost[LIBPCAP][i];
    }
    double seconds = rounds * length_ms / 1e3;
    printf("%-34s libpcap %6.1f ns, %7llu dropped; ipmon %6.1f ns, %7llu dropped; ratio "
           "%.2f (%.2f Mpps)\n",
           name, median(cost[LIBPCAP], rounds), (unsigned long long)dropped[LIBPCAP],
           median(cost[IPMON], rounds), (unsigned long long)dropped[IPMON],
           median(ratio, rounds), (double)delivered[IPMON] / seconds / 1e6);
    fflush(stdout);
}

static void latency(const char *name, uint32_t latency_us, uint32_t rate)
{
    double p50[2][99], share[2][99];
    uint64_t dropped[2] = {0, 0};
    struct setting s = {262144, latency_us, 33554432, 0};
    struct order o = {length_ms * 2, rate, 64};
    for (int i = 0; i < rounds; i++)
        for (int k = 0; k < 2; k++) {
            enum receiver who = (k + i) % 2 ? IPMON : LIBPCAP;
            struct result r = measure(who, s, o, orders);
            p50[who][i] = (double)r.latency_p50_ns / 1e6;
            share[who][i] = (double)r.cpu_ns / (o.ms * 1e4);
            dropped[who] += r.dropped;
        }
    printf("%-34s libpcap p50 %.3f ms, %.2f %% of a core, %llu dropped; ipmon p50 %.3f ms, %.2f "
           "%% of a core, %llu dropped\n",
           name, median(p50[LIBPCAP], rounds), median(share[LIBPCAP], rounds),
           (unsigned long long)dropped[LIBPCAP], median(p50[IPMON], rounds),
           median(share[IPMON], rounds), (unsigned long long)dropped[IPMON]);
    fflush(stdout);
}

/* Starts and stops of the default, on an idle interface or in a flood. */
static void starts_and_stops(const char *name, int flood)
{
    enum { COUNT = 200 };
    static int64_t start[COUNT], stop[COUNT];
    uint64_t unaccounted = 0, sent;
    struct setting s = {262144, 1000, 33554432, 0};
    struct order o = {COUNT * 100 + 1000, 0, 64};
    ipmon_t *m = new_capture(s);
    ipmon_stats c;
    if (flood) NEED(write(orders, &o, sizeof o) == (ssize_t)sizeof o);
    for (int i = 0; i < COUNT; i++) {
        int64_t begin = now_ns(CLOCK_MONOTONIC);
        NEED(!ipmon_set_active(m, 1));
        start[i] = now_ns(CLOCK_MONOTONIC) - begin;
        sleep_until(begin + 15000000 + i * 137 % 3000 * 1000);
        begin = now_ns(CLOCK_MONOTONIC);
        NEED(!ipmon_set_active(m, 0));
        stop[i] = now_ns(CLOCK_MONOTONIC) - begin;
        NEED(!ipmon_get_stats(m, &c, sizeof c));
        unaccounted += c.received - c.delivered - c.not_ip - c.discarded - c.dropped;
        sleep_ms(60); /* The ring of the last one is gone. */
    }
    NEED(!ipmon_free(m));
    if (flood) NEED(read(orders, &sent, sizeof sent) == (ssize_t)sizeof sent);
    qsort(start, COUNT, sizeof *start, by_value);
    qsort(stop, COUNT, sizeof *stop, by_value);
    printf("%-34s start p50 %.1f ms, p99 %.1f ms; stop p50 %.2f ms, p99 %.2f ms; %llu packets "
           "unaccounted\n",
           name, (double)start[COUNT / 2] / 1e6, (double)start[COUNT * 99 / 100] / 1e6,
           (double)stop[COUNT / 2] / 1e6, (double)stop[COUNT * 99 / 100] / 1e6,
           (unsigned long long)unaccounted);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    const uint32_t libpcaps = 67108864, ours = 33554432;
    if (argc > 1) rounds = atoi(argv[1]);
    if (argc > 2) length_ms = (uint32_t)atoi(argv[2]);
    if (rounds < 1 || rounds > 99) return 2;
    orders = make_network();
    throughput("64 bytes", (struct setting){262144, 1000, libpcaps, 0}, 64);
    throughput("64 bytes, 32 MiB", (struct setting){262144, 1000, ours, 0}, 64);
    throughput("1,400 bytes, 128 kept", (struct setting){128, 1000, libpcaps, 0}, 1400);
    throughput("64 bytes, stalls, 64 MiB", (struct setting){262144, 1000, libpcaps, 1}, 64);
    throughput("64 bytes, stalls, 32 MiB", (struct setting){262144, 1000, ours, 1}, 64);
    latency("970 a second, 1 ms", 1000, 970);
    latency("970 a second, at once", 0, 970);
    latency("10 a second, 1 ms", 1000, 10);
    stay_on(1);
    starts_and_stops("idle", 0);
    starts_and_stops("flood", 1);
    close(orders);
    return 0;
}
