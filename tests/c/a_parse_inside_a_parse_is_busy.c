/* Inside a callback its own monitor parses nothing, nor does any monitor whose parse is
 * under way further out on the same thread, however deep; the outer parses go on as if it
 * had not been tried. */
#include "capture.h"

enum { DEPTH = 16, PACKETS = 2 };

static struct capture file;
static ipmon_t *monitors[DEPTH];
static long busy, parsed;

static void on_packet(const ipmon_packet *packet, void *user)
{
    size_t depth = (size_t)((ipmon_t **)user - monitors), i;
    uint16_t port = packet->source_port;
    for (i = 0; i <= depth; i++) {
        CHECK_STATUS(ipmon_parse_pcap_file(monitors[i], file.path), BUSY);
        busy++;
    }
    /* The first packet of each level goes one deeper. */
    if (depth + 1 < DEPTH && port == 1) {
        CHECK_STATUS(ipmon_parse_pcap_file(monitors[depth + 1], file.path), OK);
        parsed++;
    }
    CHECK_EQ(packet->source_port, port);
}

int main(void)
{
    long i, count = full(1000);
    int d;
    watchdog(60);
    pcap_of_datagrams(&file, PACKETS);
    for (d = 0; d < DEPTH; d++) {
        monitors[d] = new_monitor();
        CHECK_STATUS(ipmon_set_on_ip_packet(monitors[d], on_packet, &monitors[d]), OK);
    }
    for (i = 0; i < count; i++) {
        CHECK_STATUS(ipmon_parse_pcap_file(monitors[0], file.path), OK);
        for (d = 0; d < DEPTH; d++) {
            ipmon_stats s = check_ledger(monitors[d]);
            CHECK_EQ(s.delivered, PACKETS);
        }
    }
    for (d = 0; d < DEPTH; d++)
        CHECK_STATUS(ipmon_free(monitors[d]), OK);
    capture_remove(&file);
    FIGURES("%ld parses inside a parse, %ld refused", parsed, busy);
    return verdict();
}
