/* What a pull is given is checked: calls that cannot be, sizes, alignment, times. A packet
 * struct of another size gets what both sides know, the rest is 0, and nothing behind it is
 * touched. What is open is busy, and paused it is counted. */
#include "capture.h"

int main(void)
{
    static ipmon_packet batch[4];
    static uint64_t room[100];
    ipmon_t *m = new_monitor();
    struct capture file;
    int active = -1;
    size_t i;
    watchdog(60);
    pcap_of_datagrams(&file, 10);
    CHECK_EQ(ipmon_next_batch(m, batch, sizeof *batch, 4, 0), IPMON_STATUS_BAD_ARGUMENT);
    CHECK_STATUS(ipmon_open_pcap_file(m, file.path), OK);
    CHECK_STATUS(ipmon_open_pcap_file(m, file.path), BUSY);
    CHECK_STATUS(ipmon_open_live(m), BUSY);
    CHECK_STATUS(ipmon_set_active(m, 1), BUSY);
    CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), BUSY);
    CHECK_STATUS(ipmon_set_latency(m, 1), BUSY);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, see_packet, NULL), BUSY);
    CHECK_STATUS(ipmon_wait(m, 0), TIMEOUT);
    CHECK_STATUS(ipmon_get_active(m, &active), OK);
    CHECK_EQ(active, 0);
    CHECK_EQ(ipmon_next_batch(m, batch, sizeof *batch - 8, 4, 0), IPMON_STATUS_BAD_ARGUMENT);
    CHECK_EQ(ipmon_next_batch(m, batch, sizeof *batch + 4, 4, 0), IPMON_STATUS_BAD_ARGUMENT);
    CHECK_EQ(ipmon_next_batch(m, batch, sizeof *batch, 0, 0), IPMON_STATUS_BAD_ARGUMENT);
    CHECK_EQ(ipmon_next_batch(m, batch, sizeof *batch, 4, -2), IPMON_STATUS_BAD_ARGUMENT);
    CHECK_EQ(ipmon_next_batch(m, (ipmon_packet *)(void *)((char *)room + 4), sizeof *batch, 1, 0),
             IPMON_STATUS_BAD_ARGUMENT);
    CHECK_STATUS(ipmon_do_events(m, -2), BAD_ARGUMENT);
    memset(room, 0xa5, sizeof room);
    CHECK_EQ(ipmon_next_batch(m, (ipmon_packet *)(void *)room, sizeof *batch + 16, 2, 0), 2);
    for (i = 0; i < 2; i++) {
        const ipmon_packet *p = (const ipmon_packet *)(const void *)(room + i * 23);
        CHECK_EQ(p->struct_size, sizeof *p);
        CHECK_EQ(p->source_port, i + 1);
        CHECK_EQ(room[i * 23 + 21] | room[i * 23 + 22], 0);
    }
    CHECK_EQ(room[46], UINT64_C(0xa5a5a5a5a5a5a5a5));
    /* Paused, packets are counted and not handed out. */
    CHECK_STATUS(ipmon_set_accept_data(m, 0), OK);
    CHECK_EQ(ipmon_next_batch(m, batch, sizeof *batch, SIZE_MAX, 0), 0);
    CHECK_EQ(ipmon_next_batch(m, batch, sizeof *batch, SIZE_MAX, -1), IPMON_STATUS_END);
    CHECK_EQ(check_ledger(m).delivered, 2);
    CHECK_EQ(check_ledger(m).paused, 8);
    CHECK_STATUS(ipmon_free(m), OK);
    capture_remove(&file);
    return verdict();
}
