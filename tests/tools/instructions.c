/*
 * instructions: reads a capture file with a callback that does nothing, for
 * callgrind to count what the library does.
 *
 * usage: instructions FILE TEXT ACCESS   (0 or 1 for each option)
 */
#include <ipmon.h>

#include <stdlib.h>

static void on_packet(const ipmon_packet *packet, void *count)
{
    (void)packet;
    ++*(unsigned long *)count;
}

int main(int argc, char **argv)
{
    unsigned long count = 0;
    ipmon_t *m = ipmon_new();
    if (argc != 4 || ipmon_set_on_ip_packet(m, on_packet, &count) ||
        ipmon_set_address_text(m, atoi(argv[2])) || ipmon_set_file_access(m, atoi(argv[3])) ||
        ipmon_parse_pcap_file(m, argv[1]) || ipmon_free(m))
        return 1;
    return count == 0;
}
