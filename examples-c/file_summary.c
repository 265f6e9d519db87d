/*
 * file_summary: what a capture file holds: times, rates, sizes, and what became of every
 * frame in it.
 *
 *     cc -o file_summary file_summary.c -lipmon
 *     file_summary FILE      - is standard input
 *
 * The packets are pulled, in batches. Plain C99.
 */
#include <ipmon.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { BATCH = 256 };

struct summary {
    uint64_t packets, six, fragments, cut, wire_bytes;
    uint32_t smallest, largest;
    int64_t first, last; /* Nanoseconds since 1970; files need not be in order. */
};

static void add(struct summary *s, const ipmon_packet *p)
{
    const uint32_t length = p->frame_wire_length;
    if (s->packets++ == 0) {
        s->first = s->last = p->timestamp_ns;
        s->smallest = s->largest = length;
    }
    if (p->timestamp_ns < s->first) s->first = p->timestamp_ns;
    if (p->timestamp_ns > s->last) s->last = p->timestamp_ns;
    if (length < s->smallest) s->smallest = length;
    if (length > s->largest) s->largest = length;
    s->wire_bytes += length;
    s->six += p->ip_version == 6;
    s->fragments += (p->notes & IPMON_NOTE_FRAGMENT) != 0;
    s->cut += (p->notes & IPMON_NOTE_TRUNCATED) != 0;
}

static void print_time(const char *what, int64_t ns)
{
    int64_t rest = (ns % 1000000000 + 1000000000) % 1000000000; /* Before 1970, too. */
    time_t seconds = (time_t)((ns - rest) / 1000000000);
    char text[32] = "?";
    struct tm *utc = gmtime(&seconds);
    if (utc) strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", utc);
    printf("%-20s%s.%06d UTC\n", what, text, (int)(rest / 1000));
}

static void print_count(const char *what, uint64_t count)
{
    if (count) printf("  %-30s%10" PRIu64 "\n", what, count);
}

static void print(const struct summary *s, const ipmon_stats *stats)
{
    const double seconds = (double)((uint64_t)s->last - (uint64_t)s->first) / 1e9;
    if (s->packets) {
        print_time("first packet", s->first);
        print_time("last packet", s->last);
        printf("%-20s%.6f s\n", "between them", seconds);
        printf("%-20s%" PRIu64 " to %" PRIu64 " bytes, %.1f on average\n", "frames with IP",
               (uint64_t)s->smallest, (uint64_t)s->largest,
               (double)s->wire_bytes / (double)s->packets);
        if (seconds > 0)
            printf("%-20s%.1f packets/s, %.1f kbit/s\n", "rates", (double)s->packets / seconds,
                   (double)s->wire_bytes * 8 / seconds / 1000);
    }
    printf("%-32s%10" PRIu64 "\n", "frames in the file", stats->received);
    print_count("IPv4 packets", s->packets - s->six);
    print_count("IPv6 packets", s->six);
    print_count("(of them fragments)", s->fragments);
    print_count("(of them not wholly captured)", s->cut);
    print_count("not IP", stats->not_ip);
    print_count("of an unknown link type", stats->unsupported);
    print_count("cut before IP", stats->truncated);
    print_count("damaged headers", stats->malformed_version + stats->malformed_header_length +
                                       stats->malformed_total_length + stats->malformed_short);
}

int main(int argc, char **argv)
{
    static ipmon_packet batch[BATCH];
    struct summary summary;
    ipmon_stats stats;
    ptrdiff_t n, i;
    ipmon_t *m;

    if (argc != 2) {
        fputs("usage: file_summary FILE\n", stderr);
        return 2;
    }
    memset(&summary, 0, sizeof summary);
    memset(&stats, 0, sizeof stats);
    m = ipmon_new();
    n = ipmon_open_pcap_file(m, argv[1]);
    if (n == IPMON_STATUS_OK)
        while ((n = ipmon_next_batch(m, batch, sizeof *batch, BATCH, -1)) > 0)
            for (i = 0; i < n; i++)
                add(&summary, &batch[i]);
    (void)ipmon_get_stats(m, &stats, sizeof stats);
    if (stats.received) print(&summary, &stats);
    if (n != IPMON_STATUS_END) {
        char text[512] = "out of memory";
        (void)ipmon_last_error(m, text, sizeof text, NULL);
        fprintf(stderr, "file_summary: %s\n", text);
    }
    (void)ipmon_free(m);
    return n != IPMON_STATUS_END;
}
