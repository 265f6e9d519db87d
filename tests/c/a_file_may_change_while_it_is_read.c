/* A capture file that is changed while it is read: what is open is read, whatever its name
 * leads to by then; what is cut or overwritten is damage, with everything in front of it
 * delivered; and one that grows as fast as it is read can be stopped. */
#include "capture.h"

#include <sys/stat.h>

enum { FRAMES = 20000 };

struct change {
    ipmon_t *m;
    const char *path, *other;
    int descriptor;
    void (*act)(struct change *);
    unsigned long packets;
};

static void on_packet(const ipmon_packet *p, void *user)
{
    struct change *c = user;
    (void)p;
    if (++c->packets == 100)
        c->act(c);
}

static void replace(struct change *c) { REQUIRE(rename(c->other, c->path) == 0); }
static void cut(struct change *c) { REQUIRE(truncate(c->path, 200000) == 0); }
static void empty(struct change *c) { REQUIRE(truncate(c->path, 0) == 0); }
static void take_away(struct change *c) { REQUIRE(unlink(c->path) == 0); }
static void overwrite(struct change *c)
{
    static const char junk[4096] = "junk";
    int i;
    for (i = 0; i < 300; i++)
        REQUIRE(pwrite(c->descriptor, junk, sizeof junk, 4096L * i) == sizeof junk);
}

/* Appends records until it is told to end. */
static void *grow(void *argument)
{
    struct change *c = argument;
    struct bytes frame;
    char record[128] = {0};
    size_t length;
    uint32_t size;
    int fd = open(c->path, O_WRONLY | O_APPEND | O_CLOEXEC);
    frame.length = 0;
    put_datagram(&frame, 1, 53, 22);
    length = frame.length;
    size = (uint32_t)length;
    memcpy(record + 8, &size, 4);
    memcpy(record + 12, &size, 4);
    memcpy(record + 16, frame.at, length);
    while (!LOAD(c->descriptor))
        REQUIRE(write(fd, record, 16 + length) == (ssize_t)(16 + length));
    close(fd);
    return NULL;
}

/* Parses a file, to which something is done at its hundredth packet. */
static ipmon_status parse_changing(struct change *c, const char *path,
                                   void (*act)(struct change *), unsigned long *received)
{
    ipmon_status status;
    c->path = path;
    c->act = act;
    c->packets = 0;
    c->m = new_monitor();
    CHECK_STATUS(ipmon_set_on_ip_packet(c->m, on_packet, c), OK);
    status = ipmon_parse_pcap_file(c->m, c->path);
    if (status != IPMON_STATUS_OK)
        CHECK(is_one_line(last_error(c->m)));
    *received = (unsigned long)check_ledger(c->m).received;
    CHECK_EQ(c->packets, stats_of(c->m).delivered);
    CHECK_STATUS(ipmon_free(c->m), OK);
    return status;
}

static void another_file_of_its_name(void)
{
    struct capture file, other;
    struct change c = {0};
    unsigned long received;
    pcap_of_datagrams(&file, FRAMES);
    pcap_of_datagrams(&other, 3);
    c.other = other.path;
    CHECK_STATUS(parse_changing(&c, file.path, replace, &received), OK);
    CHECK_EQ(received, FRAMES);
    capture_remove(&file);

    pcap_of_datagrams(&file, FRAMES);
    CHECK_STATUS(parse_changing(&c, file.path, take_away, &received), OK);
    CHECK_EQ(received, FRAMES);
}

static void other_bytes(void)
{
    struct capture file;
    struct change c = {0};
    unsigned long received;
    pcap_of_datagrams(&file, FRAMES);
    CHECK_STATUS(parse_changing(&c, file.path, cut, &received), TRUNCATED);
    CHECK(received >= 100 && received < FRAMES);
    parse_changing(&c, file.path, empty, &received);
    CHECK(received >= 100 && received < FRAMES);
    capture_remove(&file);

    pcap_of_datagrams(&file, FRAMES);
    c.descriptor = open(file.path, O_WRONLY | O_CLOEXEC);
    CHECK_STATUS(parse_changing(&c, file.path, overwrite, &received), MALFORMED);
    CHECK(received >= 100 && received < FRAMES);
    close(c.descriptor);
    capture_remove(&file);
}

/* Half a record is damage; when the rest has come, it is none. */
static void the_rest_comes_later(void)
{
    ipmon_t *m = new_monitor();
    struct capture file;
    struct stat s;
    char end[20];
    int fd;
    pcap_of_datagrams(&file, 10);
    fd = open(file.path, O_RDWR | O_CLOEXEC);
    REQUIRE(fd >= 0 && fstat(fd, &s) == 0);
    REQUIRE(pread(fd, end, sizeof end, s.st_size - 20) == 20);
    REQUIRE(ftruncate(fd, s.st_size - 20) == 0);
    CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), TRUNCATED);
    CHECK(strstr(last_error(m), "offset") != NULL);
    REQUIRE(pwrite(fd, end, sizeof end, s.st_size - 20) == 20);
    CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), OK);
    CHECK_EQ(check_ledger(m).received, 10);
    close(fd);
    CHECK_STATUS(ipmon_free(m), OK);
    capture_remove(&file);
}

struct reading {
    ipmon_t *m;
    const char *path;
    ipmon_status result;
};

static void *parse(void *argument)
{
    struct reading *r = argument;
    r->result = ipmon_parse_pcap_file(r->m, r->path);
    return NULL;
}

/* It has no end; a stop ends it. */
static void it_grows(void)
{
    struct capture file;
    struct change c = {0};
    struct reading r = {0};
    pthread_t writer, reader;
    int64_t begin;
    pcap_of_datagrams(&file, FRAMES);
    c.path = r.path = file.path;
    r.m = new_monitor();
    REQUIRE(pthread_create(&writer, NULL, grow, &c) == 0);
    REQUIRE(pthread_create(&reader, NULL, parse, &r) == 0);
    sleep_us(20000);
    begin = now_ns(CLOCK_MONOTONIC);
    CHECK_STATUS(ipmon_set_active(r.m, 0), OK);
    pthread_join(reader, NULL);
    CHECK(slow() || now_ns(CLOCK_MONOTONIC) - begin <= 100000000);
    /* It may have reached an end before. */
    CHECK(r.result == IPMON_STATUS_INTERRUPTED || r.result == IPMON_STATUS_OK
          || r.result == IPMON_STATUS_TRUNCATED);
    check_ledger(r.m);
    CHECK_STATUS(ipmon_free(r.m), OK);
    STORE(c.descriptor, 1);
    pthread_join(writer, NULL);
    capture_remove(&file);
}

int main(void)
{
    watchdog(60);
    another_file_of_its_name();
    other_bytes();
    the_rest_comes_later();
    it_grows();
    return verdict();
}
