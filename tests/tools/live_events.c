/* live_events INTERFACE: captures until its input ends, and prints a line for each packet:
 * the fields, the notes, and the frame's first bytes. The first line says that it captures. */
#include "ipmon.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void on_packet(const ipmon_packet *p, void *user)
{
    uint32_t i;
    (void)user;
    printf("%u %s %u %s %u %u %" PRIu32 " %u %u %u %u %u %" PRIu32 " %" PRIu32 " %" PRIu32 " ",
           p->ip_version, p->source_address, p->source_port, p->destination_address,
           p->destination_port, p->tos, p->id, p->flags, p->offset, p->ttl, p->checksum,
           p->ip_protocol, p->payload_length, p->notes, p->link_type);
    for (i = 0; i < 32 && i < p->frame_length; i++)
        printf("%02x", p->frame[i]);
    puts("");
}

int main(int argc, char **argv)
{
    char text[256];
    ipmon_stats stats;
    ipmon_t *m = ipmon_new();
    if (argc != 2 || ipmon_set_local_host(m, argv[1]) != IPMON_STATUS_OK
        || ipmon_set_on_ip_packet(m, on_packet, NULL) != IPMON_STATUS_OK
        || ipmon_set_active(m, 1) != IPMON_STATUS_OK) {
        (void)ipmon_last_error(m, text, sizeof text, NULL);
        fprintf(stderr, "%s\n", text);
        return 1;
    }
    puts("captures");
    fflush(stdout);
    while (getchar() != EOF) {
    }
    if (ipmon_set_active(m, 0) != IPMON_STATUS_OK
        || ipmon_get_stats(m, &stats, sizeof stats) != IPMON_STATUS_OK)
        return 1;
    return ipmon_free(m) != IPMON_STATUS_OK || stats.dropped != 0;
}
