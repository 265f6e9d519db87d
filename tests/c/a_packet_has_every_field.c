/* Every field of ipmon_packet, for frames that this program writes byte by byte. */
#include "capture.h"

/* What is expected of one packet: what is not said is 0. */
struct expected {
    const char *what;
    const char *source, *destination;
    uint8_t source_ip[16], destination_ip[16];
    unsigned version, tos, flags, ttl, source_port, destination_port, offset, checksum, protocol;
    uint32_t id, ip_at, ip_length, payload_at, payload_length, payload_wire, notes, not_kept;
    uint64_t number;
    int64_t time_ns;
};

static struct bytes frames[16];
static struct expected expected[16];
static int frame_count, packet_count, text_off;

static void check_packet(const ipmon_packet *p, void *user)
{
    const struct expected *e = &expected[packet_count];
    const struct bytes *f = &frames[packet_count];
    long before = checks_failed;
    (void)user;
    packet_count++;
    if (packet_count > frame_count)
        return;

    CHECK_EQ(p->struct_size, sizeof *p);
    CHECK_EQ(p->ip_version, e->version);
    CHECK_EQ(p->tos, e->tos);
    CHECK_EQ(p->flags, e->flags);
    CHECK_EQ(p->ttl, e->ttl);
    CHECK_TEXT(p->source_address, text_off ? "" : e->source);
    CHECK_TEXT(p->destination_address, text_off ? "" : e->destination);
    CHECK_EQ(p->source_port, e->source_port);
    CHECK_EQ(p->destination_port, e->destination_port);
    CHECK_EQ(p->id, e->id);
    CHECK_EQ(p->offset, e->offset);
    CHECK_EQ(p->checksum, e->checksum);
    CHECK_EQ(p->ip_protocol, e->protocol);
    CHECK_EQ(p->direction, IPMON_DIRECTION_ANY);
    CHECK_EQ(p->reserved, 0);
    CHECK_EQ(p->timestamp, e->time_ns / 1000);
    CHECK_EQ(p->timestamp_ns, e->time_ns);
    CHECK(memcmp(p->source_ip, e->source_ip, 16) == 0);
    CHECK(memcmp(p->destination_ip, e->destination_ip, 16) == 0);
    CHECK_EQ(p->frame_length, f->length);
    CHECK_EQ(p->frame_wire_length, f->length + e->not_kept);
    CHECK_EQ(p->ip_length, e->ip_length);
    CHECK_EQ(p->payload_length, e->payload_length);
    CHECK_EQ(p->payload_wire_length, e->payload_wire);
    CHECK(p->frame && p->ip && p->payload);
    CHECK(p->ip == p->frame + e->ip_at);
    CHECK(p->payload == p->frame + e->payload_at);
    CHECK(memcmp(p->frame, f->at, f->length) == 0);
    CHECK_EQ(p->link_type, ETHERNET);
    CHECK_EQ(p->interface_index, 0);
    CHECK_EQ(p->notes, e->notes);
    CHECK_EQ(p->frame_number, e->number);
    CHECK_EQ(p->frame_offset, 0);
    CHECK_EQ(p->payload_offset, e->payload_at);
    if (checks_failed != before)
        fprintf(stderr, "  ... of: %s\n", e->what);
}

static struct bytes *frame(void) { return &frames[frame_count]; }

/* Takes the frame that was written into the list, with what all IPv4 ones share. */
static struct expected *take_v4(const char *what, unsigned header, unsigned total,
                                unsigned protocol)
{
    static const uint8_t from[4] = {10, 0, 0, 1}, to[4] = {10, 0, 0, 2};
    struct expected *e = &expected[frame_count++];
    e->what = what;
    e->source = "10.0.0.1";
    e->destination = "10.0.0.2";
    memcpy(e->source_ip, from, 4);
    memcpy(e->destination_ip, to, 4);
    e->version = 4;
    e->tos = 0xb9;
    e->ttl = 63;
    e->id = 0x1234;
    e->checksum = 0xabcd;
    e->protocol = protocol;
    e->ip_at = 14;
    e->ip_length = total;
    e->payload_at = 14 + header;
    e->payload_length = e->payload_wire = total - header;
    return e;
}

