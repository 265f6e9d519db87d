/* More packets than the callback can take, however slow it is: at any moment the ledger
 * can be read and only grows, afterwards it is exact, what arrived is what was received,
 * and memory stays as it was. A callback that is in the midst of two seconds holds a stop
 * for no longer than that and 100 ms. */
#include "net.h"
#include "peer.h"
#include "leftovers.h"

enum { RATE = 200000, SIZE = 64 };

static struct seen s;
static long pause_us, stuck_us;

static void on_packet(const ipmon_packet *packet, void *user)
{
    see_packet(packet, user);
    if (stuck_us && s.packets == 1000) {
        sleep_us(stuck_us);
    } else if (pause_us) {
        /* Sleeping takes longer than it is asked to. */
        int64_t end = now_ns(CLOCK_MONOTONIC) + pause_us * 1000;
        while (now_ns(CLOCK_MONOTONIC) < end) {
        }
    }
}

static long resident_kib(void)
{
    return status_number("/proc/self/status", "RssAnon:");
}

static void never_less(const ipmon_stats *now, const ipmon_stats *then)
{
    CHECK(now->received >= then->received);
    CHECK(now->delivered >= then->delivered);
    CHECK(now->dropped >= then->dropped);
    CHECK(now->bytes >= then->bytes);
}

static double flood(const struct peer *peer, double seconds)
{
    uint64_t before, first, last;
    int64_t begin, stop;
    ipmon_stats c, then;
    long kib = 0, most = 0;
    double took;
    ipmon_t *m = new_live(OUR_END, &s);
    memset(&then, 0, sizeof then);
    CHECK_STATUS(ipmon_set_filter(m, "udp dst port 40001"), OK);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, &s), OK);
    before = ip_packets_arrived();
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    sleep_us(5000);
    first = ip_packets_arrived();
    peer_send(peer, 1000000000, slow() ? RATE / 100 : RATE, SIZE);
    begin = now_ns(CLOCK_MONOTONIC);
    while ((double)(now_ns(CLOCK_MONOTONIC) - begin) / 1e9 < seconds) {
        long now = resident_kib();
        /* What is touched for the first time is not growth. */
        if (kib == 0 && (double)(now_ns(CLOCK_MONOTONIC) - begin) / 1e9 > seconds / 4)
            kib = now;
        most = now > most ? now : most;
        c = stats_of(m);
        never_less(&c, &then);
        then = c;
        sleep_us(10000);
    }
    last = ip_packets_arrived();
    stop = now_ns(CLOCK_MONOTONIC);
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    took = (double)(now_ns(CLOCK_MONOTONIC) - stop) / 1e6;
    CHECK(slow() || took <= (double)stuck_us / 1000 + 100);
    peer_stop(peer);
    c = check_ledger(m);
    CHECK_EQ(c.delivered, s.packets);
    CHECK_EQ(s.ended, 1);
    CHECK_EQ(s.after_end, 0);
    /* All that came between the start and the stop, and nothing that never came. */
    CHECK(c.received >= last - first);
    CHECK(c.received <= ip_packets_arrived() - before);
    CHECK(pause_us == 0 || slow() || c.dropped + c.discarded > 0);
    CHECK(instrumented() || most - kib <= 1024);
    CHECK_STATUS(ipmon_free(m), OK);
    printf("a callback of %ld us: %llu received, %llu delivered, %llu dropped, %llu discarded, "
           "stop %.1f ms, memory +%ld KiB\n",
           stuck_us ? stuck_us : pause_us, (unsigned long long)c.received,
           (unsigned long long)c.delivered, (unsigned long long)c.dropped,
           (unsigned long long)c.discarded, took, most - kib);
    return took;
}

int main(void)
{
    double seconds = (double)full(20), slowest;
    struct peer peer;
    int sink;
    peer_life = 600;
    watchdog(60);
    need_live();
    peer = peer_new();
    sink = udp_socket(OUR_ADDRESS, OUR_PORT);
    slowest = flood(&peer, seconds);
    pause_us = 50;
    flood(&peer, seconds);
    pause_us = 0;
    stuck_us = 2000000;
    /* The stop comes while it is stuck. */
    flood(&peer, 1);
    FIGURES("%.0f s each: the ledger exact; stop %.1f ms without a callback's time", seconds,
            slowest);
    close(sink);
    peer_free(&peer);
    return verdict();
}
