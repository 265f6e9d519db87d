/* NULL is NULL_ARGUMENT wherever it has no meaning of its own, and harmless where
 * it has one. */
#include "calls.h"

int main(void)
{
    ipmon_t *m = new_monitor();
    ipmon_adapter adapter;
    ipmon_ip_address address;
    char text[IPMON_ADDRESS_TEXT_SIZE];
    static const uint8_t ip[16] = {0};
    size_t count;
    const uint8_t *base;
    watchdog(30);

    check_every_call(NULL, IPMON_STATUS_NULL_ARGUMENT);
    CHECK_STATUS(ipmon_free(NULL), OK);
    ipmon_interrupt(NULL);

    CHECK_STATUS(ipmon_get_direction(m, NULL), NULL_ARGUMENT);
    CHECK_STATUS(ipmon_get_promiscuous(m, NULL), NULL_ARGUMENT);
    CHECK_STATUS(ipmon_get_snap_length(m, NULL), NULL_ARGUMENT);
    CHECK_STATUS(ipmon_get_buffer_size(m, NULL), NULL_ARGUMENT);
    CHECK_STATUS(ipmon_get_latency(m, NULL), NULL_ARGUMENT);
    CHECK_STATUS(ipmon_get_address_text(m, NULL), NULL_ARGUMENT);
    CHECK_STATUS(ipmon_get_file_access(m, NULL), NULL_ARGUMENT);
    CHECK_STATUS(ipmon_get_reopen(m, NULL), NULL_ARGUMENT);
    CHECK_STATUS(ipmon_get_all_multicast(m, NULL), NULL_ARGUMENT);
    CHECK_STATUS(ipmon_get_time_source(m, NULL), NULL_ARGUMENT);
    CHECK_STATUS(ipmon_get_active(m, NULL), NULL_ARGUMENT);
    CHECK_STATUS(ipmon_get_accept_data(m, NULL), NULL_ARGUMENT);
    CHECK_STATUS(ipmon_get_stats(m, NULL, sizeof(ipmon_stats)), NULL_ARGUMENT);
    CHECK_STATUS(ipmon_parse_pcap_file(m, NULL), NULL_ARGUMENT);
    CHECK_STATUS(ipmon_open_pcap_file(m, NULL), NULL_ARGUMENT);
    CHECK_STATUS((ipmon_status)ipmon_next_batch(m, NULL, sizeof(ipmon_packet), 1, 0),
                 NULL_ARGUMENT);
    CHECK_STATUS(ipmon_batch_bytes(m, NULL, &count), NULL_ARGUMENT);
    CHECK_STATUS(ipmon_batch_bytes(m, &base, NULL), NULL_ARGUMENT);
    CHECK_STATUS(ipmon_get_fd(m, NULL), NULL_ARGUMENT);
    CHECK_STATUS(ipmon_arrow_stream(m, 0, 0, NULL), NULL_ARGUMENT);

    /* Without a buffer, but with room in it. */
    CHECK_STATUS(ipmon_last_error(m, NULL, 10, NULL), NULL_ARGUMENT);
    CHECK_STATUS(ipmon_get_local_host(m, NULL, 10, NULL), NULL_ARGUMENT);
    CHECK_STATUS(ipmon_get_filter(m, NULL, 10, NULL), NULL_ARGUMENT);

    CHECK_STATUS(ipmon_list_adapters(&adapter, sizeof adapter, 1, NULL), NULL_ARGUMENT);
    CHECK_STATUS(ipmon_list_adapters(NULL, sizeof adapter, 1, &count), NULL_ARGUMENT);
    CHECK_STATUS(ipmon_list_ip_addresses(&address, sizeof address, 1, NULL), NULL_ARGUMENT);
    CHECK_STATUS(ipmon_list_ip_addresses(NULL, sizeof address, 1, &count), NULL_ARGUMENT);

    CHECK_STATUS(ipmon_format_address(NULL, 4, text, sizeof text), NULL_ARGUMENT);
    CHECK_STATUS(ipmon_format_address(ip, 4, NULL, sizeof text), NULL_ARGUMENT);
    CHECK_STATUS(ipmon_format_address(ip, 6, NULL, 0), NULL_ARGUMENT);

    /* Here NULL says something. */
    CHECK_STATUS(ipmon_set_on_ip_packet(m, NULL, NULL), OK);
    CHECK_STATUS(ipmon_set_on_error(m, NULL, NULL), OK);
    CHECK_STATUS(ipmon_set_on_notice(m, NULL, NULL), OK);
    CHECK_STATUS(ipmon_set_local_host(m, NULL), OK);
    CHECK_STATUS(ipmon_set_filter(m, NULL), OK);

    CHECK_STATUS(ipmon_free(m), OK);
    return verdict();
}
