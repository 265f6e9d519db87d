/*
 * ipmon through its C API.
 *
 * usage: ipmon MODE FILE [map]    map: the file is mapped instead of read
 */
#include "callbacks.h"
#include "fail.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    static struct reader r;
    if (argc < 3) return 2;
    const char *mode = argv[1];
    sums_begin(&r.sums, mode);
    ipmon_t *m = ipmon_new();
    if (ipmon_set_on_ip_packet(m, callback_of(mode), &r) ||
        ipmon_set_address_text(m, strcmp(mode, "bytes") != 0))
        return fail(m);
    if (argc > 3 && ipmon_set_file_access(m, IPMON_FILE_ACCESS_MAP)) return fail(m);
    if (ipmon_parse_pcap_file(m, argv[2])) return fail(m);
    printf("rest=%llu ", (unsigned long long)r.rest);
    sums_end(&r.sums);
    return ipmon_free(m) != IPMON_STATUS_OK;
}
