/* Which frames of a capture file pass each of several filters.
 *
 * usage: filtered FILE [EXPRESSION...]
 *
 * For each expression one line, with tabs between:
 *
 *   STATUS  RECEIVED  PASSED  NOT-APPLICABLE  DELIVERED  ORDER
 *
 * PASSED is received - filtered. DELIVERED has one character for each frame up to the
 * last delivered one: 1 when the frame was delivered as an IP event. A frame that passes
 * and is no IP packet gives no event, so which frames passed cannot be told from the
 * events alone; but at each event the counters tell how many frames had passed before it.
 * ORDER says so: one character for each frame that passed, up to the last delivered one,
 * 1 when it is an event. NOT-APPLICABLE counts the notices that the filter means nothing
 * for a link type. STATUS is the parse's, or "refused: " and the reason where the filter
 * was not taken.
 *
 * Without expressions it prints an address and a port out of the middle of the file, for
 * filters that mean something there. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipmon.h"

/* A growing text of 0s and 1s. */
struct bits {
    char *text;
    size_t length, room;
};

struct run {
    ipmon_t *monitor;
    struct bits delivered, order;
    unsigned not_applicable;
    uint64_t wanted, events; /* Which event is kept as the sample. */
    char address[IPMON_ADDRESS_TEXT_SIZE];
    unsigned port;
};

static void die(const char *what)
{
    fprintf(stderr, "filtered: %s\n", what);
    exit(1);
}

/* Puts a 1 at a place, and 0s where nothing was before it. */
static void mark(struct bits *bits, uint64_t place)
{
    if (place < bits->length) die("the frames are out of order");
    if (place + 2 > bits->room) {
        bits->room = 2 * (size_t)place + 4096;
        if (!(bits->text = realloc(bits->text, bits->room))) die("out of memory");
    }
    memset(bits->text + bits->length, '0', (size_t)place - bits->length);
    bits->text[place] = '1';
    bits->length = (size_t)place + 1;
}

static void clear(struct bits *bits)
{
    bits->length = 0;
}

static void on_packet(const ipmon_packet *packet, void *user_data)
{
    struct run *run = user_data;
    ipmon_stats now;
    if (ipmon_get_stats(run->monitor, &now, sizeof now)) die("no counters in a callback");
    if (now.received != packet->frame_number) die("the counters are not at this frame");
    mark(&run->delivered, packet->frame_number - 1);
    mark(&run->order, now.received - now.filtered - 1);
    if (run->events++ <= run->wanted) {
        snprintf(run->address, sizeof run->address, "%s", packet->source_address);
        run->port = packet->destination_port;
    }
}

static void on_notice(const ipmon_notice *notice, void *user_data)
{
    struct run *run = user_data;
    run->not_applicable += notice->code == IPMON_NOTICE_FILTER_NOT_APPLICABLE;
}

static ipmon_status parse(struct run *run, const char *file, ipmon_stats *stats)
{
    clear(&run->delivered);
    clear(&run->order);
    run->not_applicable = 0;
    run->events = 0;
    ipmon_status status = ipmon_parse_pcap_file(run->monitor, file);
    if (ipmon_get_stats(run->monitor, stats, sizeof *stats)) die("no counters");
    return status;
}

int main(int argc, char **argv)
{
    static struct run run;
    static char output[1 << 16];
    ipmon_stats stats;
    if (argc < 2) die("usage: filtered FILE [EXPRESSION...]");
    setvbuf(stdout, output, _IOFBF, sizeof output);
    ipmon_t *m = run.monitor = ipmon_new();
    if (!m || ipmon_set_on_ip_packet(m, on_packet, &run) ||
        ipmon_set_on_notice(m, on_notice, &run))
        die("no monitor");

    if (argc == 2) {
        parse(&run, argv[1], &stats);
        run.wanted = run.events / 2;
        parse(&run, argv[1], &stats);
        printf("%s %u\n", run.address[0] ? run.address : "192.0.2.1", run.port);
    }
    for (int i = 2; i < argc; i++) {
        if (ipmon_set_filter(m, argv[i])) {
            char reason[512];
            ipmon_last_error(m, reason, sizeof reason, NULL);
            printf("refused: %s\t0\t0\t0\t\t\n", reason);
            continue;
        }
        ipmon_status status = parse(&run, argv[1], &stats);
        printf("%d\t%" PRIu64 "\t%" PRIu64 "\t%u\t%.*s\t%.*s\n", (int)status, stats.received,
               stats.received - stats.filtered, run.not_applicable,
               (int)run.delivered.length, run.delivered.length ? run.delivered.text : "",
               (int)run.order.length, run.order.length ? run.order.text : "");
    }
    free(run.delivered.text);
    free(run.order.text);
    if (ipmon_free(m) || fflush(stdout)) die("the end failed");
    return 0;
}
