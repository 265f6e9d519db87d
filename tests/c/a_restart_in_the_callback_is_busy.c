/* Inside a callback of its own a monitor can neither be started nor set up anew;
 * asking and pausing are fine. */
#include "calls.h"
#include "capture.h"

static struct capture file;
static int packets, ends;

static void refused(ipmon_t *m)
{
    CHECK_STATUS(ipmon_set_active(m, 1), BUSY);
    CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), BUSY);
    CHECK(is_one_line(last_error(m)));
}

static void on_packet(const ipmon_packet *packet, void *user)
{
    ipmon_t *m = (ipmon_t *)user;
    int number;
    uint32_t size;
    char text[16];
    ipmon_stats s;
    (void)packet;
    packets++;
    refused(m);
    CHECK_STATUS(ipmon_reset(m), BUSY);
    CHECK_STATUS(ipmon_set_local_host(m, "lo"), BUSY);
    CHECK_STATUS(ipmon_set_filter(m, NULL), BUSY);
    CHECK_STATUS(ipmon_set_direction(m, 0), BUSY);
    CHECK_STATUS(ipmon_set_promiscuous(m, 0), BUSY);
    CHECK_STATUS(ipmon_set_snap_length(m, 100), BUSY);
    CHECK_STATUS(ipmon_set_buffer_size(m, 1048576), BUSY);
    CHECK_STATUS(ipmon_set_latency(m, 0), BUSY);
    CHECK_STATUS(ipmon_set_address_text(m, 0), BUSY);
    CHECK_STATUS(ipmon_set_file_access(m, IPMON_FILE_ACCESS_MAP), BUSY);
    CHECK_STATUS(ipmon_set_reopen(m, 1), BUSY);
    CHECK_STATUS(ipmon_set_all_multicast(m, 1), BUSY);
    CHECK_STATUS(ipmon_set_time_source(m, IPMON_TIME_SOURCE_HOST), BUSY);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, ignore_packet, NULL), BUSY);
    CHECK_STATUS(ipmon_set_on_error(m, ignore_error, NULL), BUSY);
    CHECK_STATUS(ipmon_set_on_notice(m, ignore_notice, NULL), BUSY);

    CHECK_STATUS(ipmon_wait(m, -1), PENDING);
    CHECK_STATUS(ipmon_wait(m, 0), PENDING);
    CHECK_STATUS(ipmon_get_latency(m, &size), OK);
    CHECK_EQ(size, 1000);
    CHECK_STATUS(ipmon_get_active(m, &number), OK);
    CHECK_EQ(number, 0);
    CHECK_STATUS(ipmon_get_local_host(m, text, sizeof text, NULL), OK);
    CHECK_TEXT(text, "");
    CHECK_STATUS(ipmon_set_accept_data(m, 1), OK);
    CHECK_STATUS(ipmon_get_stats(m, &s, sizeof s), OK);
    /* A packet that is being delivered may be counted already, or not yet. */
    CHECK(s.delivered + 1 >= (uint64_t)packets && s.delivered <= (uint64_t)packets);

    /* After a stop it is still a callback. */
    if (packets == 2) {
        CHECK_STATUS(ipmon_set_active(m, 0), OK);
        refused(m);
    }
}

static void on_notice(const ipmon_notice *notice, void *user)
{
    CHECK_EQ(notice->code, IPMON_NOTICE_ENDED);
    ends++;
    refused((ipmon_t *)user);
}

int main(void)
{
    ipmon_t *m = new_monitor();
    watchdog(30);
    pcap_of_datagrams(&file, 5);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, m), OK);
    CHECK_STATUS(ipmon_set_on_notice(m, on_notice, m), OK);
    CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), INTERRUPTED);
    CHECK_EQ(packets, 2);
    CHECK_EQ(ends, 1);
    /* Afterwards everything is possible again. */
    CHECK_STATUS(ipmon_set_latency(m, 0), OK);
    CHECK_STATUS(ipmon_reset(m), OK);
    CHECK_STATUS(ipmon_free(m), OK);
    capture_remove(&file);
    return verdict();
}
