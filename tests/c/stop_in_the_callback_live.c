/* A stop, or a free, in a callback of a live capture returns at once: the current
 * packet is the last, ENDED follows, and what had arrived is `discarded`. */
#include "net.h"
#include "peer.h"

enum { LAST = 20 };

static struct seen s;
static ipmon_t *m;

static void on_packet_stop(const ipmon_packet *packet, void *user)
{
    see_packet(packet, user);
    if (s.packets != LAST)
        return;
    /* Packets arrive meanwhile, which will not be delivered. */
    sleep_us(20000);
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    CHECK_EQ(is_active(m), 0);
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    CHECK_STATUS(ipmon_set_active(m, 1), BUSY);
    CHECK_STATUS(ipmon_wait(m, -1), PENDING);
}

static void on_packet_free(const ipmon_packet *packet, void *user)
{
    see_packet(packet, user);
    if (s.packets == LAST) {
        CHECK_STATUS(ipmon_free(m), OK);
        CHECK_STATUS(ipmon_free(m), BAD_HANDLE);
    }
}

static void stop(void)
{
    ipmon_stats counters;
    m = new_live(OUR_END, &s);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet_stop, &s), OK);
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    CHECK_STATUS(ipmon_wait(m, 20000), OK);
    CHECK_EQ(s.packets, LAST);
    CHECK_EQ(s.ended, 1);
    CHECK_STATUS(s.end, OK);
    CHECK_EQ(s.errors, 0);
    CHECK_EQ(s.after_end, 0);
    counters = check_ledger(m);
    CHECK_EQ(counters.delivered, LAST);
    CHECK(counters.discarded > 0);

    /* And then it can be started again. */
    see_all(m, &s);
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    WAIT_UNTIL(LOAD(s.packets) > LAST, 10);
    CHECK_STATUS(ipmon_free(m), OK);
    CHECK_EQ(s.ended, 1);
    CHECK_EQ(s.after_end, 0);
}

static void free_it(void)
{
    m = new_live(OUR_END, &s);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet_free, &s), OK);
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    WAIT_UNTIL(LOAD(s.ended) == 1, 10);
    CHECK_EQ(s.packets, LAST);
    CHECK_STATUS(ipmon_wait(m, 0), BAD_HANDLE);
    sleep_us(20000);
    CHECK_EQ(LOAD(s.packets), LAST);
    CHECK_EQ(LOAD(s.after_end), 0);
}

int main(void)
{
    struct peer peer;
    int i;
    watchdog(60);
    need_live();
    peer = peer_new();
    peer_send(&peer, 10000000, slow() ? 2000 : 20000, 64);
    for (i = 0; i < rounds(20, 2); i++) {
        stop();
        free_it();
    }
    peer_stop(&peer);
    peer_free(&peer);
    return verdict();
}
