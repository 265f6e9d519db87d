/* A program of the first version: it knows what tests/abi/headers/first.h has, and uses
 * all of it that needs no interface. It runs, unchanged, with every later library, and
 * prints what it saw of a capture: the same with each.
 *
 *   first CAPTURE */
#include "ipmon.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define OK(call) ((call) == IPMON_STATUS_OK || (printf("%s failed\n", #call), bad = 1, 0))

static int bad;
static uint64_t packets, sum;

/* Guards on both sides show what was written beyond a struct. */
static struct {
    uint64_t before;
    ipmon_stats stats;
    uint64_t between;
    ipmon_adapter adapters[64];
    uint64_t between_too;
    ipmon_ip_address addresses[256];
    uint64_t behind;
} room;

static void add(const void *bytes, size_t count)
{
    const uint8_t *byte = bytes;
    while (count-- > 0)
        sum = (sum ^ *byte++) * UINT64_C(0x100000001b3);
}

/* Every field but the pointers goes into the sum, and what the pointers lead to. */
static void on_ip_packet(const ipmon_packet *p, void *user_data)
{
    uint64_t numbers[23];
    size_t n = 0;
    bad |= user_data != &packets || p->struct_size < sizeof *p;
    numbers[n++] = p->ip_version, numbers[n++] = p->tos, numbers[n++] = p->flags;
    numbers[n++] = p->ttl, numbers[n++] = p->source_port, numbers[n++] = p->destination_port;
    numbers[n++] = p->id, numbers[n++] = p->offset, numbers[n++] = p->checksum;
    numbers[n++] = p->ip_protocol, numbers[n++] = p->direction, numbers[n++] = p->reserved;
    numbers[n++] = (uint64_t)p->timestamp, numbers[n++] = (uint64_t)p->timestamp_ns;
    numbers[n++] = p->payload_wire_length, numbers[n++] = p->frame_wire_length;
    numbers[n++] = p->link_type, numbers[n++] = p->interface_index, numbers[n++] = p->notes;
    numbers[n++] = p->frame_number, numbers[n++] = p->frame_offset;
    numbers[n++] = p->payload_offset, numbers[n++] = p->payload_length;
    add(numbers, sizeof numbers);
    add(p->source_ip, 16);
    add(p->destination_ip, 16);
    add(p->source_address, strlen(p->source_address));
    add(p->destination_address, strlen(p->destination_address));
    add(p->payload, p->payload_length);
    add(p->ip, p->ip_length);
    add(p->frame, p->frame_length);
    packets++;
}

static void on_notice(const ipmon_notice *notice, void *user_data)
{
    bad |= user_data != NULL || notice->struct_size < sizeof *notice;
    if (notice->code == IPMON_NOTICE_ENDED)
        printf("ended: %d\n", (int)notice->status);
}

static void on_error(const ipmon_error *error, void *user_data)
{
    (void)user_data;
    printf("%s\n", error->text);
    bad = 1;
}

int main(int argc, char **argv)
{
    char text[64] = "";
    int number = -1;
    size_t adapters = 0, addresses = 0, needed = 0;
    const ipmon_stats *s = &room.stats;
    ipmon_t *m = ipmon_new();

    bad |= argc != 2 || !m || ipmon_abi_version() < IPMON_ABI_VERSION;
    bad |= strcmp(ipmon_status_text(IPMON_STATUS_OK), "") == 0;
    memset(&room, 0xa5, sizeof room);
    OK(ipmon_set_on_ip_packet(m, on_ip_packet, &packets));
    OK(ipmon_set_on_error(m, on_error, NULL));
    OK(ipmon_set_on_notice(m, on_notice, NULL));
    OK(ipmon_set_direction(m, IPMON_DIRECTION_ANY));
    OK(ipmon_set_snap_length(m, 1000));
    OK(ipmon_set_address_text(m, 1));
    OK(ipmon_get_address_text(m, &number));
    bad |= number != 1;
    if (ipmon_parse_pcap_file(m, argv[1]) != IPMON_STATUS_OK &&
        ipmon_last_error(m, text, sizeof text, &needed) != IPMON_STATUS_BAD_SIZE)
        printf("%s (%zu)\n", text, needed);
    OK(ipmon_get_stats(m, &room.stats, sizeof room.stats));
    bad |= s->struct_size < sizeof *s || s->delivered != packets;
    bad |= s->received != s->delivered + s->not_ip + s->unsupported + s->truncated +
                              s->malformed_version + s->malformed_header_length +
                              s->malformed_total_length + s->malformed_short + s->filtered +
                              s->paused + s->discarded + s->dropped;
    OK(ipmon_list_adapters(room.adapters, sizeof room.adapters[0], 64, &adapters));
    OK(ipmon_list_ip_addresses(room.addresses, sizeof room.addresses[0], 256, &addresses));
    bad |= !adapters || strnlen(room.adapters[adapters - 1].name, 64) == 64;
    bad |= !addresses || strnlen(room.addresses[addresses - 1].interface_name, 64) == 64;
    bad |= room.before != UINT64_C(0xa5a5a5a5a5a5a5a5) || room.between != room.before;
    bad |= room.between_too != room.before || room.behind != room.before;
    OK(ipmon_format_address(room.addresses[0].ip, room.addresses[0].ip_version, text, sizeof text));
    ipmon_interrupt(NULL);
    OK(ipmon_reset(m));
    OK(ipmon_free(m));
    bad |= ipmon_free(m) != IPMON_STATUS_BAD_HANDLE;
    printf("%" PRIu64 " packets, %016" PRIx64 ", %" PRIu64 " bytes\n", packets, sum, s->bytes);
    return bad;
}
