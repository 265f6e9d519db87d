/* What the options for live capture do: the snap length cuts frames, the smallest
 * latency and the longest deliver alike, removed callbacks and pauses hold. */
#include "net.h"
#include "peer.h"

enum { COUNT = 40, SIZE = 500 };

static ipmon_t *m;
static unsigned long counted, wrong, gone_calls;
static unsigned snap;
static int gone;

static void on_packet(const ipmon_packet *p, void *user)
{
    struct stamp stamp;
    uint32_t want;
    (void)user;
    if (LOAD(gone))
        ADD(gone_calls, 1);
    if (stamped_number(p, OUR_PORT, &stamp) < 0)
        return;
    ADD(counted, 1);
    want = snap < 42 + SIZE ? snap : 42 + SIZE;
    if (p->frame_length != want || p->frame_wire_length != 42 + SIZE
        || p->payload_length != want - 34 || p->payload_wire_length != 8 + SIZE
        || !(p->notes & IPMON_NOTE_TRUNCATED) != (want == 42 + SIZE)
        || p->source_port != PEER_PORT)
        wrong++;
}

/* A run in which all that the peer sends is delivered, or paused. */
static void check_run(const struct peer *peer, int accept)
{
    ipmon_stats counters;
    STORE(counted, 0);
    CHECK_STATUS(ipmon_set_accept_data(m, accept), OK);
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    peer_send(peer, COUNT, 10000, SIZE);
    CHECK_EQ(peer_sent(peer), COUNT);
    WAIT_UNTIL(stats_of(m).delivered + stats_of(m).paused >= COUNT, 5);
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    CHECK_EQ(LOAD(counted), accept ? COUNT : 0);
    counters = check_ledger(m);
    CHECK(accept ? counters.paused == 0 : counters.delivered == 0);
    CHECK(counters.delivered + counters.paused >= COUNT);
}

static void removed_while_it_runs(const struct peer *peer)
{
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    peer_send(peer, 10000000, 10000, SIZE);
    STORE(counted, 0);
    WAIT_UNTIL(LOAD(counted) > 10, 5);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, NULL, NULL), OK);
    STORE(gone, 1);
    sleep_us(20000);
    peer_stop(peer);
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    CHECK_EQ(LOAD(gone_calls), 0);
    check_ledger(m);
}

int main(void)
{
    static const uint32_t latencies[] = {0, 999, 1000, 20000};
    struct peer peer;
    int sink;
    size_t i;
    watchdog(60);
    need_live();
    peer = peer_new();
    sink = udp_socket(OUR_ADDRESS, OUR_PORT);
    m = new_live(OUR_END, NULL);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, NULL), OK);
    CHECK_STATUS(ipmon_set_filter(m, "udp"), OK);

    snap = 262144;
    /* Without a latency each frame may take as much of the ring as the snap length. */
    CHECK_STATUS(ipmon_set_buffer_size(m, 33554432), OK);
    for (i = 0; i < 4; i++) {
        CHECK_STATUS(ipmon_set_latency(m, latencies[i]), OK);
        check_run(&peer, 1);
    }
    CHECK_STATUS(ipmon_set_latency(m, 1000), OK);
    CHECK_STATUS(ipmon_set_buffer_size(m, 2097152), OK);
    check_run(&peer, 0);
    for (snap = 96; snap <= 542; snap += 223) {
        CHECK_STATUS(ipmon_set_snap_length(m, snap), OK);
        check_run(&peer, 1);
    }
    CHECK_EQ(wrong, 0);
    removed_while_it_runs(&peer);
    CHECK_STATUS(ipmon_free(m), OK);
    close(sink);
    peer_free(&peer);
    return verdict();
}
