/* After a run every frame is in exactly one counter: each of them is made to count
 * here, a different number of times. */
#include "capture.h"

enum { LAN, USER };

static struct capture file;
static struct bytes frame;

static struct bytes *begin(unsigned type)
{
    frame.length = 0;
    put_ethernet(&frame, type);
    return &frame;
}

static void add(unsigned interface, unsigned times)
{
    while (times-- > 0)
        pcapng_packet(&file, interface, 1, &frame, frame.length + (interface == LAN ? 0 : 1));
}

static void write_file(void)
{
    pcapng_new(&file);
    pcapng_interface(&file, ETHERNET);
    pcapng_interface(&file, USER_0);

    put_datagram((frame.length = 0, &frame), 1, 53, 30);
    add(LAN, 9);
    put_datagram((frame.length = 0, &frame), 1, 99, 30);
    add(LAN, 4);
    add(USER, 3);

    put_times(begin(0x0806), 0, 28);
    add(LAN, 2);

    frame.length = 0;
    put_times(&frame, 0, 9);
    add(LAN, 5);

    /* The version, the header length and the total length of IPv4. */
    put_ipv4(begin(0x0800), 0, 20, 0, 17);
    frame.at[14] = 0x65;
    add(LAN, 6);
    frame.at[14] = 0x44;
    add(LAN, 7);
    frame.at[14] = 0x45;
    frame.at[17] = 19;
    add(LAN, 8);

    put_ipv4(begin(0x0800), 0, 20, 0, 17);
    frame.length -= 1;
    add(LAN, 10);
    capture_close(&file);
}

static void on_packet(const ipmon_packet *packet, void *user)
{
    if (packet->frame_number == 5)
        CHECK_STATUS(ipmon_set_accept_data((ipmon_t *)user, 0), OK);
}

static ipmon_stats run(ipmon_t *m)
{
    ipmon_stats s;
    CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), OK);
    s = check_ledger(m);
    CHECK_EQ(s.struct_size, sizeof s);
    CHECK_EQ(s.reserved, 0);
    CHECK_EQ(s.received, 9 + 4 + 3 + 2 + 5 + 6 + 7 + 8 + 10);
    CHECK_EQ(s.discarded, 0);
    CHECK_EQ(s.dropped, 0);
    CHECK_EQ(s.bytes, file.length);
    return s;
}

int main(void)
{
    ipmon_t *m = new_monitor();
    ipmon_stats s;
    int again;
    watchdog(30);
    write_file();

    /* Counters begin anew with every run. */
    for (again = 0; again < 2; again++) {
        s = run(m);
        CHECK_EQ(s.delivered, 13);
        CHECK_EQ(s.unsupported, 3);
        CHECK_EQ(s.not_ip, 2);
        CHECK_EQ(s.truncated, 5);
        CHECK_EQ(s.malformed_version, 6);
        CHECK_EQ(s.malformed_header_length, 7);
        CHECK_EQ(s.malformed_total_length, 8);
        CHECK_EQ(s.malformed_short, 10);
        CHECK_EQ(s.filtered, 0);
        CHECK_EQ(s.paused, 0);
    }

    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, m), OK);
    s = run(m);
    CHECK_EQ(s.delivered, 5);
    CHECK_EQ(s.paused, 8);
    CHECK_STATUS(ipmon_set_accept_data(m, 1), OK);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, NULL, NULL), OK);

    if (have_filters()) {
        CHECK_STATUS(ipmon_set_filter(m, "udp port 53"), OK);
        s = run(m);
        CHECK_EQ(s.delivered, 9);
        CHECK_EQ(s.filtered, s.received - 9);
    }
    CHECK_STATUS(ipmon_free(m), OK);
    capture_remove(&file);
    return verdict();
}
