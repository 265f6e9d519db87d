/*
 * ipmon through its C API, pulled in batches.
 *
 * usage: pull MODE FILE [map]    map: the file is mapped instead of read
 *
 * The same sums as ipmon.c, to be measured beside it.
 */
#include "fail.h"
#include "sums.h"

#include <ipmon.h>
#include <stdio.h>

enum { CAPACITY = 256 };

static ipmon_packet batch[CAPACITY];

int main(int argc, char **argv)
{
    static struct sums sums;
    uint64_t rest = 0;
    ptrdiff_t n;
    if (argc < 3) return 2;
    const char *mode = argv[1];
    sums_begin(&sums, mode);
    const int text = strcmp(mode, "bytes") != 0, check = !strcmp(mode, "check");
    ipmon_t *m = ipmon_new();
    if (ipmon_set_address_text(m, text)) return fail(m);
    if (argc > 3 && ipmon_set_file_access(m, IPMON_FILE_ACCESS_MAP)) return fail(m);
    if (ipmon_open_pcap_file(m, argv[2])) return fail(m);
    while ((n = ipmon_next_batch(m, batch, sizeof *batch, CAPACITY, -1)) > 0)
        for (const ipmon_packet *p = batch; p < batch + n; p++) {
            SUM_FIELDS(&sums, p);
            rest += p->struct_size + (uint64_t)p->timestamp + p->direction + p->link_type +
                    p->interface_index + p->notes + (p->payload_offset - p->frame_offset);
            if (check)
                SUM_ALL_BYTES(&sums, p);
            else if (text)
                SUM_TEXT(&sums, p);
        }
    if (n != IPMON_STATUS_END) return fail(m);
    printf("rest=%llu ", (unsigned long long)rest);
    sums_end(&sums);
    return ipmon_free(m) != IPMON_STATUS_OK;
}
