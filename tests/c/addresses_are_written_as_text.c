/* ipmon_format_address(): dotted decimal and RFC 5952, into buffers of any size. */
#include "check.h"

#include <arpa/inet.h>

/* What RFC 5952 says in sections 4.1 to 4.3, an example or more for each. */
static const char *const v6[] = {
    "::", "::1", "1::", "2001:db8::1", "2001:db8::1:0:0:1", "2001:db8:0:1:1:1:1:1",
    "2001:0:0:1::1", "0:1:1:1:1:1:1:1", "1:1:1:1:1:1:1:0", "fe80::abcd:ef01:2345:6789",
    "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff", "1:0:0:2:0:0:3:4",
};
/* As it stands there: the first of two equal runs is shortened. */
static const char *const v6_first_run = "1::2:0:0:3:4";

static void check_address(uint32_t version, const uint8_t *ip, const char *want)
{
    char text[IPMON_ADDRESS_TEXT_SIZE + 1];
    size_t length = strlen(want), size;
    for (size = 0; size <= IPMON_ADDRESS_TEXT_SIZE; size++) {
        memset(text, '#', sizeof text);
        if (size > length) {
            CHECK_STATUS(ipmon_format_address(ip, version, text, size), OK);
            CHECK_TEXT(text, want);
        } else {
            CHECK_STATUS(ipmon_format_address(ip, version, text, size), BAD_SIZE);
            if (size > 0) {
                CHECK_EQ(text[size - 1], 0);
                CHECK(memcmp(text, want, size - 1) == 0);
            }
        }
        CHECK_EQ(text[size], '#');
    }
}

int main(void)
{
    uint8_t ip[16];
    char want[32];
    size_t i;
    int n;
    watchdog(30);

    for (i = 0; i < sizeof v6 / sizeof *v6; i++) {
        REQUIRE(inet_pton(AF_INET6, v6[i], ip) == 1);
        check_address(6, ip, i == 11 ? v6_first_run : v6[i]);
    }
    for (n = 0; n < 256; n++) {
        uint8_t v4[4];
        v4[0] = (uint8_t)n;
        v4[1] = (uint8_t)(255 - n);
        v4[2] = (uint8_t)(n * 7);
        v4[3] = (uint8_t)(n ^ 0x55);
        snprintf(want, sizeof want, "%d.%d.%d.%d", v4[0], v4[1], v4[2], v4[3]);
        check_address(4, v4, want);
    }
    return verdict();
}