static void udp(void)
{
    struct expected *e;
    put_datagram(frame(), 49152, 53, 5);
    e = take_v4("UDP", 20, 33, 17);
    e->source_port = 49152;
    e->destination_port = 53;
}

static void udp_padded(void)
{
    struct expected *e;
    put_datagram(frame(), 1, 65535, 4);
    put_times(frame(), 0, 14);
    e = take_v4("UDP with padding", 20, 32, 17);
    e->source_port = 1;
    e->destination_port = 65535;
    e->notes = IPMON_NOTE_PADDING;
}

static void tcp_with_options(void)
{
    struct expected *e;
    put_ethernet(frame(), 0x0800);
    put_ipv4(frame(), 3, 52, 0x4000, 6);
    put16(frame(), 443);
    put16(frame(), 40000);
    put_times(frame(), 7, 16);
    e = take_v4("TCP behind IPv4 options", 32, 52, 6);
    e->flags = 2;
    e->source_port = 443;
    e->destination_port = 40000;
}

static void first_fragment(void)
{
    struct expected *e;
    put_ethernet(frame(), 0x0800);
    put_ipv4(frame(), 0, 44, 0xa000, 17);
    put_udp(frame(), 5000, 5001, 16);
    e = take_v4("first fragment, with the reserved flag", 20, 44, 17);
    e->flags = 5;
    e->source_port = 5000;
    e->destination_port = 5001;
    e->notes = IPMON_NOTE_FRAGMENT;
}

static void later_fragment(void)
{
    struct expected *e;
    put_ethernet(frame(), 0x0800);
    put_ipv4(frame(), 0, 36, 0x1fff, 17);
    put_times(frame(), 0x88, 16);
    e = take_v4("last fragment", 20, 36, 17);
    e->offset = 0x1fff;
    e->notes = IPMON_NOTE_FRAGMENT;
}

static void length_zero(void)
{
    struct expected *e;
    put_ethernet(frame(), 0x0800);
    put_ipv4(frame(), 0, 0, 0, 17);
    put_udp(frame(), 7, 9, 32);
    /* Where the header states nothing, the payload is what the frame has. */
    e = take_v4("total length 0", 20, 60, 17);
    e->source_port = 7;
    e->destination_port = 9;
    e->notes = IPMON_NOTE_LENGTH_ZERO;
}

static void vlan(void)
{
    struct expected *e;
    put_ethernet(frame(), 0x88a8);
    put16(frame(), 0x0064);
    put16(frame(), 0x8100);
    put16(frame(), 0x2007);
    put16(frame(), 0x0800);
    put_ipv4(frame(), 0, 28, 0, 17);
    put_udp(frame(), 123, 124, 0);
    e = take_v4("two VLAN tags", 20, 28, 17);
    e->ip_at += 8;
    e->payload_at += 8;
    e->source_port = 123;
    e->destination_port = 124;
}

static void no_payload(void)
{
    put_ethernet(frame(), 0x0800);
    put_ipv4(frame(), 0, 20, 0, 59);
    take_v4("no payload", 20, 20, 59);
}

