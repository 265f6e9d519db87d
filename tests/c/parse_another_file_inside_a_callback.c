/* Inside a callback another monitor may do all it can: be made, parse a file,
 * be stopped, be freed. What the outer callback was lent stays as it was. */
#include "capture.h"

static struct capture outer, inner;
static struct seen seen_outer, seen_inner;

static void on_packet(const ipmon_packet *packet, void *user)
{
    uint16_t port = (uint16_t)(seen_outer.packets + 1);
    ipmon_t *other = new_monitor();
    see_packet(packet, user);
    see_all(other, &seen_inner);
    CHECK_STATUS(ipmon_parse_pcap_file(other, inner.path), OK);
    CHECK_EQ(seen_inner.packets, 7);
    CHECK_EQ(seen_inner.ended, 1);
    CHECK_STATUS(ipmon_wait(other, -1), OK);
    CHECK_STATUS(ipmon_set_active(other, 0), OK);
    CHECK_STATUS(ipmon_free(other), OK);
    CHECK_EQ(packet->source_port, port);
    CHECK_EQ(packet->payload_length, 30);
    CHECK_TEXT(packet->destination_address, "10.0.0.2");
}

int main(void)
{
    ipmon_t *m = new_monitor();
    watchdog(30);
    pcap_of_datagrams(&outer, 5);
    pcap_of_datagrams(&inner, 7);
    see_all(m, &seen_outer);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, &seen_outer), OK);
    CHECK_STATUS(ipmon_parse_pcap_file(m, outer.path), OK);
    CHECK_EQ(seen_outer.packets, 5);
    CHECK_EQ(seen_outer.ended, 1);
    check_ledger(m);
    CHECK_STATUS(ipmon_free(m), OK);
    capture_remove(&outer);
    capture_remove(&inner);
    return verdict();
}
