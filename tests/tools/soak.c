/* A capture that goes on for long while everything changes: 50,000 datagrams a second
 * over a veth pair, a stop and a start each 5 seconds, another filter each 10, the link
 * down and up each 30.
 *
 * usage: soak SECONDS
 *
 * After every run the ledger leaves nothing open, and every IP packet that the kernel
 * counted between its start and its stop was received; datagrams are missing only where
 * the kernel counted them as dropped, or never had them: where the link is down, and until
 * both ends know that it is up. The process has as many descriptors and threads as after
 * the first run; and from the second minute on its memory does not grow. Prints a line for
 * each of these. */
#include "../c/net.h"
#include "../c/peer.h"
#include "../c/leftovers.h"

enum { RATE = 50000, SIZE = 100, MOST_SAMPLES = 100000 };

static const char *const filters[] = {"udp port 40001", "", "ip and not tcp",
                                      "udp and (port 40001 or port 53)",
                                      "host 10.99.0.2 and udp[4:2] > 8"};

static struct seen s;
static uint64_t next_number, missing, seen_now;
static double at_s[MOST_SAMPLES], kib[MOST_SAMPLES];
static int samples;
static long passed, failed;

static void on_packet(const ipmon_packet *p, void *user)
{
    struct stamp stamp;
    (void)user;
    see_packet(p, &s);
    if (stamped_number(p, OUR_PORT, &stamp) < 0 || p->payload_length != SIZE + 8)
        return;
    if (seen_now++ > 0 && stamp.number != next_number)
        missing += stamp.number > next_number ? stamp.number - next_number : 1;
    next_number = stamp.number + 1;
}

static double seconds_since(int64_t begin)
{
    return (double)(now_ns(CLOCK_MONOTONIC) - begin) / 1e9;
}

/* Without the ring, which belongs to the kernel and is there only during a run. */
static void sample_memory(int64_t begin, double from)
{
    static double last = -1;
    double now = seconds_since(begin);
    if (now < from || now - last < 1 || samples == MOST_SAMPLES)
        return;
    last = now;
    at_s[samples] = now;
    kib[samples++] = (double)status_number("/proc/self/status", "RssAnon:");
}

/* KiB a minute, by least squares. */
static double slope(void)
{
    double x = 0, y = 0, xx = 0, xy = 0;
    int i;
    for (i = 0; i < samples; i++) {
        x += at_s[i];
        y += kib[i];
        xx += at_s[i] * at_s[i];
        xy += at_s[i] * kib[i];
    }
    if (samples < 2)
        return 0;
    return 60 * (samples * xy - x * y) / (samples * xx - x * x);
}

static void report(int good, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    printf("%s ", good ? "ok" : "not ok");
    vprintf(format, list);
    printf("\n");
    fflush(stdout);
    va_end(list);
    if (good)
        passed++;
    else
        failed++;
}

