/* When a stop returned OK, no callback runs and none will: 1,000 stops under traffic,
 * with the user data poisoned after each. On a silent interface a stop takes at most
 * 50 ms, in 198 of 200 cases. */
#include "net.h"

enum { SILENT = 200, MOST = 1000, ALIVE = 0x5a5a, DEAD = 0xdead };

/* What a callback may use; each round has its own, and they stay to the end, so
 * that a late callback is seen and not a crash of chance. */
struct round {
    int state;
    unsigned long calls;
};

static struct round all[MOST];
static unsigned long late, calls;
static double silent_p99, silent_median;

static void touch(struct round *r)
{
    if (LOAD(r->state) != ALIVE)
        ADD(late, 1);
    r->calls++;
    ADD(calls, 1);
}

static void on_packet(const ipmon_packet *packet, void *user)
{
    (void)packet;
    touch((struct round *)user);
}

static void on_notice(const ipmon_notice *notice, void *user)
{
    (void)notice;
    touch((struct round *)user);
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void silent(void)
{
    int64_t took[SILENT];
    struct seen s;
    ipmon_t *m = new_live(OUR_END, &s);
    int i, count = rounds(SILENT, 10);
    for (i = 0; i < count; i++) {
        CHECK_STATUS(ipmon_set_active(m, 1), OK);
        /* At every phase of whatever the thread waits for. */
        sleep_us(i * 137 % 5000);
        took[i] = now_ns(CLOCK_MONOTONIC);
        CHECK_STATUS(ipmon_set_active(m, 0), OK);
        took[i] = now_ns(CLOCK_MONOTONIC) - took[i];
    }
    CHECK_EQ(s.ended, count);
    qsort(took, (size_t)count, sizeof *took, by_value);
    if (!slow()) {
        silent_p99 = (double)took[SILENT * 99 / 100 - 1] / 1e6;
        silent_median = (double)took[SILENT / 2] / 1e6;
        CHECK(silent_p99 <= 50);
    }
    CHECK_STATUS(ipmon_free(m), OK);
}

static void under_traffic(const struct peer *peer)
{
    ipmon_t *m = new_live(OUR_END, NULL);
    int i, silent_rounds = 0, count = rounds(MOST, 15);
    peer_send(peer, 10000000, slow() ? 1000 : 20000, 64);
    for (i = 0; i < count; i++) {
        struct round *r = &all[i];
        r->state = ALIVE;
        CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, r), OK);
        CHECK_STATUS(ipmon_set_on_notice(m, on_notice, r), OK);
        CHECK_STATUS(ipmon_set_active(m, 1), OK);
        sleep_us(slow() ? 20000 : 1000 + i % 3000);
        CHECK_STATUS(ipmon_set_active(m, 0), OK);
        STORE(r->state, DEAD);
        silent_rounds += r->calls < 2;
        check_ledger(m);
        if (i % 10 == 0)
            sleep_us(2000);
    }
    /* The rounds say nothing unless packets came. */
    CHECK(silent_rounds < count / 4);
    CHECK(LOAD(calls) > (unsigned long)count);
    CHECK_STATUS(ipmon_free(m), OK);
    peer_stop(peer);
}

int main(void)
{
    struct peer peer;
    watchdog(110);
    need_live();
    peer = peer_new();
    silent();
    under_traffic(&peer);
    CHECK_EQ(LOAD(late), 0);
    FIGURES("%d silent stops: median %.2f ms, p99 %.2f ms; %d stops under traffic: %lu late callbacks",
            rounds(SILENT, 10), silent_median, silent_p99, rounds(MOST, 15), LOAD(late));
    peer_free(&peer);
    return verdict();
}
