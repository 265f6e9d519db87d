/* A caller built with a newer header passes a larger size and gets the rest as 0;
 * one that no version ever had is refused; what a callback gets tells its size. */
#include "capture.h"

enum { MORE = 24 };

struct later_stats {
    ipmon_stats known;
    uint8_t rest[MORE];
};
struct later_adapter {
    ipmon_adapter known;
    uint8_t rest[MORE];
};
struct later_address {
    ipmon_ip_address known;
    uint8_t rest[MORE];
};

static int all_are(const uint8_t *bytes, size_t count, int value)
{
    while (count-- > 0)
        if (*bytes++ != value)
            return 0;
    return 1;
}

static void check_stats(ipmon_t *m)
{
    struct later_stats s[2];
    size_t size;
    memset(s, 0xa5, sizeof s);
    CHECK_STATUS(ipmon_get_stats(m, &s[0].known, sizeof s[0]), OK);
    CHECK_EQ(s[0].known.struct_size, sizeof(ipmon_stats));
    CHECK_EQ(s[0].known.received, 2);
    CHECK(all_are(s[0].rest, MORE, 0));
    CHECK(all_are((uint8_t *)&s[1], sizeof s[1], 0xa5));
    for (size = 0; size < sizeof(ipmon_stats); size++) {
        CHECK_STATUS(ipmon_get_stats(m, &s[1].known, size), BAD_ARGUMENT);
        CHECK(all_are((uint8_t *)&s[1], sizeof s[1], 0xa5));
    }
}

static void check_adapters(void)
{
    struct later_adapter list[66];
    ipmon_adapter plain[65];
    size_t count = 0, plain_count = 0, i;
    memset(list, 0xa5, sizeof list);
    CHECK_STATUS(ipmon_list_adapters(&list[0].known, sizeof list[0], 65, &count), OK);
    CHECK_STATUS(ipmon_list_adapters(plain, sizeof plain[0], 65, &plain_count), OK);
    CHECK(count > 0 && count == plain_count);
    for (i = 0; i < count; i++) {
        CHECK_EQ(list[i].known.struct_size, sizeof(ipmon_adapter));
        CHECK_EQ(list[i].known.interface_index, plain[i].interface_index);
        CHECK_TEXT(list[i].known.name, plain[i].name);
        CHECK(all_are(list[i].rest, MORE, 0));
    }
    CHECK(all_are((uint8_t *)&list[count], sizeof list[count], 0xa5));
    CHECK_STATUS(ipmon_list_adapters(plain, sizeof plain[0] - 1, 65, &count), BAD_ARGUMENT);
    CHECK_STATUS(ipmon_list_adapters(plain, 0, 65, &count), BAD_ARGUMENT);
}

static void check_addresses(void)
{
    struct later_address list[130];
    ipmon_ip_address plain[129];
    size_t count = 0, plain_count = 0, i;
    memset(list, 0xa5, sizeof list);
    CHECK_STATUS(ipmon_list_ip_addresses(&list[0].known, sizeof list[0], 129, &count), OK);
    CHECK_STATUS(ipmon_list_ip_addresses(plain, sizeof plain[0], 129, &plain_count), OK);
    CHECK(count > 0 && count == plain_count);
    for (i = 0; i < count; i++) {
        CHECK_EQ(list[i].known.struct_size, sizeof(ipmon_ip_address));
        CHECK_TEXT(list[i].known.text, plain[i].text);
        CHECK(all_are(list[i].rest, MORE, 0));
    }
    CHECK(all_are((uint8_t *)&list[count], sizeof list[count], 0xa5));
    CHECK_STATUS(ipmon_list_ip_addresses(plain, sizeof plain[0] - 1, 129, &count), BAD_ARGUMENT);
    CHECK_STATUS(ipmon_list_ip_addresses(plain, 0, 129, &count), BAD_ARGUMENT);
}

static void on_packet(const ipmon_packet *packet, void *user)
{
    ipmon_packet older;
    (void)user;
    CHECK_EQ(packet->struct_size, sizeof *packet);
    CHECK(IPMON_HAS(packet, struct_size));
    CHECK(IPMON_HAS(packet, payload_offset));
    /* What the macro says of a library that knows less. */
    older = *packet;
    older.struct_size = (uint32_t)offsetof(ipmon_packet, frame_number);
    CHECK(IPMON_HAS(&older, notes));
    CHECK(!IPMON_HAS(&older, frame_number));
    older.struct_size += 7;
    CHECK(!IPMON_HAS(&older, frame_number));
    older.struct_size += 1;
    CHECK(IPMON_HAS(&older, frame_number));
}

int main(void)
{
    ipmon_t *m = new_monitor();
    struct capture file;
    watchdog(30);
    pcap_of_datagrams(&file, 2);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, NULL), OK);
    CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), OK);
    check_stats(m);
    check_adapters();
    check_addresses();
    CHECK_STATUS(ipmon_free(m), OK);
    capture_remove(&file);
    return verdict();
}
