/* While delivery is paused packets are counted and not delivered, from the next
 * packet on, and at any time. */
#include "capture.h"

static struct seen s;

static void on_packet(const ipmon_packet *packet, void *user)
{
    int accept;
    see_packet(packet, &s);
    if (packet->source_port == 4) {
        CHECK_STATUS(ipmon_set_accept_data((ipmon_t *)user, 0), OK);
        CHECK_STATUS(ipmon_get_accept_data((ipmon_t *)user, &accept), OK);
        CHECK_EQ(accept, 0);
        CHECK_STATUS(ipmon_set_accept_data((ipmon_t *)user, 1), OK);
    }
    if (packet->source_port == 7)
        CHECK_STATUS(ipmon_set_accept_data((ipmon_t *)user, 0), OK);
}

static void check_run(ipmon_t *m, const char *path, uint64_t delivered, uint64_t paused)
{
    ipmon_stats counters;
    s.packets = 0;
    CHECK_STATUS(ipmon_parse_pcap_file(m, path), OK);
    CHECK_EQ(s.packets, delivered);
    counters = check_ledger(m);
    CHECK_EQ(counters.received, 20);
    CHECK_EQ(counters.delivered, delivered);
    CHECK_EQ(counters.paused, paused);
}

int main(void)
{
    ipmon_t *m = new_monitor();
    struct capture file;
    int accept;
    watchdog(30);
    pcap_of_datagrams(&file, 20);
    see_all(m, &s);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, m), OK);

    CHECK_STATUS(ipmon_set_accept_data(m, 0), OK);
    check_run(m, file.path, 0, 20);
    CHECK_EQ(s.ended, 1);

    /* It was paused then, and still is; resumed, it is paused in the middle. */
    CHECK_STATUS(ipmon_get_accept_data(m, &accept), OK);
    CHECK_EQ(accept, 0);
    CHECK_STATUS(ipmon_set_accept_data(m, 1), OK);
    s.ended = 0;
    check_run(m, file.path, 7, 13);

    /* Without a callback, what would have been delivered counts so. */
    CHECK_STATUS(ipmon_set_accept_data(m, 1), OK);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, NULL, NULL), OK);
    CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), OK);
    CHECK_EQ(check_ledger(m).delivered, 20);

    CHECK_STATUS(ipmon_free(m), OK);
    capture_remove(&file);
    return verdict();
}
