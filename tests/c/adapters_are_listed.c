/* The lists of interfaces and addresses agree with the system and with each other,
 * and tell how many there are before they are asked for. */
#include "check.h"

#include <arpa/inet.h>
#include <net/if.h>

enum { MOST = 256 };
static ipmon_adapter adapters[MOST];
static ipmon_ip_address addresses[MOST];
static size_t adapter_count, address_count;

static int all_are(const void *bytes, size_t count, int value)
{
    const uint8_t *p = (const uint8_t *)bytes;
    while (count-- > 0)
        if (*p++ != value)
            return 0;
    return 1;
}

static void ask_how_many_first(void)
{
    size_t count = 0;
    CHECK_STATUS(ipmon_list_adapters(NULL, sizeof *adapters, 0, &adapter_count), OK);
    CHECK_STATUS(ipmon_list_ip_addresses(NULL, sizeof *addresses, 0, &address_count), OK);
    REQUIRE(adapter_count > 0 && adapter_count < MOST);
    REQUIRE(address_count > 0 && address_count < MOST);

    memset(adapters, 0xa5, sizeof adapters);
    CHECK_STATUS(ipmon_list_adapters(adapters, sizeof *adapters, adapter_count - 1, &count),
                 BAD_SIZE);
    CHECK_EQ(count, adapter_count);
    CHECK(all_are(adapters, sizeof adapters, 0xa5));
    memset(addresses, 0xa5, sizeof addresses);
    count = 0;
    CHECK_STATUS(
        ipmon_list_ip_addresses(addresses, sizeof *addresses, address_count - 1, &count),
        BAD_SIZE);
    CHECK_EQ(count, address_count);
    CHECK(all_are(addresses, sizeof addresses, 0xa5));

    CHECK_STATUS(ipmon_list_adapters(adapters, sizeof *adapters, adapter_count, &count), OK);
    CHECK_EQ(count, adapter_count);
    CHECK(all_are(&adapters[count], sizeof *adapters, 0xa5));
    CHECK_STATUS(ipmon_list_ip_addresses(addresses, sizeof *addresses, address_count, &count),
                 OK);
    CHECK_EQ(count, address_count);
    CHECK(all_are(&addresses[count], sizeof *addresses, 0xa5));
}

static void check_adapter(const ipmon_adapter *a)
{
    uint32_t count = 0;
    size_t i;
    CHECK_EQ(a->struct_size, sizeof *a);
    CHECK_EQ(a->reserved, 0);
    CHECK(memchr(a->name, 0, sizeof a->name) != NULL);
    CHECK_EQ(a->interface_index, if_nametoindex(a->name));
    CHECK(a->hardware_address_length <= sizeof a->hardware_address);
    for (i = 0; i < address_count; i++)
        count += addresses[i].interface_index == a->interface_index;
    CHECK_EQ(a->address_count, count);
}

static void check_address(const ipmon_ip_address *a)
{
    uint8_t ip[16] = {0};
    char text[sizeof a->text];
    /* A link-local address is one only together with its interface. */
    const char *scope = strchr(a->text, '%');
    snprintf(text, sizeof text, "%.*s", (int)strcspn(a->text, "%"), a->text);
    if (scope)
        CHECK_TEXT(scope + 1, a->interface_name);
    CHECK_EQ(a->struct_size, sizeof *a);
    CHECK(a->ip_version == 4 || a->ip_version == 6);
    CHECK(a->prefix_length <= (a->ip_version == 4 ? 32u : 128u));
    CHECK_EQ(inet_pton(a->ip_version == 4 ? AF_INET : AF_INET6, text, ip), 1);
    CHECK(memcmp(ip, a->ip, 16) == 0);
    CHECK_EQ(a->interface_index, if_nametoindex(a->interface_name));
}

static void check_loopback(void)
{
    static const uint8_t ip[16] = {127, 0, 0, 1};
    int found = 0;
    size_t i;
    for (i = 0; i < adapter_count; i++)
        if (strcmp(adapters[i].name, "lo") == 0) {
            CHECK(adapters[i].flags & IPMON_ADAPTER_LOOPBACK);
            CHECK(adapters[i].flags & IPMON_ADAPTER_UP);
            CHECK(!(adapters[i].flags & IPMON_ADAPTER_DEFAULT));
            found++;
        } else {
            CHECK(!(adapters[i].flags & IPMON_ADAPTER_LOOPBACK));
        }
    CHECK_EQ(found, 1);
    for (i = 0; i < address_count; i++)
        if (strcmp(addresses[i].text, "127.0.0.1") == 0) {
            CHECK_TEXT(addresses[i].interface_name, "lo");
            CHECK_EQ(addresses[i].ip_version, 4);
            CHECK_EQ(addresses[i].prefix_length, 8);
            CHECK(memcmp(addresses[i].ip, ip, 16) == 0);
            found++;
        }
    CHECK_EQ(found, 2);
}

int main(void)
{
    size_t i;
    int defaults = 0;
    watchdog(30);
    ask_how_many_first();
    for (i = 0; i < adapter_count; i++) {
        check_adapter(&adapters[i]);
        defaults += (adapters[i].flags & IPMON_ADAPTER_DEFAULT) != 0;
        if (i > 0)
            CHECK(adapters[i - 1].interface_index < adapters[i].interface_index);
    }
    CHECK(defaults <= 1);
    for (i = 0; i < address_count; i++) {
        check_address(&addresses[i]);
        if (i > 0)
            CHECK(addresses[i - 1].interface_index <= addresses[i].interface_index);
    }
    check_loopback();
    return verdict();
}
