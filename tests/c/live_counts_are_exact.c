/* 100,000 datagrams at 50,000 a second over a veth pair: all are delivered, each
 * once, with the right ports and length and a time between its sending and its
 * arrival here; and the ledger leaves nothing open. */
#include "net.h"
#include "peer.h"

enum { SIZE = 100, MOST = 100000 };

static unsigned char times_seen[MOST];
static unsigned long counted, wrong;

static void on_packet(const ipmon_packet *p, void *user)
{
    struct stamp stamp;
    int64_t now = now_ns(CLOCK_REALTIME);
    long number = stamped_number(p, OUR_PORT, &stamp);
    (void)user;
    if (number < 0)
        return;
    if (number >= MOST || times_seen[number]++ || p->source_port != PEER_PORT
        || p->payload_length != SIZE + 8 || p->payload_wire_length != SIZE + 8
        || p->ip_length != SIZE + 28 || p->frame_wire_length != SIZE + 42
        || strcmp(p->source_address, PEER_ADDRESS) != 0
        || strcmp(p->destination_address, OUR_ADDRESS) != 0)
        wrong++;
    if (p->timestamp_ns < stamp.sent_ns || p->timestamp_ns > now
        || p->timestamp != p->timestamp_ns / 1000) {
        if (wrong++ < 5)
            fprintf(stderr, "packet %ld: %lld ns after it was sent, %lld ns before now\n", number,
                    (long long)(p->timestamp_ns - stamp.sent_ns),
                    (long long)(now - p->timestamp_ns));
    }
    ADD(counted, 1);
}

int main(void)
{
    struct peer peer;
    struct seen s;
    ipmon_t *m;
    ipmon_stats counters;
    uint32_t count = (uint32_t)rounds(MOST, 2000);
    int sink, i, once = 0;
    watchdog(60);
    need_live();
    peer = peer_new();
    /* With a socket there the kernel has nothing to complain of to the peer. */
    sink = udp_socket(OUR_ADDRESS, OUR_PORT);

    m = new_live(OUR_END, &s);
    CHECK_STATUS(ipmon_set_buffer_size(m, 33554432), OK);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, NULL), OK);
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    CHECK_EQ(is_active(m), 1);
    peer_send(&peer, count, slow() ? 2000 : 50000, SIZE);
    CHECK_EQ(peer_sent(&peer), count);
    WAIT_UNTIL(LOAD(counted) >= count, 5);
    CHECK_STATUS(ipmon_set_active(m, 0), OK);

    CHECK_EQ(is_active(m), 0);
    CHECK_EQ(counted, count);
    CHECK_EQ(wrong, 0);
    for (i = 0; i < (int)count; i++)
        once += times_seen[i] == 1;
    CHECK_EQ(once, count);
    CHECK_EQ(s.ended, 1);
    CHECK_STATUS(s.end, OK);
    CHECK_EQ(s.after_end, 0);
    CHECK_STATUS(ipmon_wait(m, 0), OK);
    counters = check_ledger(m);
    CHECK_EQ(counters.dropped, 0);
    CHECK_EQ(counters.discarded, 0);
    CHECK(counters.delivered >= count);
    CHECK(counters.bytes >= (uint64_t)count * (SIZE + 42));
    CHECK_STATUS(ipmon_free(m), OK);
    close(sink);
    peer_free(&peer);
    FIGURES("%lu of %lu datagrams, %lu wrong, %llu unaccounted", counted, (unsigned long)count, wrong,
            (unsigned long long)(counters.received - accounted(&counters)));
    return verdict();
}
