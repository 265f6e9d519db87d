/*
 * The loop that a C user writes today: libpcap's pcap_loop(), a parse by hand of what is
 * needed, and a call through a function pointer. In the modes text and check both
 * addresses are made text with inet_ntop().
 *
 * usage: libpcap MODE FILE
 */
#define _DEFAULT_SOURCE
#include "by_hand.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    static struct sums sums;
    static struct reader r;
    char error[PCAP_ERRBUF_SIZE];
    if (argc < 3) return 2;
    r.sums = &sums;
    r.text = strcmp(argv[1], "bytes") != 0;
    r.packet.source_address = r.source;
    r.packet.destination_address = r.destination;
    r.on_packet = sums_begin(&sums, argv[1]);
    pcap_t *file = pcap_open_offline(argv[2], error);
    if (!file) {
        fprintf(stderr, "libpcap: %s\n", error);
        return 1;
    }
    if (pcap_datalink(file) != DLT_EN10MB || pcap_loop(file, -1, on_frame, (u_char *)&r)) {
        fprintf(stderr, "libpcap: %s\n", pcap_geterr(file));
        return 1;
    }
    pcap_close(file);
    sums_end(&sums);
    return 0;
}
