/* Two captures whose callbacks stop, wait for and start each other, and a third
 * thread that stops both: nothing deadlocks, and both end. */
#include "net.h"

static ipmon_t *one, *two;
static struct seen seen_one, seen_two;

static int freed;

static void expect(ipmon_status got, ipmon_status or_this)
{
    if (got == or_this)
        return;
    /* So calls end that are in the midst of a free. */
    if (LOAD(freed) && (got == IPMON_STATUS_BAD_HANDLE || got == IPMON_STATUS_INTERRUPTED))
        return;
    CHECK_STATUS(got, OK);
}

static void disturb(ipmon_t *other, unsigned long turn)
{
    switch (turn % 3) {
    case 0:
        expect(ipmon_set_active(other, 0), IPMON_STATUS_PENDING);
        break;
    case 1:
        expect(ipmon_wait(other, -1), IPMON_STATUS_PENDING);
        break;
    default:
        expect(ipmon_set_active(other, 1), IPMON_STATUS_BUSY);
        break;
    }
}

static void on_packet(const ipmon_packet *packet, void *user)
{
    struct seen *s = (struct seen *)user;
    (void)packet;
    disturb(s == &seen_one ? two : one, ADD(s->packets, 1));
}

static ipmon_t *capture(struct seen *s)
{
    ipmon_t *m = new_live("lo", NULL);
    CHECK_STATUS(ipmon_set_buffer_size(m, 1048576), OK);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, s), OK);
    return m;
}

int main(void)
{
    int sender, sink, i, count = rounds(500, 30);
    watchdog(60);
    need_live();
    sink = udp_socket("127.0.0.1", OUR_PORT);
    sender = udp_socket("127.0.0.1", PEER_PORT);
    one = capture(&seen_one);
    two = capture(&seen_two);
    for (i = 0; i < count; i++) {
        expect(ipmon_set_active(i % 2 ? one : two, i % 5 != 0), IPMON_STATUS_BUSY);
        send_stamped(sender, "127.0.0.1", OUR_PORT, (uint64_t)i, 64);
        if (i % 3 == 0)
            sleep_us(500);
    }
    /* The callback of the one may start the other again: both go. */
    STORE(freed, 1);
    CHECK_STATUS(ipmon_free(one), OK);
    CHECK_STATUS(ipmon_free(two), OK);
    CHECK(LOAD(seen_one.packets) > 0);
    CHECK(LOAD(seen_two.packets) > 0);
    close(sender);
    close(sink);
    return verdict();
}
