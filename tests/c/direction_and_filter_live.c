/* Live, the direction option chooses which packets are taken, no packet
 * says the wrong one, and a filter keeps the rest out of the ledger. */
#include "net.h"
#include "peer.h"

enum { IN = 30, OUT = 20 };

static unsigned long in, out, wrong;

static void on_packet(const ipmon_packet *p, void *user)
{
    struct stamp stamp;
    (void)user;
    if (stamped_number(p, OUR_PORT, &stamp) >= 0) {
        if (p->direction == IPMON_DIRECTION_OUT)
            wrong++;
        ADD(in, 1);
    } else if (stamped_number(p, PEER_PORT, &stamp) >= 0) {
        if (p->direction == IPMON_DIRECTION_IN)
            wrong++;
        ADD(out, 1);
    }
}

static ipmon_stats run(const struct peer *peer, int sender, int direction, const char *filter,
                       unsigned long want_in, unsigned long want_out)
{
    ipmon_t *m = new_live(OUR_END, NULL);
    ipmon_stats counters;
    int i;
    STORE(in, 0);
    STORE(out, 0);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, NULL), OK);
    CHECK_STATUS(ipmon_set_direction(m, direction), OK);
    CHECK_STATUS(ipmon_set_filter(m, filter), OK);
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    for (i = 0; i < OUT; i++)
        CHECK(send_stamped(sender, PEER_ADDRESS, PEER_PORT, (uint64_t)i, 64));
    peer_send(peer, IN, 10000, 64);
    CHECK_EQ(peer_sent(peer), IN);
    WAIT_UNTIL(LOAD(in) >= want_in && LOAD(out) >= want_out, 5);
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    CHECK_EQ(in, want_in);
    CHECK_EQ(out, want_out);
    counters = check_ledger(m);
    CHECK_EQ(counters.filtered, 0);
    CHECK_STATUS(ipmon_free(m), OK);
    return counters;
}

int main(void)
{
    struct peer peer;
    int socket;
    watchdog(60);
    need_live();
    peer = peer_new();
    socket = udp_socket(OUR_ADDRESS, OUR_PORT);
    run(&peer, socket, IPMON_DIRECTION_ANY, "", IN, OUT);
    run(&peer, socket, IPMON_DIRECTION_IN, "", IN, 0);
    run(&peer, socket, IPMON_DIRECTION_OUT, "", 0, OUT);
    CHECK_EQ(run(&peer, socket, IPMON_DIRECTION_ANY, "udp dst port 40001", IN, 0).received, IN);
    CHECK_EQ(run(&peer, socket, IPMON_DIRECTION_ANY, "udp dst port 40002", 0, OUT).received, OUT);
    CHECK_EQ(run(&peer, socket, IPMON_DIRECTION_IN, "udp dst port 40002", 0, 0).received, 0);
    CHECK_EQ(run(&peer, socket, IPMON_DIRECTION_ANY, "tcp", 0, 0).received, 0);
    CHECK_EQ(wrong, 0);
    close(socket);
    peer_free(&peer);
    return verdict();
}
