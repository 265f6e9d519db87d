/* A damaged file delivers every packet before the damage; then the call says what
 * is wrong, and the error text at which byte. */
#include "capture.h"

#include <ctype.h>

static ipmon_t *m;
static struct seen s;

/* Whether the text has this number, on its own. */
static int has_number(const char *text, long number)
{
    while (*text) {
        if (isdigit((unsigned char)*text)) {
            char *end;
            if (strtol(text, &end, 10) == number)
                return 1;
            text = end;
        } else {
            text++;
        }
    }
    return 0;
}

static void check_end(ipmon_status got, ipmon_status want, unsigned long packets)
{
    check_status(got, want, "the parse", __FILE__, __LINE__);
    CHECK_EQ(s.packets, packets);
    if (want != IPMON_STATUS_OK)
        CHECK(is_one_line(last_error(m)));
    /* What the call returns is not told to on_error again. */
    CHECK_EQ(s.errors, 0);
    CHECK_EQ(s.ended, 1);
    check_status(s.end, want, "the notice ENDED", __FILE__, __LINE__);
    CHECK_EQ(s.after_end, 0);
    check_ledger(m);
}

/* Parses a file that is damaged at `place`. */
static void check_damage(struct capture *file, ipmon_status want, unsigned long packets,
                         long place)
{
    ipmon_status got;
    capture_close(file);
    see_all(m, &s);
    got = ipmon_parse_pcap_file(m, file->path);
    check_end(got, want, packets);
    if (place >= 0 && !has_number(last_error(m), place)) {
        fprintf(stderr, "\"%s\" does not name byte %ld\n", last_error(m), place);
        CHECK(!"the error text names the byte");
    }
    capture_remove(file);
}

/* Parses what could not even be opened, or is no capture. */
static void check_refused(const char *path, ipmon_status want)
{
    check_status(ipmon_parse_pcap_file(m, path), want, path, __FILE__, __LINE__);
    CHECK(is_one_line(last_error(m)));
}

static void frame_of(struct bytes *frame)
{
    frame->length = 0;
    put_datagram(frame, 1, 53, 22);
}

/* A file of 3 whole records, and `kept` bytes of a fourth. */
static void truncated(size_t kept)
{
    struct capture file;
    struct bytes frame;
    long place;
    frame_of(&frame);
    pcap_new(&file, ETHERNET);
    pcap_frame(&file, &frame);
    pcap_frame(&file, &frame);
    pcap_frame(&file, &frame);
    place = file.length;
    pcap_frame(&file, &frame);
    capture_close(&file);
    REQUIRE(truncate(file.path, place + (long)kept) == 0);
    REQUIRE((file.file = fopen(file.path, "ab")) != NULL);
    check_damage(&file, kept ? IPMON_STATUS_TRUNCATED : IPMON_STATUS_OK, 3, kept ? place : -1);
}

static void too_long_record(void)
{
    struct capture file;
    struct bytes frame, header;
    long place;
    frame_of(&frame);
    header.length = 0;
    put_times(&header, 0, 8);
    put32le(&header, 262145);
    put32le(&header, 262145);
    pcap_new(&file, ETHERNET);
    pcap_frame(&file, &frame);
    place = file.length;
    capture_put(&file, &header);
    pcap_frame(&file, &frame);
    check_damage(&file, IPMON_STATUS_MALFORMED, 1, place);
}

/* A pcapng block: its type, the length that it states first and last, content. */
static void put_block(struct capture *c, uint32_t type, uint32_t first, uint32_t last)
{
    struct bytes b;
    b.length = 0;
    put32le(&b, type);
    put32le(&b, first);
    put_times(&b, 0, 20);
    put32le(&b, last);
    capture_put(c, &b);
}