int main(int argc, char **argv)
{
    double length = argc > 1 ? atof(argv[1]) : 600;
    double flap_each = length >= 90 ? 30 : length / 3;
    double warm = length >= 120 ? 60 : length / 3;
    double next_flap = flap_each / 2 + 1, slowest = 0, slowest_start = 0;
    uint64_t received = 0, delivered = 0, dropped = 0, discarded = 0, unaccounted = 0;
    uint64_t overlooked = 0, all_missing = 0, arrived_before, never_came, sent;
    long runs = 0, flaps = 0, changes = 0, empty_runs = 0, failed_runs = 0, changed = 0;
    struct held first, now;
    struct peer peer;
    ipmon_t *m;
    int64_t begin;
    int sink;
    watchdog((unsigned)length + 60);
    peer_life = (unsigned)length + 60;
    need_live();
    peer = peer_new();
    sink = udp_socket(OUR_ADDRESS, OUR_PORT);
    m = new_live(OUR_END, &s);
    CHECK_STATUS(ipmon_set_buffer_size(m, 33554432), OK);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, NULL), OK);
    memset(&first, 0, sizeof first);
    arrived_before = ip_packets_arrived();
    peer_send(&peer, ECHO - 1, RATE, SIZE);
    begin = now_ns(CLOCK_MONOTONIC);

    while (seconds_since(begin) < length) {
        int64_t run = now_ns(CLOCK_MONOTONIC), stop;
        uint64_t arrived;
        int tries;
        double took;
        ipmon_stats c;
        if (runs % 2 == 0) {
            CHECK_STATUS(ipmon_set_filter(m, filters[changes++ % 5]), OK);
        }
        s.ended = s.errors = 0;
        missing = seen_now = 0;
        CHECK_STATUS(ipmon_set_active(m, 1), OK);
        took = seconds_since(run) * 1000;
        if (took > slowest_start)
            slowest_start = took;
        /* What was shown to captures before this one began may be counted late. */
        sleep_us(5000);
        arrived = ip_packets_arrived();
        while (seconds_since(run) < 5 && seconds_since(begin) < length) {
            sleep_us(50000);
            sample_memory(begin, warm);
            if (seconds_since(begin) >= next_flap) {
                next_flap += flap_each;
                flaps++;
                CHECK_EQ(ip_command("link set " OUR_END " down"), 0);
                sleep_us(200000);
                CHECK_EQ(ip_command("link set " OUR_END " up"), 0);
            }
        }
        arrived = ip_packets_arrived() - arrived;
        stop = now_ns(CLOCK_MONOTONIC);
        CHECK_STATUS(ipmon_set_active(m, 0), OK);
        took = seconds_since(stop) * 1000;
        if (took > slowest)
            slowest = took;
        if (ipmon_wait(m, 0) != IPMON_STATUS_OK || s.ended != 1 || s.errors || s.after_end) {
            fprintf(stderr, "run %ld: %s\n", runs, last_error(m));
            failed_runs++;
        }
        c = stats_of(m);
        unaccounted += c.received > accounted(&c) ? c.received - accounted(&c)
                                                  : accounted(&c) - c.received;
        received += c.received;
        delivered += c.delivered;
        dropped += c.dropped;
        discarded += c.discarded;
        empty_runs += seen_now == 0;
        if (c.received < arrived)
            overlooked += arrived - c.received;
        all_missing += missing;
        runs++;
        /* The thread of a run may still give its ring back. */
        now = held_now();
        for (tries = 0; tries < 100 && (now.threads > 1 || now.rings); tries++) {
            sleep_us(20000);
            now = held_now();
        }
        if (runs == 1)
            first = now;
        else
            changed += now.descriptors != first.descriptors || now.threads != first.threads
                       || now.rings != first.rings;
    }
    length = seconds_since(begin);
    sent = peer_stop(&peer);
    sleep_us(100000);
    never_came = sent - (ip_packets_arrived() - arrived_before);
    CHECK_STATUS(ipmon_free(m), OK);
    close(sink);
    peer_free(&peer);

    printf("%.0f s, %ld runs, %ld link flaps, %ld filters; %llu sent (%.0f/s), %llu received, "
           "%llu delivered, %llu dropped by the kernel, %llu discarded; slowest start %.1f ms, "
           "slowest stop %.1f ms\n",
           length, runs, flaps, changes, (unsigned long long)sent, (double)sent / length,
           (unsigned long long)received, (unsigned long long)delivered,
           (unsigned long long)dropped, (unsigned long long)discarded, slowest_start, slowest);
    report(failed_runs == 0 && empty_runs == 0, "every run: %ld failed, %ld without a packet",
           failed_runs, empty_runs);
    report(unaccounted == 0, "the ledger: %llu unaccounted", (unsigned long long)unaccounted);
    report(overlooked == 0, "every packet that arrived: %llu were not received",
           (unsigned long long)overlooked);
    /* A link that comes up brings a few packets of IGMP, which arrive as well. */
    report(all_missing <= never_came + dropped + 10 * (uint64_t)flaps,
           "the datagrams: %llu missing; %llu never arrived, %llu were dropped",
           (unsigned long long)all_missing, (unsigned long long)never_came,
           (unsigned long long)dropped);
    report(slowest < 180, "every stop: at most %.1f ms", slowest);
    report(changed == 0, "descriptors and threads: %d and %d, other in %ld runs",
           first.descriptors, first.threads, changed);
    /* In seconds one page is many KiB a minute. */
    if (length >= 120)
        report(slope() < 10, "memory: %.2f KiB a minute, from %.0f to %.0f KiB", slope(),
               samples ? kib[0] : 0, samples ? kib[samples - 1] : 0);
    else
        report(samples && kib[samples - 1] - kib[0] < 64, "memory: from %.0f to %.0f KiB",
               samples ? kib[0] : 0, samples ? kib[samples - 1] : 0);
    report(checks_failed == 0, "%ld checks on the way", checks_made);
    printf("%ld passed, %ld failed, 0 skipped\n", passed, failed);
    return failed != 0;
}
