/* A stop delivers what had arrived, but not for ever: what a slow callback leaves
 * after 60 ms is `discarded`. Where the kernel's ring was full before, a notice says
 * how many frames are missing. */
#include "net.h"
#include "peer.h"

static struct seen s;
static uint64_t gaps;

static void on_packet_slow(const ipmon_packet *packet, void *user)
{
    see_packet(packet, user);
    /* An instrument slows the sender down: slower still must this be. */
    sleep_us(slow() ? 20000 : 1000);
}

static void backlog(const struct peer *peer)
{
    ipmon_stats counters;
    ipmon_t *m = new_live(OUR_END, &s);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet_slow, &s), OK);
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    peer_send(peer, 2000, 50000, 64);
    CHECK_EQ(peer_sent(peer), 2000);
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    CHECK_EQ(s.ended, 1);
    CHECK_EQ(s.after_end, 0);
    counters = check_ledger(m);
    CHECK_EQ(counters.delivered, s.packets);
    CHECK(counters.discarded > 0);
    CHECK(counters.received >= 2000);
    CHECK_STATUS(ipmon_free(m), OK);
}

static void on_notice(const ipmon_notice *notice, void *user)
{
    see_notice(notice, user);
    if (notice->code == IPMON_NOTICE_GAP) {
        CHECK(notice->count > 0);
        CHECK_STATUS(notice->status, OK);
        gaps += notice->count;
    } else {
        CHECK_EQ(notice->count, 0);
    }
}

static void on_packet_stuck(const ipmon_packet *packet, void *user)
{
    see_packet(packet, user);
    if (((struct seen *)user)->packets == 1)
        sleep_us(slow() ? 4000000 : 800000);
}

static void overflow(const struct peer *peer)
{
    ipmon_stats counters;
    ipmon_t *m = new_live(OUR_END, &s);
    CHECK_STATUS(ipmon_set_buffer_size(m, 1048576), OK);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet_stuck, &s), OK);
    CHECK_STATUS(ipmon_set_on_notice(m, on_notice, &s), OK);
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    peer_send(peer, 10000, 100000, 1300);
    CHECK_EQ(peer_sent(peer), 10000);
    WAIT_UNTIL(LOAD(s.notices) > 0, 10);
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    counters = check_ledger(m);
    CHECK(counters.dropped > 0);
    CHECK_EQ(gaps, counters.dropped);
    CHECK_EQ(s.last_notice, IPMON_NOTICE_GAP);
    CHECK_EQ(counters.delivered, s.packets);
    CHECK_EQ(s.after_end, 0);
    CHECK_STATUS(ipmon_free(m), OK);
}

int main(void)
{
    struct peer peer;
    int sink;
    watchdog(60);
    need_live();
    peer = peer_new();
    sink = udp_socket(OUR_ADDRESS, OUR_PORT);
    backlog(&peer);
    overflow(&peer);
    close(sink);
    peer_free(&peer);
    return verdict();
}
