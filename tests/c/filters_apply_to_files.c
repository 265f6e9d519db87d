/* A filter applies to a file as to live traffic: for each link type in it, with
 * the length on the wire where the expression asks for a length. Wrong ones are
 * refused when they are set, and change nothing. */
#include "capture.h"

enum { LAN, RAW };

static ipmon_t *m;
static struct seen s;

/* Ethernet and raw IP by turns, and one long frame of which little was kept. */
static void write_mixed(struct capture *file)
{
    struct bytes frame;
    unsigned i;
    pcapng_new(file);
    pcapng_interface(file, ETHERNET);
    pcapng_interface(file, RAW_IP);
    for (i = 0; i < 6; i++) {
        frame.length = 0;
        put_datagram(&frame, 1000 + i, i % 2 ? 53 : 54, 10);
        pcapng_packet(file, LAN, i, &frame, frame.length);
        frame.length = 0;
        put_ipv4(&frame, 0, 38, 0, 17);
        put_udp(&frame, 2000 + i, i % 2 ? 53 : 54, 10);
        pcapng_packet(file, RAW, i, &frame, frame.length);
    }
    frame.length = 0;
    put_ethernet(&frame, 0x0800);
    put_ipv4(&frame, 0, 1200, 0, 17);
    put_udp(&frame, 3000, 3001, 10);
    pcapng_packet(file, LAN, i, &frame, 1214);
    capture_close(file);
}

static void check_matches(const struct capture *file, const char *filter,
                          unsigned long packets, unsigned long notices)
{
    see_all(m, &s);
    check_status(ipmon_set_filter(m, filter), IPMON_STATUS_OK, filter, __FILE__, __LINE__);
    check_status(ipmon_parse_pcap_file(m, file->path), IPMON_STATUS_OK, filter, __FILE__,
                 __LINE__);
    check_number((long long)s.packets, (long long)packets, filter, __FILE__, __LINE__);
    check_number((long long)s.notices, (long long)notices, filter, __FILE__, __LINE__);
    if (notices)
        CHECK_EQ(s.last_notice, IPMON_NOTICE_FILTER_NOT_APPLICABLE);
    CHECK_EQ(s.ended, 1);
    CHECK_EQ(s.after_end, 0);
    CHECK_EQ(check_ledger(m).filtered, 13 - packets);
}

static void check_refused(const char *filter, ipmon_status want)
{
    char before[2048] = "", after[2048] = "";
    CHECK_STATUS(ipmon_get_filter(m, before, sizeof before, NULL), OK);
    check_status(ipmon_set_filter(m, filter), want, filter, __FILE__, __LINE__);
    CHECK(is_one_line(last_error(m)));
    CHECK_STATUS(ipmon_get_filter(m, after, sizeof after, NULL), OK);
    CHECK_TEXT(after, before);
}

static void lengths(void)
{
    char longest[1026];
    memset(longest, ' ', sizeof longest);
    memcpy(longest, "udp", 3);
    longest[1024] = 0;
    CHECK_STATUS(ipmon_set_filter(m, longest), OK);
    longest[1024] = ' ';
    longest[1025] = 0;
    check_refused(longest, IPMON_STATUS_FILTER_TOO_COMPLEX);
}

int main(void)
{
    struct capture file;
    watchdog(60);
    m = new_monitor();
    if (!have_filters()) {
        CHECK_STATUS(ipmon_free(m), OK);
        SKIP("libpcap is not installed");
    }
    write_mixed(&file);

    check_matches(&file, "", 13, 0);
    check_matches(&file, "udp port 53", 6, 0);
    check_matches(&file, "udp dst port 53 and src portrange 1000-1999", 3, 0);
    check_matches(&file, "src host 10.0.0.1 and net 10.0.0.0/8", 13, 0);
    check_matches(&file, "tcp or ip6", 0, 0);
    check_matches(&file, "udp port domain", 6, 0);
    /* What was captured of it is 52 bytes. */
    check_matches(&file, "greater 1000", 1, 0);
    check_matches(&file, "less 1000", 12, 0);
    check_matches(&file, "len = 1214", 1, 0);
    /* Raw IP has no Ethernet addresses: told once, for all its frames. */
    check_matches(&file, "ether src 02:00:00:00:00:01", 7, 1);
    /* Neither of the two knows 802.11: once for each. */
    check_matches(&file, "wlan addr1 02:00:00:00:00:01", 0, 2);

    CHECK_STATUS(ipmon_set_filter(m, "udp"), OK);
    check_refused("udp and and", IPMON_STATUS_BAD_FILTER);
    check_refused("port", IPMON_STATUS_BAD_FILTER);
    check_refused("((udp)", IPMON_STATUS_BAD_FILTER);
    check_refused("port 65536", IPMON_STATUS_BAD_FILTER);
    /* Names of hosts and networks would have to be looked up. */
    check_refused("host localhost", IPMON_STATUS_BAD_FILTER);
    check_refused("src host example.com", IPMON_STATUS_BAD_FILTER);
    check_refused("udp and not dst localhost", IPMON_STATUS_BAD_FILTER);
    check_refused("net loopback", IPMON_STATUS_BAD_FILTER);
    lengths();

    CHECK_STATUS(ipmon_free(m), OK);
    capture_remove(&file);
    return verdict();
}
