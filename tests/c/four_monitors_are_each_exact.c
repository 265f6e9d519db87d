/* Four monitors capture on one interface at once, each with a filter, a latency and a snap
 * length of its own: each gets exactly its own packets, each once and in their order. */
#include "net.h"
#include "peer.h"

enum { MONITORS = 4, SIZE = 100, MOST = 100000 };

static struct one {
    ipmon_t *m;
    struct seen s;
    uint32_t snap_length;
    long remainder, next;
    unsigned long counted, wrong;
} ones[MONITORS];

static void on_packet(const ipmon_packet *p, void *user)
{
    struct one *one = (struct one *)user;
    struct stamp stamp;
    long number = stamped_number(p, OUR_PORT, &stamp);
    /* The filter lets nothing else in, whatever else is on the wire. */
    if (number != one->next || number % MONITORS != one->remainder
        || p->frame_wire_length != SIZE + 42
        || p->frame_length != (one->snap_length < SIZE + 42 ? one->snap_length : SIZE + 42))
        one->wrong++;
    one->next = number + MONITORS;
    ADD(one->counted, 1);
}

static void set_up(struct one *one, long remainder)
{
    static const uint32_t latencies[MONITORS] = {0, 1000, 5000, 20000};
    static const uint32_t snap_lengths[MONITORS] = {262144, 96, 262144, 70};
    char filter[80];
    one->m = new_live(OUR_END, &one->s);
    one->remainder = one->next = remainder;
    one->snap_length = remainder == 0 ? 1500 : snap_lengths[remainder];
    /* The datagram's number is the first of its data, least byte first. */
    snprintf(filter, sizeof filter, "udp dst port %d and udp[8] & 3 = %ld", OUR_PORT, remainder);
    CHECK_STATUS(ipmon_set_filter(one->m, filter), OK);
    CHECK_STATUS(ipmon_set_latency(one->m, latencies[remainder]), OK);
    CHECK_STATUS(ipmon_set_snap_length(one->m, one->snap_length), OK);
    CHECK_STATUS(ipmon_set_buffer_size(one->m, 16777216), OK);
    CHECK_STATUS(ipmon_set_on_ip_packet(one->m, on_packet, one), OK);
}

int main(void)
{
    uint32_t count = (uint32_t)rounds(MOST, 2000);
    unsigned long all = 0;
    struct peer peer;
    ipmon_stats counters;
    int sink, i;
    watchdog(60);
    need_live();
    if (!have_filters())
        SKIP("libpcap, which compiles filters, is not installed");
    peer = peer_new();
    sink = udp_socket(OUR_ADDRESS, OUR_PORT);
    for (i = 0; i < MONITORS; i++)
        set_up(&ones[i], i);
    for (i = 0; i < MONITORS; i++)
        CHECK_STATUS(ipmon_set_active(ones[i].m, 1), OK);
    peer_send(&peer, count, slow() ? 2000 : 50000, SIZE);
    CHECK_EQ(peer_sent(&peer), count);
    for (i = 0; i < MONITORS; i++) {
        WAIT_UNTIL(LOAD(ones[i].counted) >= count / MONITORS, 5);
        CHECK_STATUS(ipmon_set_active(ones[i].m, 0), OK);
        CHECK_EQ(ones[i].counted, count / MONITORS);
        CHECK_EQ(ones[i].wrong, 0);
        CHECK_EQ(ones[i].s.ended, 1);
        counters = check_ledger(ones[i].m);
        /* What the filters leave out was not received. */
        CHECK_EQ(counters.received, count / MONITORS);
        CHECK_EQ(counters.delivered, count / MONITORS);
        all += ones[i].counted;
        CHECK_STATUS(ipmon_free(ones[i].m), OK);
    }
    close(sink);
    peer_free(&peer);
    FIGURES("%lu of %lu datagrams, each at one of four", all, (unsigned long)count);
    return verdict();
}