static void bad_block(uint32_t type, uint32_t first, uint32_t last, ipmon_status want)
{
    struct capture file;
    struct bytes frame;
    long place;
    frame_of(&frame);
    pcapng_new(&file);
    pcapng_interface(&file, ETHERNET);
    pcapng_packet(&file, 0, 1, &frame, frame.length);
    pcapng_packet(&file, 0, 2, &frame, frame.length);
    place = file.length;
    put_block(&file, type, first, last);
    check_damage(&file, want, 2, place);
}

static void unknown_interface(void)
{
    struct capture file;
    struct bytes frame;
    long place;
    frame_of(&frame);
    pcapng_new(&file);
    pcapng_interface(&file, ETHERNET);
    pcapng_packet(&file, 0, 1, &frame, frame.length);
    place = file.length;
    pcapng_packet(&file, 1, 1, &frame, frame.length);
    check_damage(&file, IPMON_STATUS_MALFORMED, 1, place);
}

static void unsupported_version(void)
{
    struct capture file;
    struct bytes b;
    b.length = 0;
    put32le(&b, 0x0a0d0d0a);
    put32le(&b, 28);
    put32le(&b, 0x1a2b3c4d);
    put16le(&b, 9);
    put16le(&b, 0);
    put_times(&b, 255, 8);
    put32le(&b, 28);
    capture_new(&file);
    capture_put(&file, &b);
    check_damage(&file, IPMON_STATUS_UNSUPPORTED, 0, -1);
}

static void no_capture(void)
{
    struct capture file;
    struct bytes text;
    text.length = 0;
    put(&text, "This is a letter, and no capture file at all.\n", 46);
    capture_new(&file);
    capture_put(&file, &text);
    check_damage(&file, IPMON_STATUS_NOT_A_CAPTURE, 0, -1);
}

static void paths(void)
{
    char path[4099];
    size_t i;
    check_refused("/no/such/folder/no-such-file.pcap", IPMON_STATUS_NOT_FOUND);
    CHECK(strstr(last_error(m), "no-such-file.pcap") != NULL);
    check_refused("", IPMON_STATUS_BAD_ARGUMENT);
    for (i = 0; i < sizeof path - 1; i++)
        path[i] = i % 2 ? '.' : '/';
    path[4097] = 0;
    check_refused(path, IPMON_STATUS_BAD_ARGUMENT);
    /* One byte less may be given; that the system takes less is another matter. */
    path[4096] = 0;
    CHECK(ipmon_parse_pcap_file(m, path) != IPMON_STATUS_BAD_ARGUMENT);
    check_refused("/", IPMON_STATUS_IO);
}

/* A path is bytes, whatever they mean in an encoding. */
static void path_of_bytes(void)
{
    struct capture file;
    char other[sizeof file.path + 2];
    pcap_of_datagrams(&file, 2);
    REQUIRE(strlen(file.path) + 2 < sizeof file.path);
    snprintf(other, sizeof other, "%s\xff\xfe", file.path);
    REQUIRE(rename(file.path, other) == 0);
    strcat(file.path, "\xff\xfe");
    see_all(m, &s);
    CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), OK);
    CHECK_EQ(s.packets, 2);
    /* Errors about it are UTF-8 nevertheless. */
    capture_remove(&file);
    check_refused(other, IPMON_STATUS_NOT_FOUND);
    CHECK(!strchr(last_error(m), '\xff'));
}

int main(void)
{
    size_t kept;
    watchdog(60);
    m = new_monitor();

    for (kept = 0; kept < 80; kept += kept < 18 ? 1 : 7)
        truncated(kept);
    too_long_record();
    bad_block(6, 32, 36, IPMON_STATUS_MALFORMED);
    bad_block(5, 8, 8, IPMON_STATUS_MALFORMED);
    bad_block(5, 0, 0, IPMON_STATUS_MALFORMED);
    bad_block(6, 4000, 32, IPMON_STATUS_TRUNCATED);
    unknown_interface();
    unsupported_version();
    no_capture();
    paths();
    path_of_bytes();

    CHECK_STATUS(ipmon_free(m), OK);
    return verdict();
}
