/* Our own ring and libpcap, side by side on the same traffic: the frames are the same,
 * byte for byte, on Ethernet (VLAN tags included, which the kernel takes out of them) and
 * on "any". Beyond that the ring tells which way a packet went, that a checksum was not
 * filled in yet, and that a packet will be cut into segments; and it keeps the tag on
 * "any". */
#include "net.h"

#include <linux/if_packet.h>

enum { MOST = 400, ROOM = 256, COUNT = 20, SIZE = 64 };

/* The frames of one capture that hold datagrams of the test. */
struct capture {
    ipmon_t *m;
    unsigned long count;
    struct frame {
        uint32_t length, wire_length, link_type, interface, notes;
        uint8_t direction, bytes[ROOM];
    } frames[MOST];
};

static struct capture ring, library;
static unsigned long sent;

static void on_packet(const ipmon_packet *p, void *user)
{
    struct capture *c = (struct capture *)user;
    struct frame *f = &c->frames[c->count];
    struct stamp stamp;
    if (stamped_number(p, OUR_PORT, &stamp) < 0 || c->count == MOST)
        return;
    f->length = p->frame_length;
    f->wire_length = p->frame_wire_length;
    f->link_type = p->link_type;
    f->interface = p->interface_index;
    f->notes = p->notes;
    f->direction = p->direction;
    memcpy(f->bytes, p->frame, p->frame_length < ROOM ? p->frame_length : ROOM);
    ADD(c->count, 1);
}

/* The environment is read by each start. */
static void start(struct capture *c, const char *source, const char *host, const char *filter,
                  uint32_t snap_length, uint32_t latency)
{
    memset(c, 0, sizeof *c);
    c->m = new_live(host, NULL);
    CHECK_STATUS(ipmon_set_on_ip_packet(c->m, on_packet, c), OK);
    CHECK_STATUS(ipmon_set_filter(c->m, filter), OK);
    CHECK_STATUS(ipmon_set_snap_length(c->m, snap_length), OK);
    CHECK_STATUS(ipmon_set_latency(c->m, latency), OK);
    /* With a low latency libpcap takes a snap length of it for each frame. */
    CHECK_STATUS(ipmon_set_buffer_size(c->m, 16777216), OK);
    setenv("IPMON_LIVE", source, 1);
    CHECK_STATUS(ipmon_set_active(c->m, 1), OK);
}

static void start_both(const char *host, const char *filter, uint32_t snap_length,
                       uint32_t latency)
{
    start(&ring, "ring", host, filter, snap_length, latency);
    start(&library, "libpcap", host, filter, snap_length, latency);
    sent = 0;
}

static void stop(struct capture *c)
{
    CHECK_STATUS(ipmon_set_active(c->m, 0), OK);
    check_ledger(c->m);
    CHECK_STATUS(ipmon_free(c->m), OK);
}

/* Datagrams in frames of our own making, out of one end of a pair and in at the other:
 * there the kernel takes the outermost tag out, wherever it came from. */
static void send_frames(const uint8_t *tags, size_t length)
{
    static const uint8_t ip[] = {0x45, 0, 0, 92, 0, 1, 0, 0, 64, 17, 0, 0,
                                 10, 98, 0, 1, 10, 98, 0, 2};
    static const uint8_t udp[] = {0x9c, 0x42, 0x9c, 0x41, 0, 72, 0, 0};
    uint8_t frame[14 + 8 + 20 + 8 + SIZE] = {0}, *at = frame + 12;
    struct sockaddr_ll there;
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    struct stamp stamp = {0, 0};
    size_t size;
    REQUIRE(fd >= 0);
    memset(&there, 0, sizeof there);
    there.sll_family = AF_PACKET;
    there.sll_ifindex = (int)if_nametoindex("ipmb");
    memset(frame, 0xff, 6);
    frame[6] = 2;
    memcpy(at, tags, length);
    at += length;
    *at++ = 8;
    *at++ = 0;
    memcpy(at, ip, sizeof ip);
    memcpy(at + sizeof ip, udp, sizeof udp);
    at += sizeof ip + sizeof udp;
    size = (size_t)(at - frame) + SIZE;
    for (stamp.number = 0; stamp.number < COUNT; stamp.number++) {
        memcpy(at, &stamp, sizeof stamp);
        sent += sendto(fd, frame, size, 0, (struct sockaddr *)&there, sizeof there)
                == (ssize_t)size;
    }
    close(fd);
}

static const uint8_t one_tag[] = {0x81, 0, 0, 5}, provider_tag[] = {0x88, 0xa8, 0x20, 9},
                     two_tags[] = {0x81, 0, 0, 5, 0x81, 0, 0, 7};

static void compare(unsigned long want, uint8_t direction)
{
    unsigned long i;
    WAIT_UNTIL(LOAD(ring.count) >= want && LOAD(library.count) >= want, 5);
    stop(&ring);
    stop(&library);
    CHECK_EQ(ring.count, want);
    CHECK_EQ(library.count, want);
    for (i = 0; i < want; i++) {
        struct frame *a = &ring.frames[i], *b = &library.frames[i];
        CHECK_EQ(a->length, b->length);
        CHECK_EQ(a->wire_length, b->wire_length);
        CHECK_EQ(a->link_type, b->link_type);
        CHECK_EQ(a->interface, b->interface);
        CHECK(memcmp(a->bytes, b->bytes, ROOM) == 0);
        CHECK_EQ(a->direction, direction);
    }
}

static const uint8_t *bytes_behind_the_addresses(unsigned long i)
{
    return ring.frames[i].bytes + 12;
}

