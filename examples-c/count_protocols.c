/*
 * count_protocols: how much of a capture file is TCP, UDP, ICMP ...
 *
 *     cc -o count_protocols count_protocols.c -lipmon
 *     count_protocols FILE [FILTER]      - is standard input
 *
 * A callback that counts: the shortest way through a file. Plain C99.
 */
#include <ipmon.h>

#include <stdio.h>
#include <stdlib.h>

struct protocol {
    unsigned number;
    unsigned long long packets, bytes;
};

struct protocols {
    struct protocol of[2][256]; /* IPv4 and IPv6; by the protocol's number. */
    unsigned long long bytes;
};

static void on_ip_packet(const ipmon_packet *p, void *user_data)
{
    struct protocols *all = user_data;
    struct protocol *one = &all->of[p->ip_version == 6][p->ip_protocol];
    one->packets++;
    one->bytes += p->frame_wire_length;
    all->bytes += p->frame_wire_length;
}

/* Those that are common; the IANA list has 150. */
static const char *name_of(unsigned number)
{
    switch (number) {
    case 0: return "hop-by-hop options";
    case 1: return "ICMP";
    case 2: return "IGMP";
    case 4: return "IPv4 in IP";
    case 6: return "TCP";
    case 17: return "UDP";
    case 41: return "IPv6 in IP";
    case 44: return "fragment";
    case 47: return "GRE";
    case 50: return "ESP";
    case 51: return "AH";
    case 58: return "ICMPv6";
    case 59: return "nothing";
    case 88: return "EIGRP";
    case 89: return "OSPF";
    case 103: return "PIM";
    case 112: return "VRRP";
    case 132: return "SCTP";
    default: return "other";
    }
}

static int by_bytes(const void *one, const void *other)
{
    unsigned long long x = ((const struct protocol *)one)->bytes;
    unsigned long long y = ((const struct protocol *)other)->bytes;
    return (x < y) - (x > y);
}

int main(int argc, char **argv)
{
    static struct protocols all;
    ipmon_status status;
    int version, i;
    ipmon_t *m;

    if (argc < 2 || argc > 3) {
        fputs("usage: count_protocols FILE [FILTER]\n", stderr);
        return 2;
    }
    m = ipmon_new();
    status = ipmon_set_on_ip_packet(m, on_ip_packet, &all);
    /* The texts of addresses are not looked at. */
    if (!status) status = ipmon_set_address_text(m, 0);
    if (!status && argc > 2) status = ipmon_set_filter(m, argv[2]);
    if (!status) status = ipmon_parse_pcap_file(m, argv[1]);

    puts("IP  protocol                 packets       bytes   share");
    for (version = 0; version < 2; version++) {
        for (i = 0; i < 256; i++)
            all.of[version][i].number = (unsigned)i;
        qsort(all.of[version], 256, sizeof all.of[version][0], by_bytes);
        for (i = 0; i < 256 && all.of[version][i].packets; i++) {
            const struct protocol *p = &all.of[version][i];
            printf("v%d %4u %-19s %8llu %11llu %5.1f %%\n", version ? 6 : 4, p->number,
                   name_of(p->number), p->packets, p->bytes,
                   100 * (double)p->bytes / (double)all.bytes);
        }
    }
    if (status) {
        /* What stands above is what was in front of the failure. */
        char text[512] = "out of memory";
        (void)ipmon_last_error(m, text, sizeof text, NULL);
        fprintf(stderr, "count_protocols: %s\n", text);
    }
    (void)ipmon_free(m);
    return status != IPMON_STATUS_OK;
}
