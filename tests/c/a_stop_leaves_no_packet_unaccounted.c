/* Whatever comes when a capture is stopped, nothing of it is lost without a word: on an
 * idle interface nothing was received; of a trickle that ended just before the stop, all
 * that was sent; and in the midst of a flood the packets up to the stop are there without
 * a hole. */
#include "net.h"
#include "peer.h"

enum { TRICKLE = 50, SIZE = 100 };

static struct seen s;
static uint64_t first, next_number, holes, unaccounted, stops, in_floods;

static void on_packet(const ipmon_packet *packet, void *user)
{
    struct stamp stamp;
    see_packet(packet, user);
    if (stamped_number(packet, OUR_PORT, &stamp) < 0)
        return;
    if (s.packets == 1)
        first = stamp.number;
    else if (stamp.number != next_number)
        holes++;
    next_number = stamp.number + 1;
}

static void start(ipmon_t *m)
{
    s.packets = s.ended = s.notices = holes = 0;
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
}

static ipmon_stats stop(ipmon_t *m)
{
    ipmon_stats c;
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    CHECK_EQ(s.ended, 1);
    CHECK_EQ(s.after_end, 0);
    c = stats_of(m);
    unaccounted += c.received > accounted(&c) ? c.received - accounted(&c)
                                              : accounted(&c) - c.received;
    CHECK_EQ(c.delivered, s.packets);
    CHECK_EQ(c.dropped, 0);
    stops++;
    return c;
}

static void idle(ipmon_t *m, long i)
{
    start(m);
    sleep_us(i * 137 % 3000);
    CHECK_EQ(stop(m).received, 0);
}

static void trickle(ipmon_t *m, const struct peer *peer, long i)
{
    ipmon_stats c;
    start(m);
    peer_send(peer, TRICKLE, 20000, SIZE);
    CHECK_EQ(peer_sent(peer), TRICKLE);
    sleep_us(i * 137 % 2000);
    c = stop(m);
    CHECK_EQ(c.received, TRICKLE);
    CHECK_EQ(c.delivered, TRICKLE);
    CHECK_EQ(first, 0);
    CHECK_EQ(next_number, TRICKLE);
}

static void flood(ipmon_t *m, long i)
{
    uint64_t before, since, lost = lost_on_the_way();
    start(m);
    before = ip_packets_arrived();
    sleep_us((slow() ? 50000 : 2000) + i * 137 % 3000);
    since = ip_packets_arrived() - before;
    stop(m);
    /* All that had arrived is there; what came while the stop was under way may be. */
    CHECK(s.packets >= since);
    in_floods += s.packets;
    CHECK(holes <= lost_on_the_way() - lost);
}

int main(void)
{
    struct peer peer;
    ipmon_t *m;
    long i, count = full(1000) / 3 + 1;
    int sink;
    watchdog(60);
    need_live();
    peer = peer_new();
    sink = udp_socket(OUR_ADDRESS, OUR_PORT);
    m = new_live(OUR_END, &s);
    CHECK_STATUS(ipmon_set_buffer_size(m, 8388608), OK);
    CHECK_STATUS(ipmon_set_filter(m, "udp dst port 40001"), OK);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, &s), OK);
    for (i = 0; i < count; i++)
        idle(m, i);
    for (i = 0; i < count; i++)
        trickle(m, &peer, i);
    peer_send(&peer, 1000000000, slow() ? 2000 : 100000, SIZE);
    for (i = 0; i < count; i++)
        flood(m, i);
    CHECK(in_floods > 0);
    peer_stop(&peer);
    CHECK_EQ(unaccounted, 0);
    CHECK_STATUS(ipmon_free(m), OK);
    FIGURES("%llu stops, idle, after a trickle and in a flood: %llu packets unaccounted",
            (unsigned long long)stops, (unsigned long long)unaccounted);
    close(sink);
    peer_free(&peer);
    return verdict();
}