/* A tag, one of a service provider, two of them, none. */
static void ethernet(const char *interface, uint8_t direction, uint32_t snap_length,
                     uint32_t latency)
{
    start_both(interface, "", snap_length, latency);
    send_frames(one_tag, 4);
    send_frames(provider_tag, 4);
    send_frames(two_tags, 8);
    send_frames(one_tag, 0);
    CHECK_EQ(sent, 4 * COUNT);
    compare(4 * COUNT, direction);
    CHECK(memcmp(bytes_behind_the_addresses(0), one_tag, 4) == 0);
    CHECK(memcmp(bytes_behind_the_addresses(COUNT), provider_tag, 4) == 0);
    CHECK(memcmp(bytes_behind_the_addresses(2 * COUNT), two_tags, 8) == 0);
    CHECK_EQ(bytes_behind_the_addresses(3 * COUNT)[0], 8);
    CHECK_EQ(ring.frames[0].wire_length, 14 + 4 + 20 + 8 + SIZE);
    CHECK_EQ(ring.frames[0].length, snap_length < 110 ? snap_length : 110);
    CHECK_EQ((ring.frames[0].notes & IPMON_NOTE_TRUNCATED) != 0, snap_length < 110);
}

/* The kernel is asked for the tag that it took out. */
static void filters_find_tags(void)
{
    start_both("ipma", "vlan 5 and udp", 262144, 1000);
    send_frames(one_tag, 4);
    send_frames(provider_tag, 4);
    send_frames(one_tag, 0);
    compare(COUNT, IPMON_DIRECTION_IN);
}

/* Going out of one end and coming in at the other. */
static void any(uint32_t snap_length, uint32_t latency)
{
    static const uint8_t behind[] = {0, 5, 8, 0};
    unsigned long i;
    start_both("any", "inbound", snap_length, latency);
    send_frames(one_tag, 0);
    compare(COUNT, IPMON_DIRECTION_IN);
    CHECK_EQ(ring.frames[0].link_type, 276);
    CHECK_EQ(ring.frames[0].interface, if_nametoindex("ipma"));

    start(&ring, "ring", "any", "inbound", snap_length, latency);
    send_frames(one_tag, 4);
    WAIT_UNTIL(LOAD(ring.count) >= COUNT, 5);
    stop(&ring);
    CHECK_EQ(ring.count, COUNT);
    for (i = 0; i < ring.count; i++) {
        struct frame *f = &ring.frames[i];
        CHECK_EQ(f->wire_length, 20 + 4 + 20 + 8 + SIZE);
        CHECK_EQ(f->bytes[0] << 8 | f->bytes[1], 0x8100);
        CHECK(memcmp(f->bytes + 20, behind, sizeof behind) == 0);
    }
}

static unsigned long large, joined, unready, segments;

static void on_segment(const ipmon_packet *p, void *user)
{
    (void)user;
    if (p->ip_protocol != 6)
        return;
    ADD(segments, 1);
    unready += (p->notes & IPMON_NOTE_CHECKSUM_NOT_READY) != 0;
    if (p->ip_length > 1500) {
        ADD(large, 1);
        joined += (p->notes & IPMON_NOTE_OFFLOADED) != 0;
    }
}

/* TCP on loopback, where nobody fills in checksums and the kernel cuts packets late. */
static void offloads(void)
{
    static char data[1 << 20];
    struct sockaddr_in there;
    socklen_t size = sizeof there;
    ipmon_t *m = new_live("lo", NULL);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), from, to;
    size_t out = 0, in = 0;
    REQUIRE(ip_command("link set lo mtu 1500") == 0);
    setenv("IPMON_LIVE", "ring", 1);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_segment, NULL), OK);
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    memset(&there, 0, sizeof there);
    there.sin_family = AF_INET;
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(bind(listener, (struct sockaddr *)&there, sizeof there) == 0);
    REQUIRE(listen(listener, 1) == 0);
    REQUIRE(getsockname(listener, (struct sockaddr *)&there, &size) == 0);
    from = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(connect(from, (struct sockaddr *)&there, sizeof there) == 0);
    to = accept(listener, NULL, NULL);
    REQUIRE(to >= 0);
    while (in < sizeof data) {
        ssize_t n = send(from, data + out, sizeof data - out, MSG_DONTWAIT);
        out += n > 0 ? (size_t)n : 0;
        n = recv(to, data, sizeof data, MSG_DONTWAIT);
        in += n > 0 ? (size_t)n : 0;
    }
    WAIT_UNTIL(LOAD(large) > 5, 5);
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    check_ledger(m);
    CHECK(unready > 0 && unready == segments);
    CHECK(joined == large);
    CHECK_STATUS(ipmon_free(m), OK);
    close(from);
    close(to);
    close(listener);
}

int main(void)
{
    uint32_t latency, snap_length;
    watchdog(60);
    need_live();
    if (!have_filters())
        SKIP("libpcap is not installed");
    REQUIRE(ip_command("link add ipma type veth peer name ipmb") == 0);
    REQUIRE(ip_command("link set ipma up") == 0 && ip_command("link set ipmb up") == 0);
    sleep_us(100000);
    for (latency = 0; latency <= 1000; latency += 1000)
        for (snap_length = 100; snap_length <= 262144; snap_length += 262044) {
            ethernet("ipma", IPMON_DIRECTION_IN, snap_length, latency);
            ethernet("ipmb", IPMON_DIRECTION_OUT, snap_length, latency);
            any(snap_length, latency);
        }
    filters_find_tags();
    offloads();
    return verdict();
}
