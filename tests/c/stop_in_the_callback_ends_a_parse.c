/* ipmon_set_active(m, 0) in a callback makes the current packet the last: only
 * ENDED follows, the parse returns INTERRUPTED, and the next one is not touched. */
#include "capture.h"

static struct seen s;
static int active;

static void on_packet(const ipmon_packet *packet, void *user)
{
    ipmon_t *m = (ipmon_t *)user;
    see_packet(packet, &s);
    if (s.packets == 3) {
        CHECK_STATUS(ipmon_set_active(m, 0), OK);
        /* Again, and nothing else happens. */
        CHECK_STATUS(ipmon_set_active(m, 0), OK);
        CHECK_STATUS(ipmon_get_active(m, &active), OK);
        CHECK_EQ(active, 0);
    }
}

int main(void)
{
    ipmon_t *m = new_monitor();
    struct capture file;
    ipmon_stats counters;
    watchdog(30);

    pcap_of_datagrams(&file, 10);
    see_all(m, &s);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, m), OK);
    CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), INTERRUPTED);
    CHECK_EQ(s.packets, 3);
    CHECK_EQ(s.ended, 1);
    CHECK_STATUS(s.end, INTERRUPTED);
    CHECK_EQ(s.after_end, 0);
    CHECK_EQ(s.errors, 0);
    counters = check_ledger(m);
    CHECK_EQ(counters.delivered, 3);

    see_all(m, &s);
    CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), OK);
    CHECK_EQ(s.packets, 10);
    CHECK_STATUS(s.end, OK);

    CHECK_STATUS(ipmon_free(m), OK);
    capture_remove(&file);
    return verdict();
}
