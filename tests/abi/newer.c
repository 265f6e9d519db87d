/* A program of tomorrow (tests/abi/tomorrow.py), which asks whether the library that runs
 * is as new as its header. What it lacks is 0, and a function that it lacks is not there.
 *
 *   newer CAPTURE 0|1   (1: the library is of tomorrow) */
#include "ipmon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma weak ipmon_tomorrow

static int bad, is_new;
static unsigned seen;

static void on_ip_packet(const ipmon_packet *packet, void *user_data)
{
    (void)user_data;
    seen |= 1;
    bad |= IPMON_HAS(packet, tomorrow) != is_new || (is_new && packet->tomorrow != 11);
}

static void on_notice(const ipmon_notice *notice, void *user_data)
{
    (void)user_data;
    seen |= 2;
    bad |= IPMON_HAS(notice, tomorrow) != is_new || (is_new && notice->tomorrow != 11);
}

int main(int argc, char **argv)
{
    static ipmon_adapter adapters[64];
    static ipmon_ip_address addresses[256];
    ipmon_stats stats;
    size_t count = 0;
    ipmon_t *m = ipmon_new();

    if (argc != 3)
        return 2;
    is_new = atoi(argv[2]);
    memset(&stats, 0xa5, sizeof stats);
    memset(adapters, 0xa5, sizeof adapters);
    memset(addresses, 0xa5, sizeof addresses);
    bad |= (ipmon_abi_version() >= IPMON_ABI_VERSION) != is_new;
    bad |= (ipmon_tomorrow != NULL) != is_new;
    bad |= is_new && ipmon_tomorrow() != IPMON_STATUS_TOMORROW;
    bad |= ipmon_set_on_ip_packet(m, on_ip_packet, NULL) != IPMON_STATUS_OK;
    bad |= ipmon_set_on_notice(m, on_notice, NULL) != IPMON_STATUS_OK;
    bad |= ipmon_parse_pcap_file(m, argv[1]) != IPMON_STATUS_OK;
    bad |= ipmon_get_stats(m, &stats, sizeof stats) != IPMON_STATUS_OK;
    bad |= IPMON_HAS(&stats, tomorrow) != is_new || stats.tomorrow != (is_new ? 11 : 0);
    bad |= ipmon_list_adapters(adapters, sizeof adapters[0], 64, &count) != IPMON_STATUS_OK;
    bad |= !count || adapters[count - 1].tomorrow != (is_new ? 11 : 0);
    bad |= ipmon_list_ip_addresses(addresses, sizeof addresses[0], 256, &count) != IPMON_STATUS_OK;
    bad |= !count || addresses[count - 1].tomorrow != (is_new ? 11 : 0);
    bad |= ipmon_free(m) != IPMON_STATUS_OK || seen != 3;
    puts(bad ? "not as its header says" : "as its header says");
    return bad;
}
