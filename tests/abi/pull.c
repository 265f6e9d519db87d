/* A program that pulls, with packets of the size that its header has: a library whose own
 * are larger or smaller fills what both know, and nothing behind.
 *
 *   pull CAPTURE */
#include "ipmon.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ROOM 7

int main(int argc, char **argv)
{
    static ipmon_packet batch[ROOM + 1];
    ipmon_t *m = ipmon_new();
    uint64_t packets = 0, sum = 0, guard = 0;
    const uint8_t *base;
    size_t length;
    ptrdiff_t n, i;
    int bad = argc != 2;

    memset(&batch[ROOM], 0xa5, sizeof batch[ROOM]);
    bad |= ipmon_open_pcap_file(m, argv[1]) != IPMON_STATUS_OK;
    while ((n = ipmon_next_batch(m, batch, sizeof batch[0], ROOM, -1)) > 0) {
        bad |= ipmon_batch_bytes(m, &base, &length) != IPMON_STATUS_OK;
        for (i = 0; i < n; i++) {
            const ipmon_packet *p = &batch[i];
            bad |= p->frame != base + p->frame_offset || p->payload != base + p->payload_offset;
            bad |= p->frame_offset + p->frame_length > length;
            sum = sum * 31 + p->frame_number * p->source_port + p->payload_length;
            sum = sum * 31 + (uint64_t)p->timestamp_ns + strlen(p->source_address);
#ifdef IPMON_STATUS_TOMORROW
            bad |= p->tomorrow != (IPMON_HAS(p, tomorrow) ? 11 : 0);
#endif
            packets++;
        }
    }
    memcpy(&guard, &batch[ROOM], sizeof guard);
    bad |= guard != UINT64_C(0xa5a5a5a5a5a5a5a5) || n != IPMON_STATUS_END;
    bad |= ipmon_free(m) != IPMON_STATUS_OK;
    printf("%" PRIu64 " packets, %016" PRIx64 "\n", packets, sum);
    return bad;
}
