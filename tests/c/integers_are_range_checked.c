/* Numbers out of range are BAD_ARGUMENT, say so in the error text, and change
 * nothing; the limits themselves are fine. */
#include "check.h"

static ipmon_t *m;

#define LIMITS(option, type, low, high)                                       \
    static void option(type below, type above)                                \
    {                                                                         \
        type value;                                                           \
        CHECK_STATUS(ipmon_set_##option(m, low), OK);                         \
        CHECK_STATUS(ipmon_get_##option(m, &value), OK);                      \
        CHECK_EQ(value, low);                                                 \
        CHECK_STATUS(ipmon_set_##option(m, high), OK);                        \
        CHECK_STATUS(ipmon_set_##option(m, below), BAD_ARGUMENT);             \
        CHECK(is_one_line(last_error(m)));                                    \
        CHECK_STATUS(ipmon_set_##option(m, above), BAD_ARGUMENT);             \
        CHECK_STATUS(ipmon_get_##option(m, &value), OK);                      \
        CHECK_EQ(value, high);                                                \
    }

LIMITS(direction, int, IPMON_DIRECTION_ANY, IPMON_DIRECTION_OUT)
LIMITS(snap_length, uint32_t, 1, 262144)
LIMITS(buffer_size, uint32_t, 1048576, 2147483647u)
LIMITS(latency, uint32_t, 0, 20000)
LIMITS(file_access, int, IPMON_FILE_ACCESS_READ, IPMON_FILE_ACCESS_MAP)

static void truth(ipmon_status set(ipmon_t *, int), ipmon_status get(ipmon_t *, int *))
{
    static const int yes[] = {1, 2, -1, INT_MIN, INT_MAX, 256, 65536};
    size_t i;
    int value;
    for (i = 0; i < sizeof yes / sizeof *yes; i++) {
        CHECK_STATUS(set(m, 0), OK);
        CHECK_STATUS(get(m, &value), OK);
        CHECK_EQ(value, 0);
        CHECK_STATUS(set(m, yes[i]), OK);
        CHECK_STATUS(get(m, &value), OK);
        CHECK_EQ(value, 1);
    }
}

int main(void)
{
    static const uint8_t ip[16] = {0};
    static const uint32_t versions[] = {0, 1, 5, 7, 255, 260, UINT32_MAX};
    char text[IPMON_ADDRESS_TEXT_SIZE];
    size_t i;
    watchdog(30);
    m = new_monitor();

    direction(-1, 3);
    direction(INT_MIN, INT_MAX);
    /* A number that would be right if somebody looked at its low byte only. */
    direction(256, 0x10001);
    snap_length(0, 262145);
    snap_length(0, UINT32_MAX);
    buffer_size(1048575, 2147483648u);
    buffer_size(0, UINT32_MAX);
    latency(20001, UINT32_MAX);
    file_access(-1, 2);
    file_access(INT_MIN, 256);

    CHECK_STATUS(ipmon_wait(m, -2), BAD_ARGUMENT);
    CHECK_STATUS(ipmon_wait(m, INT_MIN), BAD_ARGUMENT);
    CHECK_STATUS(ipmon_wait(m, INT_MAX), OK);

    for (i = 0; i < sizeof versions / sizeof *versions; i++)
        CHECK_STATUS(ipmon_format_address(ip, versions[i], text, sizeof text), BAD_ARGUMENT);

    truth(ipmon_set_promiscuous, ipmon_get_promiscuous);
    truth(ipmon_set_address_text, ipmon_get_address_text);
    truth(ipmon_set_accept_data, ipmon_get_accept_data);

    CHECK_STATUS(ipmon_free(m), OK);
    return verdict();
}
