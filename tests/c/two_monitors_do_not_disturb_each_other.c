/* Two monitors parse at the same time on two threads: each has its own packets,
 * options, counters, errors and stops. */
#include "capture.h"

struct side {
    ipmon_t *m;
    struct capture file;
    unsigned packets;
    int text;
    struct seen s;
    unsigned long bare; /* packets without address text */
};

static struct side left, right;
static int ready;

static void on_packet(const ipmon_packet *packet, void *user)
{
    struct side *side = (struct side *)user;
    see_packet(packet, &side->s);
    if (!*packet->source_address)
        side->bare++;
    if (packet->source_port != side->s.packets)
        CHECK(!"packets in order, none of the other's");
}

static void *parse(void *user)
{
    struct side *side = (struct side *)user;
    int i, times = rounds(200, 10);
    ADD(ready, 1);
    WAIT_UNTIL(LOAD(ready) == 2, 10);
    for (i = 0; i < times; i++) {
        see_all(side->m, &side->s);
        side->bare = 0;
        CHECK_STATUS(ipmon_set_on_ip_packet(side->m, on_packet, side), OK);
        CHECK_STATUS(ipmon_parse_pcap_file(side->m, side->file.path), OK);
        CHECK_EQ(side->s.packets, side->packets);
        CHECK_EQ(side->bare, side->text ? 0 : side->packets);
        CHECK_EQ(check_ledger(side->m).delivered, side->packets);
    }
    return NULL;
}

static void prepare(struct side *side, unsigned packets, int text)
{
    side->m = new_monitor();
    side->packets = packets;
    side->text = text;
    pcap_of_datagrams(&side->file, packets);
    CHECK_STATUS(ipmon_set_address_text(side->m, text), OK);
}

static void finish(struct side *side)
{
    CHECK_STATUS(ipmon_free(side->m), OK);
    capture_remove(&side->file);
}

int main(void)
{
    pthread_t one, two;
    watchdog(60);
    prepare(&left, 300, 1);
    prepare(&right, 500, 0);
    CHECK_STATUS(ipmon_set_latency(left.m, 99999), BAD_ARGUMENT);
    CHECK_TEXT(last_error(right.m), "");
    /* A stop and an interrupt of one are nothing to the other. */
    CHECK_STATUS(ipmon_set_active(left.m, 0), OK);

    REQUIRE(pthread_create(&one, NULL, parse, &left) == 0);
    REQUIRE(pthread_create(&two, NULL, parse, &right) == 0);
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    ipmon_interrupt(left.m);
    CHECK_STATUS(ipmon_parse_pcap_file(left.m, left.file.path), INTERRUPTED);
    CHECK_STATUS(ipmon_wait(right.m, -1), OK);
    finish(&left);
    finish(&right);
    return verdict();
}