static void put_ipv6(struct bytes *b, unsigned payload_length, unsigned next)
{
    static const uint8_t from[16] = {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    static const uint8_t to[16] = {0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1};
    put32(b, 0x6ab12345);
    put16(b, payload_length);
    put8(b, next);
    put8(b, 64);
    put(b, from, 16);
    put(b, to, 16);
}

static struct expected *take_v6(const char *what, unsigned extensions, unsigned payload)
{
    struct expected *e = &expected[frame_count];
    e->what = what;
    e->source = "2001:db8::1";
    e->destination = "2001:db8:0:1:1:1:1:1";
    memcpy(e->source_ip, frames[frame_count].at + 22, 16);
    memcpy(e->destination_ip, frames[frame_count].at + 38, 16);
    e->version = 6;
    e->tos = 0xab;
    e->ttl = 64;
    e->ip_at = 14;
    e->ip_length = 40 + extensions + payload;
    e->payload_at = 14 + 40 + extensions;
    e->payload_length = e->payload_wire = payload;
    frame_count++;
    return e;
}

/* Hop-by-hop options, then a fragment header, then the beginning of UDP. */
static void v6_fragment(unsigned offset_and_more)
{
    struct expected *e;
    put_ethernet(frame(), 0x86dd);
    put_ipv6(frame(), 8 + 8 + 24, 0);
    put8(frame(), 44);
    put8(frame(), 0);
    put8(frame(), 1);
    put8(frame(), 4);
    put32(frame(), 0);
    put8(frame(), 17);
    put8(frame(), 0);
    put16(frame(), offset_and_more);
    put32(frame(), 0xdeadbeef);
    put_udp(frame(), 546, 547, 16);
    e = take_v6("IPv6 with hop-by-hop options and a fragment header", 16, 24);
    e->protocol = 17;
    e->id = 0xdeadbeef;
    e->offset = offset_and_more >> 3;
    e->flags = offset_and_more & 1;
    e->notes = IPMON_NOTE_FRAGMENT;
    if (e->offset == 0) {
        e->source_port = 546;
        e->destination_port = 547;
    }
}

static void v6_extension_cut(void)
{
    struct expected *e;
    put_ethernet(frame(), 0x86dd);
    /* The destination options announce 16 bytes, and the packet has 12. */
    put_ipv6(frame(), 12, 60);
    put8(frame(), 17);
    put8(frame(), 1);
    put_times(frame(), 0, 10);
    e = take_v6("IPv6 whose extension header is cut", 0, 12);
    e->protocol = 60;
    e->notes = IPMON_NOTE_EXTENSION_TRUNCATED;
}

static void v6_sctp(void)
{
    struct expected *e;
    put_ethernet(frame(), 0x86dd);
    put_ipv6(frame(), 12, 132);
    put16(frame(), 36412);
    put16(frame(), 36413);
    put_times(frame(), 1, 8);
    e = take_v6("SCTP over IPv6", 0, 12);
    e->protocol = 132;
    e->source_port = 36412;
    e->destination_port = 36413;
}

/* The capture keeps the ports and one byte more, of 100 bytes. */
static void cut_short(void)
{
    struct expected *e;
    put_ethernet(frame(), 0x0800);
    put_ipv4(frame(), 0, 100, 0, 6);
    put16(frame(), 80);
    put16(frame(), 81);
    put8(frame(), 0);
    e = take_v4("cut by the capture", 20, 25, 6);
    e->source_port = 80;
    e->destination_port = 81;
    e->payload_wire = 80;
    e->not_kept = 75;
    e->notes = IPMON_NOTE_TRUNCATED;
}

static void write_file(struct capture *file)
{
    struct bytes arp;
    int i;
    arp.length = 0;
    put_ethernet(&arp, 0x0806);
    put_times(&arp, 0, 28);

    pcap_new(file, ETHERNET);
    for (i = 0; i < frame_count; i++) {
        /* A frame between that is no packet, and counts nevertheless. */
        if (i == 1)
            pcap_frame(file, &arp);
        expected[i].number = (uint64_t)(i < 1 ? i + 1 : i + 2);
        expected[i].time_ns = (1600000000 + (int64_t)i) * 1000000000 + (999999 - i) * 1000;
        pcap_record(file, (uint32_t)(1600000000 + i), (uint32_t)(999999 - i), &frames[i],
                    frames[i].length, frames[i].length + expected[i].not_kept);
    }
    capture_close(file);
}

int main(void)
{
    ipmon_t *m = new_monitor();
    struct capture file;
    watchdog(30);

    udp();
    udp_padded();
    tcp_with_options();
    first_fragment();
    later_fragment();
    length_zero();
    vlan();
    no_payload();
    v6_fragment(0x0001);
    v6_fragment(0x0550);
    v6_extension_cut();
    v6_sctp();
    cut_short();
    write_file(&file);

    CHECK_STATUS(ipmon_set_on_ip_packet(m, check_packet, NULL), OK);
    CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), OK);
    CHECK_EQ(packet_count, frame_count);

    CHECK_STATUS(ipmon_set_address_text(m, 0), OK);
    text_off = 1;
    packet_count = 0;
    CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), OK);
    CHECK_EQ(packet_count, frame_count);
    check_ledger(m);

    CHECK_STATUS(ipmon_free(m), OK);
    capture_remove(&file);
    return verdict();
}
