/* A file that is pulled gives the packets that a callback gets, in batches of any size and
 * on the thread that calls, with no thread started: every field, text and byte; the offsets
 * count from what ipmon_batch_bytes() tells. END comes after the last packet, and again.
 * What is wrong with a file is returned after every packet in front of it. */
#include "capture.h"
#include "leftovers.h"

enum { COUNT = 10000, MOST = 5000 };

static ipmon_packet batch[MOST];
static uint64_t pushed, pulled;

static void sum(uint64_t *s, const void *bytes, size_t length)
{
    const uint8_t *b = (const uint8_t *)bytes;
    while (length-- > 0)
        *s = (*s ^ *b++) * UINT64_C(0x100000001b3);
}

/* All that a packet tells, but for where its bytes lie. */
static void add(uint64_t *s, const ipmon_packet *p)
{
    ipmon_packet rest = *p;
    CHECK_EQ(p->payload - p->frame, p->payload_offset - p->frame_offset);
    sum(s, p->source_address, strlen(p->source_address) + 1);
    sum(s, p->destination_address, strlen(p->destination_address) + 1);
    sum(s, p->frame, p->frame_length);
    sum(s, p->ip, p->ip_length);
    sum(s, p->payload, p->payload_length);
    rest.source_address = rest.destination_address = NULL;
    rest.payload = rest.frame = rest.ip = NULL;
    rest.payload_offset -= rest.frame_offset;
    rest.frame_offset = 0;
    sum(s, &rest, sizeof rest);
}

static void on_packet(const ipmon_packet *p, void *user)
{
    (void)user;
    add(&pushed, p);
}

/* Pulls all; how it ended. */
static ipmon_status pull_all(ipmon_t *m, size_t capacity, int *count)
{
    pulled = 0;
    for (*count = 0;;) {
        ptrdiff_t i, n = ipmon_next_batch(m, batch, sizeof *batch, capacity, -1);
        const uint8_t *base = NULL;
        size_t length = 0;
        if (n <= 0)
            return (ipmon_status)n;
        CHECK((size_t)n <= capacity);
        CHECK_STATUS(ipmon_batch_bytes(m, &base, &length), OK);
        for (i = 0; i < n; i++) {
            const ipmon_packet *p = &batch[i];
            CHECK(p->frame == base + p->frame_offset);
            CHECK(p->frame_offset + p->frame_length <= length);
            CHECK(p->payload == base + p->payload_offset);
            add(&pulled, p);
        }
        *count += (int)n;
    }
}

static void two_versions(struct capture *file)
{
    unsigned i;
    pcapng_new(file);
    pcapng_interface(file, ETHERNET);
    for (i = 1; i <= COUNT; i++) {
        struct bytes frame;
        frame.length = 0;
        if (i % 3) {
            put_datagram(&frame, i & 65535, 53, i % 300);
        } else {
            put_ethernet(&frame, 0x86dd);
            put32(&frame, 0x60000000);
            put16(&frame, 8);
            put16(&frame, 17 << 8 | 64);
            put_times(&frame, 0x20, 15);
            put8(&frame, i & 255);
            put_times(&frame, 0xfe, 15);
            put8(&frame, i >> 8 & 255);
            put_udp(&frame, 1, 2, 0);
        }
        pcapng_packet(file, 0, i, &frame, frame.length);
    }
    capture_close(file);
}

int main(void)
{
    static const size_t capacities[] = {1, 7, 256, MOST};
    ipmon_t *m = new_monitor();
    struct capture file, damaged;
    struct bytes half;
    struct seen s;
    size_t i;
    int count, text, before = entries_of("/proc/self/task");
    watchdog(60);

    two_versions(&file);
    for (text = 0; text < 2; text++) {
        CHECK_STATUS(ipmon_set_address_text(m, text), OK);
        CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, NULL), OK);
        pushed = 0;
        CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), OK);
        for (i = 0; i < sizeof capacities / sizeof *capacities; i++) {
            see_all(m, &s);
            CHECK_STATUS(ipmon_open_pcap_file(m, file.path), OK);
            CHECK_STATUS(pull_all(m, capacities[i], &count), END);
            CHECK_EQ(count, COUNT);
            CHECK(pulled == pushed);
            CHECK_EQ(entries_of("/proc/self/task"), before);
            CHECK_STATUS((ipmon_status)ipmon_next_batch(m, batch, sizeof *batch, 1, 0), END);
            CHECK_STATUS(ipmon_do_events(m, -1), END);
            CHECK_STATUS(ipmon_wait(m, -1), OK);
            CHECK_EQ(s.packets, 0);
            CHECK_EQ(s.ended, 1);
            CHECK_STATUS(s.end, OK);
            CHECK_EQ(check_ledger(m).delivered, COUNT);
        }
    }

    /* Packets through the callback, on this thread. */
    CHECK_STATUS(ipmon_open_pcap_file(m, file.path), OK);
    while (ipmon_do_events(m, -1) == IPMON_STATUS_OK) {
    }
    CHECK_EQ(check_ledger(m).delivered, COUNT);

    pcap_of_datagrams(&damaged, 5);
    damaged.file = fopen(damaged.path, "ab");
    REQUIRE(damaged.file != NULL);
    half.length = 0;
    put_times(&half, 0, 20);
    half.at[8] = 60;
    capture_put(&damaged, &half);
    capture_close(&damaged);
    see_all(m, &s);
    CHECK_STATUS(ipmon_open_pcap_file(m, damaged.path), OK);
    CHECK_STATUS(pull_all(m, 3, &count), TRUNCATED);
    CHECK_EQ(count, 5);
    CHECK(is_one_line(last_error(m)));
    CHECK_EQ(s.errors, 0);
    CHECK_STATUS(s.end, TRUNCATED);
    CHECK_STATUS((ipmon_status)ipmon_next_batch(m, batch, sizeof *batch, 1, 0), TRUNCATED);
    CHECK_STATUS(ipmon_wait(m, -1), TRUNCATED);
    CHECK_STATUS(ipmon_open_pcap_file(m, "no such file"), NOT_FOUND);
    check_ledger(m);

    CHECK_STATUS(ipmon_free(m), OK);
    capture_remove(&file);
    capture_remove(&damaged);
    return verdict();
}
