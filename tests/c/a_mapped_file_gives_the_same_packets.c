/* A mapped file gives the packets, the counters and the status that a read one
 * gives, up to its last byte, and what cannot be mapped is read. */
#include "capture.h"

#include <fcntl.h>

struct trace {
    uint64_t packets, sum;
};

static uint64_t mix(uint64_t sum, const void *bytes, size_t length)
{
    const uint8_t *b = bytes;
    size_t i;
    for (i = 0; i < length; i++)
        sum = (sum ^ b[i]) * 0x100000001b3u;
    return sum;
}

static void on_packet(const ipmon_packet *p, void *user)
{
    struct trace *s = user;
    s->packets++;
    s->sum = mix(s->sum, p->source_ip, 16);
    s->sum = mix(s->sum, p->destination_ip, 16);
    s->sum = mix(s->sum, p->source_address, strlen(p->source_address));
    s->sum = mix(s->sum, p->destination_address, strlen(p->destination_address));
    s->sum = mix(s->sum, p->frame, p->frame_length);
    s->sum = mix(s->sum, p->ip, p->ip_length);
    s->sum = mix(s->sum, p->payload, p->payload_length);
    s->sum = mix(s->sum, &p->timestamp_ns, sizeof p->timestamp_ns);
    s->sum = mix(s->sum, &p->frame_number, sizeof p->frame_number);
    s->sum = mix(s->sum, &p->notes, sizeof p->notes);
}

static ipmon_t *m;

static ipmon_status parse(const char *path, int access, struct trace *s, ipmon_stats *stats)
{
    ipmon_status status;
    memset(s, 0, sizeof *s);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, s), OK);
    CHECK_STATUS(ipmon_set_file_access(m, access), OK);
    status = ipmon_parse_pcap_file(m, path);
    *stats = stats_of(m);
    return status;
}

static void same(const char *path)
{
    struct trace read, mapped;
    ipmon_stats read_stats, mapped_stats;
    ipmon_status status = parse(path, IPMON_FILE_ACCESS_READ, &read, &read_stats);
    CHECK_EQ(parse(path, IPMON_FILE_ACCESS_MAP, &mapped, &mapped_stats), status);
    CHECK_EQ(mapped.packets, read.packets);
    CHECK_EQ(mapped.sum, read.sum);
    CHECK(memcmp(&mapped_stats, &read_stats, sizeof read_stats) == 0);
}

/* Whether this process has the file mapped. */
static int is_mapped(const char *path)
{
    char line[4096];
    FILE *f = fopen("/proc/self/maps", "r");
    int found = 0;
    REQUIRE(f != NULL);
    while (fgets(line, sizeof line, f))
        found |= strstr(line, path) != NULL;
    fclose(f);
    return found;
}

static const char *looked_at;
static int mapped_inside;

static void on_packet_look(const ipmon_packet *p, void *user)
{
    (void)p;
    (void)user;
    mapped_inside = is_mapped(looked_at);
}

int main(void)
{
    struct capture file;
    struct trace s;
    ipmon_stats stats;
    char path[] = "/tmp/ipmon-mapped-XXXXXX";
    long size, cut;
    int fd;
    watchdog(120);
    m = new_monitor();

    /* It is a mapping, and nothing is left of it. */
    pcap_of_datagrams(&file, 5000);
    looked_at = file.path;
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet_look, NULL), OK);
    CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), OK);
    CHECK(!mapped_inside);
    CHECK_STATUS(ipmon_set_file_access(m, IPMON_FILE_ACCESS_MAP), OK);
    CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), OK);
    CHECK(mapped_inside);
    CHECK(!is_mapped(file.path));

    same(file.path);

    /* Cut at each of the last bytes: behind a mapping's end nothing is read,
     * and the packets in front are whole. */
    fd = mkstemp(path);
    REQUIRE(fd >= 0);
    {
        char buffer[4096];
        ssize_t n;
        int from = open(file.path, O_RDONLY);
        REQUIRE(from >= 0);
        for (size = 0; size < 8192 && (n = read(from, buffer, sizeof buffer)) > 0; size += n)
            REQUIRE(write(fd, buffer, (size_t)n) == n);
        close(from);
    }
    REQUIRE(size == 8192);
    for (cut = 0; cut < 300; cut++) {
        REQUIRE(ftruncate(fd, size - cut) == 0);
        same(path);
    }
    for (cut = 0; cut < 60; cut++) {
        REQUIRE(ftruncate(fd, cut) == 0);
        same(path);
    }
    close(fd);

    /* What cannot be mapped is read, or has its status. */
    CHECK_STATUS(parse("/dev/null", IPMON_FILE_ACCESS_MAP, &s, &stats), NOT_A_CAPTURE);
    CHECK_STATUS(parse("/tmp", IPMON_FILE_ACCESS_MAP, &s, &stats), IO);
    CHECK_STATUS(parse("/tmp/no such file", IPMON_FILE_ACCESS_MAP, &s, &stats), NOT_FOUND);
    {
        int pipe_ends[2], from = open(file.path, O_RDONLY);
        char buffer[4096], name[64];
        ssize_t n;
        REQUIRE(pipe(pipe_ends) == 0 && from >= 0);
        n = read(from, buffer, sizeof buffer);
        REQUIRE(write(pipe_ends[1], buffer, (size_t)n) == n);
        close(pipe_ends[1]);
        close(from);
        snprintf(name, sizeof name, "/proc/self/fd/%d", pipe_ends[0]);
        CHECK_STATUS(parse(name, IPMON_FILE_ACCESS_MAP, &s, &stats), TRUNCATED);
        CHECK(s.packets > 0);
        close(pipe_ends[0]);
    }

    unlink(path);
    capture_remove(&file);
    CHECK_STATUS(ipmon_free(m), OK);
    return verdict();
}
