/* An Arrow stream has, column by column, what the events of the same capture have, in
 * batches of any size, for any set of columns. A batch has no more rows than were asked for,
 * and ends early where its bytes become too many. */
#include "arrow.h"
#include "capture.h"

enum { MOST = 1024, COUNT = 40000 };

static ipmon_t *m;

/* What events come to. */
static struct digest events(const char *path)
{
    static ipmon_packet batch[MOST];
    struct digest d = {0};
    ptrdiff_t i, n;
    CHECK_STATUS(ipmon_open_pcap_file(m, path), OK);
    while ((n = ipmon_next_batch(m, batch, sizeof *batch, MOST, -1)) > 0)
        for (i = 0; i < n; i++)
            digest_event(&d, &batch[i]);
    CHECK_EQ(n, IPMON_STATUS_END);
    return d;
}

/* A stream is what they are, where it has a column; the number of its batches. */
static int stream(const char *path, size_t rows, uint32_t bits, const struct digest *want)
{
    struct ArrowArrayStream s;
    struct ArrowArray batch;
    struct digest d = {0};
    int n, batches = 0;
    int64_t most = rows ? (int64_t)rows : 16384;
    CHECK_STATUS(ipmon_open_pcap_file(m, path), OK);
    CHECK_STATUS(ipmon_arrow_stream(m, rows, bits, &s), OK);
    if (bits == 0)
        bits = IPMON_COLUMN_DEFAULT;
    CHECK_EQ(schema_columns(&s), bits);
    for (;; batches++) {
        memset(&batch, 0xff, sizeof batch);
        CHECK_EQ(s.get_next(&s, &batch), 0);
        if (!batch.release)
            break;
        CHECK(batch.length > 0 && batch.length <= most);
        digest_batch(&d, bits, &batch);
        batch.release(&batch);
        CHECK(batch.release == NULL);
    }
    CHECK(s.get_last_error(&s) == NULL);
    CHECK_EQ(s.get_next(&s, &batch), 0);
    CHECK(batch.release == NULL);
    s.release(&s);
    CHECK(s.release == NULL);
    CHECK_EQ(d.rows, want->rows);
    for (n = 0; n < COLUMNS; n++)
        if (bits >> n & 1)
            check_true(d.of[n] == want->of[n], columns[n].name, __FILE__, __LINE__);
    CHECK_EQ(check_ledger(m).delivered, want->rows);
    return batches;
}

/* Both versions, with addresses and lengths of all kinds, and frames that hold no packet. */
static void mixed(struct capture *file)
{
    uint64_t state = 1;
    unsigned i;
    pcapng_new(file);
    pcapng_interface(file, ETHERNET);
    pcapng_interface(file, RAW_IP);
    for (i = 0; i < COUNT; i++) {
        uint64_t r = random_number(&state);
        unsigned data = r >> 32 & 255, byte;
        struct bytes frame;
        frame.length = 0;
        if (r % 16 == 0) {
            put_ethernet(&frame, 0x0806);
            put_times(&frame, 0, 28);
        } else if (r % 3) {
            put_datagram(&frame, i & 65535, 53, data);
            for (byte = 0; byte < 8; byte++)
                frame.at[26 + byte] = (uint8_t)(random_number(&state) >> (r & 31));
        } else {
            put_ethernet(&frame, 0x86dd);
            put32(&frame, 0x60000000);
            put16(&frame, 8 + data);
            put16(&frame, 0x1140);
            /* From "::" to those that take all 45 characters. */
            for (byte = 0; byte < 32; byte++)
                put8(&frame, random_number(&state) & (r >> 8) & 255);
            put_udp(&frame, i & 65535, 53, data);
        }
        pcapng_packet(file, 0, UINT64_C(1700000000000000000) + i * 977, &frame,
                      frame.length + r % 2);
    }
    capture_close(file);
}

/* Payloads of 8 KiB: 64 MiB are 8,192 of them. */
static void large(struct capture *file)
{
    unsigned i, count = slow() ? 10 : 9000;
    pcap_new(file, ETHERNET);
    for (i = 0; i < count; i++) {
        struct bytes frame;
        frame.length = 0;
        put_datagram(&frame, i, 53, 8184);
        pcap_frame(file, &frame);
    }
    capture_close(file);
}

static void sets_of_columns(const char *path, const struct digest *want)
{
    uint64_t state = 2;
    int i;
    for (i = 0; i < COLUMNS; i++)
        stream(path, 0, UINT32_C(1) << i, want);
    for (i = 0; i < rounds(40, 4); i++) {
        uint64_t r = random_number(&state);
        uint32_t bits = (uint32_t)r & IPMON_COLUMN_ALL;
        stream(path, (size_t)(r >> 44), bits, want);
    }
}

int main(void)
{
    static const size_t rows[] = {1, 2, 3, 1000, 16383, 16384, 16385, 0, 1048576};
    struct capture file;
    struct digest want;
    size_t i;
    watchdog(60);
    m = new_monitor();

    want = events("tests/data/sample.pcap");
    CHECK(want.rows > 50);
    for (i = 0; i < sizeof rows / sizeof *rows; i++)
        stream("tests/data/sample.pcap", rows[i], IPMON_COLUMN_ALL, &want);
    stream("tests/data/sample.pcap", 0, 0, &want);
    sets_of_columns("tests/data/sample.pcap", &want);
    /* Whether events have texts does not matter. */
    CHECK_STATUS(ipmon_set_address_text(m, 0), OK);
    stream("tests/data/sample.pcap", 0, 0, &want);
    CHECK_STATUS(ipmon_set_address_text(m, 1), OK);

    mixed(&file);
    want = events(file.path);
    CHECK(want.rows > COUNT / 2 && want.rows < COUNT);
    for (i = slow() ? 3 : 0; i < sizeof rows / sizeof *rows; i++)
        stream(file.path, rows[i], IPMON_COLUMN_ALL, &want);
    if (!slow())
        sets_of_columns(file.path, &want);
    capture_remove(&file);

    large(&file);
    want = events(file.path);
    CHECK_EQ(stream(file.path, 1048576, IPMON_COLUMN_ALL, &want), slow() ? 1 : 2);
    CHECK_EQ(stream(file.path, 1048576, 0, &want), 1);
    capture_remove(&file);
    CHECK_STATUS(ipmon_free(m), OK);
    return verdict();
}
