/*
 * instructions: reads a capture file with a callback that does nothing, or pulls batches
 * that nobody looks at, for callgrind to count what the library does.
 *
 * usage: instructions FILE TEXT ACCESS PULL   (0 or 1 for each option)
 */
#include <ipmon.h>

#include <stdlib.h>

static void on_packet(const ipmon_packet *packet, void *count)
{
    (void)packet;
    ++*(unsigned long *)count;
}

static int pull(ipmon_t *m, const char *file, unsigned long *count)
{
    static ipmon_packet batch[256];
    ptrdiff_t n;
    if (ipmon_open_pcap_file(m, file)) return 1;
    while ((n = ipmon_next_batch(m, batch, sizeof *batch, 256, -1)) > 0)
        *count += (unsigned long)n;
    return n != IPMON_STATUS_END;
}

int main(int argc, char **argv)
{
    unsigned long count = 0;
    ipmon_t *m = ipmon_new();
    if (argc != 5 || ipmon_set_on_ip_packet(m, on_packet, &count) ||
        ipmon_set_address_text(m, atoi(argv[2])) || ipmon_set_file_access(m, atoi(argv[3])) ||
        (atoi(argv[4]) ? pull(m, argv[1], &count) : (int)ipmon_parse_pcap_file(m, argv[1])) ||
        ipmon_free(m))
        return 1;
    return count == 0;
}
