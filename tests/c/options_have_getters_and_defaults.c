/* Every option has the default that the header states, gives back what was set,
 * and is at its default again after ipmon_reset(), which leaves the callbacks and
 * sets the counters to 0. */
#include "capture.h"

static void check_defaults(ipmon_t *m)
{
    char text[16] = "?";
    size_t needed = 0;
    int number;
    uint32_t size;
    CHECK_STATUS(ipmon_get_local_host(m, text, sizeof text, &needed), OK);
    CHECK_TEXT(text, "");
    CHECK_EQ(needed, 1);
    CHECK_STATUS(ipmon_get_filter(m, text, sizeof text, &needed), OK);
    CHECK_TEXT(text, "");
    CHECK_STATUS(ipmon_get_direction(m, &number), OK);
    CHECK_EQ(number, IPMON_DIRECTION_ANY);
    CHECK_STATUS(ipmon_get_promiscuous(m, &number), OK);
    CHECK_EQ(number, 1);
    CHECK_STATUS(ipmon_get_snap_length(m, &size), OK);
    CHECK_EQ(size, 262144);
    CHECK_STATUS(ipmon_get_buffer_size(m, &size), OK);
    CHECK_EQ(size, 33554432);
    CHECK_STATUS(ipmon_get_latency(m, &size), OK);
    CHECK_EQ(size, 1000);
    CHECK_STATUS(ipmon_get_address_text(m, &number), OK);
    CHECK_EQ(number, 1);
    CHECK_STATUS(ipmon_get_file_access(m, &number), OK);
    CHECK_EQ(number, IPMON_FILE_ACCESS_READ);
    CHECK_STATUS(ipmon_get_reopen(m, &number), OK);
    CHECK_EQ(number, 0);
    CHECK_STATUS(ipmon_get_all_multicast(m, &number), OK);
    CHECK_EQ(number, 0);
    CHECK_STATUS(ipmon_get_time_source(m, &number), OK);
    CHECK_EQ(number, IPMON_TIME_SOURCE_HOST);
}

static void check_text_option(ipmon_t *m, ipmon_status set(ipmon_t *, const char *),
                              ipmon_status get(ipmon_t *, char *, size_t, size_t *),
                              const char *value)
{
    char text[64] = "?";
    CHECK_STATUS(set(m, value), OK);
    CHECK_STATUS(get(m, text, sizeof text, NULL), OK);
    CHECK_TEXT(text, value);
    CHECK_STATUS(set(m, NULL), OK);
    CHECK_STATUS(get(m, text, sizeof text, NULL), OK);
    CHECK_TEXT(text, "");
    CHECK_STATUS(set(m, value), OK);
    CHECK_STATUS(set(m, ""), OK);
    CHECK_STATUS(get(m, text, sizeof text, NULL), OK);
    CHECK_TEXT(text, "");
    CHECK_STATUS(set(m, value), OK);
}

int main(void)
{
    ipmon_t *m = new_monitor();
    char longest[257];
    struct capture file;
    struct seen s;
    ipmon_stats counters;
    int number;
    uint32_t size;
    watchdog(30);

    check_defaults(m);
    CHECK_STATUS(ipmon_get_active(m, &number), OK);
    CHECK_EQ(number, 0);
    CHECK_STATUS(ipmon_get_accept_data(m, &number), OK);
    CHECK_EQ(number, 1);

    check_text_option(m, ipmon_set_local_host, ipmon_get_local_host, "any");
    if (have_filters())
        check_text_option(m, ipmon_set_filter, ipmon_get_filter, "udp port 53");
    CHECK_STATUS(ipmon_set_direction(m, IPMON_DIRECTION_OUT), OK);
    CHECK_STATUS(ipmon_get_direction(m, &number), OK);
    CHECK_EQ(number, IPMON_DIRECTION_OUT);
    CHECK_STATUS(ipmon_set_promiscuous(m, 0), OK);
    CHECK_STATUS(ipmon_get_promiscuous(m, &number), OK);
    CHECK_EQ(number, 0);
    CHECK_STATUS(ipmon_set_snap_length(m, 96), OK);
    CHECK_STATUS(ipmon_get_snap_length(m, &size), OK);
    CHECK_EQ(size, 96);
    CHECK_STATUS(ipmon_set_buffer_size(m, 4194304), OK);
    CHECK_STATUS(ipmon_get_buffer_size(m, &size), OK);
    CHECK_EQ(size, 4194304);
    CHECK_STATUS(ipmon_set_latency(m, 7), OK);
    CHECK_STATUS(ipmon_get_latency(m, &size), OK);
    CHECK_EQ(size, 7);
    CHECK_STATUS(ipmon_set_address_text(m, 0), OK);
    CHECK_STATUS(ipmon_get_address_text(m, &number), OK);
    CHECK_EQ(number, 0);
    CHECK_STATUS(ipmon_set_file_access(m, IPMON_FILE_ACCESS_MAP), OK);
    CHECK_STATUS(ipmon_get_file_access(m, &number), OK);
    CHECK_EQ(number, IPMON_FILE_ACCESS_MAP);
    CHECK_STATUS(ipmon_set_reopen(m, 1), OK);
    CHECK_STATUS(ipmon_get_reopen(m, &number), OK);
    CHECK_EQ(number, 1);
    CHECK_STATUS(ipmon_set_all_multicast(m, 1), OK);
    CHECK_STATUS(ipmon_get_all_multicast(m, &number), OK);
    CHECK_EQ(number, 1);
    CHECK_STATUS(ipmon_set_time_source(m, IPMON_TIME_SOURCE_ADAPTER), OK);
    CHECK_STATUS(ipmon_get_time_source(m, &number), OK);
    CHECK_EQ(number, IPMON_TIME_SOURCE_ADAPTER);

    /* The texts are not looked at when they are set: what they name is resolved
     * at every start. Only what could never be a name is refused. */
    memset(longest, 'a', 256);
    longest[256] = 0;
    CHECK_STATUS(ipmon_set_local_host(m, longest), BAD_ARGUMENT);
    CHECK_STATUS(ipmon_set_local_host(m, "\xff\xfe"), BAD_ARGUMENT);
    CHECK_STATUS(ipmon_set_local_host(m, longest + 1), OK);

    CHECK_STATUS(ipmon_set_filter(m, NULL), OK);
    pcap_of_datagrams(&file, 3);
    see_all(m, &s);
    CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), OK);
    CHECK_EQ(stats_of(m).received, 3);

    CHECK_STATUS(ipmon_reset(m), OK);
    check_defaults(m);
    counters = stats_of(m);
    CHECK_EQ(counters.received, 0);
    CHECK_EQ(counters.delivered, 0);
    CHECK_EQ(counters.bytes, 0);
    CHECK_STATUS(ipmon_wait(m, 0), OK);

    CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), OK);
    CHECK_EQ(s.packets, 6);
    capture_remove(&file);
    CHECK_STATUS(ipmon_free(m), OK);
    return verdict();
}
