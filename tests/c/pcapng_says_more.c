/* What only pcapng files have: several interfaces with link types of their own,
 * exact times, and packets without one. */
#include "capture.h"

static int packets;

static void on_packet(const ipmon_packet *p, void *user)
{
    (void)user;
    switch (++packets) {
    case 1:
        CHECK_EQ(p->interface_index, 0);
        CHECK_EQ(p->link_type, ETHERNET);
        CHECK_EQ(p->timestamp_ns, 1700000000123456789LL);
        CHECK_EQ(p->timestamp, 1700000000123456LL);
        CHECK_EQ(p->frame_wire_length, 2000);
        CHECK_EQ(p->notes, 0);
        break;
    case 2:
        CHECK_EQ(p->interface_index, 1);
        CHECK_EQ(p->link_type, RAW_IP);
        CHECK(p->ip == p->frame);
        CHECK_EQ(p->payload_offset, 20);
        /* It fits 64 bits without a sign, but not with one. */
        CHECK_EQ(p->timestamp_ns, INT64_MAX);
        CHECK_EQ(p->timestamp, INT64_MAX / 1000);
        CHECK_EQ(p->notes, IPMON_NOTE_TIME_OUT_OF_RANGE);
        break;
    case 3:
        CHECK_EQ(p->interface_index, 0);
        CHECK_EQ(p->timestamp, 0);
        CHECK_EQ(p->timestamp_ns, 0);
        CHECK_EQ(p->frame_number, 4);
        CHECK_EQ(p->notes, IPMON_NOTE_NO_TIME);
        break;
    }
}

/* A simple packet block: no time, and the first interface. */
static void put_simple(struct capture *c, const struct bytes *frame)
{
    struct bytes b;
    size_t padding = (4 - frame->length % 4) % 4;
    uint32_t total = (uint32_t)(16 + frame->length + padding);
    b.length = 0;
    put32le(&b, 3);
    put32le(&b, total);
    put32le(&b, (uint32_t)frame->length);
    put(&b, frame->at, frame->length);
    put_times(&b, 0, padding);
    put32le(&b, total);
    capture_put(c, &b);
}

/* A block of a type that nobody knows. */
static void put_unknown(struct capture *c)
{
    struct bytes b;
    b.length = 0;
    put32le(&b, 0x7fffabcd);
    put32le(&b, 16);
    put32le(&b, 5);
    put32le(&b, 16);
    capture_put(c, &b);
}

int main(void)
{
    ipmon_t *m = new_monitor();
    struct capture file;
    struct bytes ethernet, raw;
    ipmon_stats s;
    watchdog(30);

    ethernet.length = raw.length = 0;
    put_datagram(&ethernet, 1, 2, 3);
    put_ipv4(&raw, 0, 28, 0, 17);
    put_udp(&raw, 3, 4, 0);

    pcapng_new(&file);
    pcapng_interface(&file, ETHERNET);
    pcapng_interface(&file, RAW_IP);
    pcapng_interface(&file, USER_0);
    pcapng_packet(&file, 0, 1700000000123456789u, &ethernet, 2000);
    put_unknown(&file);
    pcapng_packet(&file, 1, UINT64_MAX, &raw, raw.length);
    pcapng_packet(&file, 2, 1, &raw, raw.length);
    put_simple(&file, &ethernet);
    capture_close(&file);

    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, NULL), OK);
    CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), OK);
    CHECK_EQ(packets, 3);
    s = check_ledger(m);
    CHECK_EQ(s.received, 4);
    CHECK_EQ(s.unsupported, 1);
    CHECK_STATUS(ipmon_free(m), OK);
    capture_remove(&file);
    return verdict();
}
