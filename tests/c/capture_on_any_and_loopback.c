/* On loopback, which shows every packet twice, each is delivered once; "any" watches
 * all interfaces and says which one it was. A local address names its interface. */
#include "net.h"
#include "peer.h"

enum { COUNT = 50 };

/* How often each datagram was seen: over loopback, and from the peer. */
static int local[COUNT], remote[COUNT];
static unsigned long counted, wrong;
static unsigned lo_index, veth_index;

static void on_packet(const ipmon_packet *p, void *user)
{
    struct stamp stamp;
    int over_lo = strcmp(p->source_address, "127.0.0.1") == 0;
    long number = stamped_number(p, OUR_PORT, &stamp);
    (void)user;
    if (number < 0)
        return;
    if (number >= COUNT || p->interface_index != (over_lo ? lo_index : veth_index)
        || p->direction == IPMON_DIRECTION_OUT || p->payload_length != 8 + 64) {
        wrong++;
        return;
    }
    (over_lo ? local : remote)[number]++;
    ADD(counted, 1);
}

static void check_run(const char *local_host, const struct peer *peer, int from_lo,
                      int from_peer)
{
    ipmon_t *m = new_live(local_host, NULL);
    int sender = udp_socket("127.0.0.1", PEER_PORT);
    ipmon_stats counters;
    int i;
    memset(local, 0, sizeof local);
    memset(remote, 0, sizeof remote);
    STORE(counted, 0);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, NULL), OK);
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    for (i = 0; i < COUNT; i++)
        CHECK(send_stamped(sender, "127.0.0.1", OUR_PORT, (uint64_t)i, 64));
    peer_send(peer, COUNT, 10000, 64);
    CHECK_EQ(peer_sent(peer), COUNT);
    WAIT_UNTIL(LOAD(counted) >= (unsigned long)(from_lo + from_peer) * COUNT, 5);
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    for (i = 0; i < COUNT; i++) {
        check_number(local[i], from_lo, local_host, __FILE__, __LINE__);
        check_number(remote[i], from_peer, local_host, __FILE__, __LINE__);
    }
    counters = check_ledger(m);
    CHECK(counters.delivered >= (uint64_t)(from_lo + from_peer) * COUNT);
    /* Nothing else has come over loopback, and nothing twice. */
    if (!from_peer)
        CHECK_EQ(counters.received, COUNT);
    CHECK_STATUS(ipmon_free(m), OK);
    close(sender);
}

int main(void)
{
    struct peer peer;
    int sink;
    watchdog(60);
    need_live();
    peer = peer_new();
    sink = udp_socket("0.0.0.0", OUR_PORT);
    lo_index = if_nametoindex("lo");
    veth_index = if_nametoindex(OUR_END);
    check_run("lo", &peer, 1, 0);
    check_run("127.0.0.1", &peer, 1, 0);
    check_run(OUR_END, &peer, 0, 1);
    check_run(OUR_ADDRESS, &peer, 0, 1);
    check_run("any", &peer, 1, 1);
    CHECK_EQ(wrong, 0);
    close(sink);
    peer_free(&peer);
    return verdict();
}
