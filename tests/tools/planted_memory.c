/* One memory error of each kind, on purpose: what a sanitizer that is on reports.
 * usage: planted_memory KIND CAPTURE. Without a report it ends with status 0. */
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipmon.h"

static const uint8_t *kept;

static void keep(const ipmon_packet *packet, void *user)
{
    (void)user;
    kept = packet->payload;
}

/* What the compiler cannot see through. */
static void *hidden(void *pointer)
{
    void *volatile p = pointer;
    return p;
}

int main(int argc, char **argv)
{
    ipmon_t *m = ipmon_new();
    const char *kind = argc == 3 ? argv[1] : "";
    if (!m)
        return 2;
    if (strcmp(kind, "a-kept-packet") == 0) {
        /* Reads, in this program, memory that the library gave back. */
        if (ipmon_set_on_ip_packet(m, keep, NULL) || ipmon_parse_pcap_file(m, argv[2]) || !kept)
            return 2;
        printf("%d\n", kept[0]);
    } else if (strcmp(kind, "a-freed-output") == 0) {
        /* Has the library write to memory that is free. */
        int *freed = (int *)hidden(malloc(sizeof *freed));
        free(hidden(freed));
        if (ipmon_get_active(m, freed))
            return 2;
    } else if (strcmp(kind, "a-short-output") == 0) {
        /* Has the library write behind the end of a block. */
        char *block = (char *)hidden(malloc(6));
        if (ipmon_get_active(m, (int *)hidden(block + 4)))
            return 2;
        free(block);
    } else if (strcmp(kind, "a-short-array") == 0) {
        /* Has the library write behind the end of an array on the stack. */
        static const uint8_t ip[4] = {192, 168, 100, 100};
        char text[8];
        if (ipmon_format_address(ip, 4, (char *)hidden(text), IPMON_ADDRESS_TEXT_SIZE))
            return 2;
    } else if (strcmp(kind, "a-double-free") == 0) {
        void *block = hidden(malloc(8));
        free(hidden(block));
        free(hidden(block));
    } else if (strcmp(kind, "a-leak") == 0) {
        memset(hidden(malloc(100)), 1, 100);
    } else if (strcmp(kind, "an-overflow") == 0) {
        volatile int most = INT_MAX;
        printf("%d\n", most + argc);
    } else if (strcmp(kind, "nothing") != 0) {
        return 2;
    }
    return ipmon_free(m) ? 2 : 0;
}
