/* Numbers out of range are BAD_ARGUMENT, say so in the error text, and change nothing;
 * the limits themselves are fine. The same of every number at random, for every argument
 * that is one. */
#include "check.h"

#define HOST "no such interface, by name"

static ipmon_t *m;
static long values;

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
    }                                                                         \
                                                                              \
    static void any_##option(uint32_t any)                                    \
    {                                                                         \
        type value = (type)any, before, after;                                \
        int64_t number = value, least = low, most = high;                     \
        int good = number >= least && number <= most;                         \
        CHECK_STATUS(ipmon_get_##option(m, &before), OK);                     \
        check_status(ipmon_set_##option(m, value),                            \
                     good ? IPMON_STATUS_OK : IPMON_STATUS_BAD_ARGUMENT,      \
                     "ipmon_set_" #option, __FILE__, __LINE__);               \
        CHECK_STATUS(ipmon_get_##option(m, &after), OK);                      \
        CHECK_EQ(after, good ? value : before);                               \
    }

LIMITS(direction, int, IPMON_DIRECTION_ANY, IPMON_DIRECTION_OUT)
LIMITS(snap_length, uint32_t, 1, 262144)
LIMITS(buffer_size, uint32_t, 1048576, 2147483647u)
LIMITS(latency, uint32_t, 0, 20000)
LIMITS(file_access, int, IPMON_FILE_ACCESS_READ, IPMON_FILE_ACCESS_MAP)
LIMITS(time_source, int, IPMON_TIME_SOURCE_HOST, IPMON_TIME_SOURCE_ADAPTER)

#define TRUTH(option)                                                         \
    static void any_##option(uint32_t any)                                    \
    {                                                                         \
        int after = -1;                                                       \
        CHECK_STATUS(ipmon_set_##option(m, (int)any), OK);                    \
        CHECK_STATUS(ipmon_get_##option(m, &after), OK);                      \
        CHECK_EQ(after, any != 0);                                            \
    }

TRUTH(promiscuous)
TRUTH(address_text)
TRUTH(accept_data)
TRUTH(reopen)
TRUTH(all_multicast)

static void any_active(uint32_t any)
{
    int active = -1;
    /* A start looks at the interfaces, which takes its time. */
    if (any && values % 97)
        return;
    check_status(ipmon_set_active(m, (int)any),
                 any ? IPMON_STATUS_NO_DEVICE : IPMON_STATUS_OK, "ipmon_set_active", __FILE__,
                 __LINE__);
    CHECK_STATUS(ipmon_get_active(m, &active), OK);
    CHECK_EQ(active, 0);
    CHECK_STATUS(ipmon_reset(m), OK);
    CHECK_STATUS(ipmon_set_local_host(m, HOST), OK);
}

static void any_wait(uint32_t any)
{
    check_status(ipmon_wait(m, (int)any),
                 (int)any < -1 ? IPMON_STATUS_BAD_ARGUMENT : IPMON_STATUS_OK, "ipmon_wait",
                 __FILE__, __LINE__);
}

/* Nothing is open, which is looked at last: only the text tells what was wrong. */
static void any_pull(uint32_t any)
{
    static ipmon_packet packet;
    int good = (int)any >= -1;
    CHECK_EQ(ipmon_next_batch(m, &packet, sizeof packet, any ? any : 1, (int)any),
             IPMON_STATUS_BAD_ARGUMENT);
    CHECK_EQ(strstr(last_error(m), "timeout_ms") == NULL, good);
    CHECK_STATUS(ipmon_do_events(m, (int)any), BAD_ARGUMENT);
    CHECK_EQ(strstr(last_error(m), "timeout_ms") == NULL, good);
}

static void any_status(uint32_t any)
{
    const char *text = ipmon_status_text((ipmon_status)any);
    int known = (int32_t)any <= 0 && (int32_t)any >= IPMON_STATUS_SYSTEM;
    CHECK_EQ(strcmp(text, "unknown status") != 0, known);
}

static void any_version(uint32_t any)
{
    static const uint8_t ip[16] = {0};
    char text[IPMON_ADDRESS_TEXT_SIZE];
    int good = any == 4 || any == 6;
    check_status(ipmon_format_address(ip, any, text, sizeof text),
                 good ? IPMON_STATUS_OK : IPMON_STATUS_BAD_ARGUMENT, "ipmon_format_address",
                 __FILE__, __LINE__);
}

/* Bytes behind what a function may write: it must not. */
enum { LARGEST = 65536, GUARD = 0xa5 };

static uint8_t room[64 * LARGEST + 64];

static int untouched(size_t from, size_t to)
{
    while (from < to)
        if (room[from++] != GUARD)
            return 0;
    return 1;
}

/* A size that is larger than the buffer is a lie; what the library writes is no longer
 * than what it has to say. */
static void any_text_size(uint64_t size)
{
    static const uint8_t ip[4] = {192, 0, 2, 1};
    size_t needed = 0;
    int fits = size >= sizeof HOST;
    memset(room, GUARD, 64);
    check_status(ipmon_get_local_host(m, (char *)room, (size_t)size, &needed),
                 fits ? IPMON_STATUS_OK : IPMON_STATUS_BAD_SIZE, "ipmon_get_local_host",
                 __FILE__, __LINE__);
    CHECK_EQ(needed, sizeof HOST);
    CHECK(untouched(fits ? sizeof HOST : (size_t)size, 64));
    memset(room, GUARD, 64);
    fits = size >= 10;
    check_status(ipmon_format_address(ip, 4, (char *)room, (size_t)size),
                 fits ? IPMON_STATUS_OK : IPMON_STATUS_BAD_SIZE, "ipmon_format_address",
                 __FILE__, __LINE__);
    CHECK(untouched(fits ? 10 : (size_t)size, 64));
    if (fits)
        CHECK_TEXT((char *)room, "192.0.2.1");
    needed = 0;
    CHECK_STATUS(ipmon_last_error(m, NULL, 0, &needed), OK);
    check_status(ipmon_last_error(m, (char *)room, (size_t)size, NULL),
                 size >= needed ? IPMON_STATUS_OK : IPMON_STATUS_BAD_SIZE, "ipmon_last_error",
                 __FILE__, __LINE__);
    CHECK_STATUS(ipmon_get_filter(m, (char *)room, size ? (size_t)size : 1, NULL), OK);
    CHECK_TEXT((char *)room, "");
}

static void any_struct_size(uint64_t any)
{
    size_t size = (size_t)any;
    int good = size >= sizeof(ipmon_stats) && size <= LARGEST;
    memset(room, GUARD, sizeof(ipmon_stats) + 8);
    check_status(ipmon_get_stats(m, (ipmon_stats *)(void *)room, size),
                 good ? IPMON_STATUS_OK : IPMON_STATUS_BAD_ARGUMENT, "ipmon_get_stats", __FILE__,
                 __LINE__);
    CHECK(untouched(good ? size : 0, sizeof(ipmon_stats) + 8));
}

static void any_packet_size(uint64_t any)
{
    size_t size = (size_t)any;
    int good = size >= sizeof(ipmon_packet) && size <= LARGEST;
    memset(room, GUARD, sizeof(ipmon_packet) + 8);
    CHECK_EQ(ipmon_next_batch(m, (ipmon_packet *)(void *)room, size, 1, 0),
             IPMON_STATUS_BAD_ARGUMENT);
    CHECK_EQ(strstr(last_error(m), "pass its sizeof") == NULL, good);
    CHECK(untouched(0, sizeof(ipmon_packet) + 8));
}

static void any_stream(uint64_t rows, uint32_t columns)
{
    struct ArrowArrayStream stream;
    int good = rows <= 1048576 && columns <= IPMON_COLUMN_ALL;
    /* Nothing is open. */
    CHECK_STATUS(ipmon_arrow_stream(m, (size_t)rows, columns, &stream), BAD_ARGUMENT);
    CHECK_EQ(strstr(last_error(m), "can be") == NULL, good);
}

#define ARRAYS(what, type)                                                          \
    static void any_##what(uint64_t stride, uint64_t capacity)                      \
    {                                                                               \
        size_t count = 0, there = 0;                                                \
        ipmon_status want = IPMON_STATUS_OK;                                        \
        type *out = (type *)(void *)room;                                           \
        CHECK_STATUS(ipmon_##what(NULL, sizeof(type), 0, &there), OK);              \
        REQUIRE(there < 64);                                                        \
        if (stride < sizeof(type) || stride > LARGEST)                              \
            want = IPMON_STATUS_BAD_ARGUMENT;                                       \
        else if (capacity < there)                                                  \
            want = IPMON_STATUS_BAD_SIZE;                                           \
        memset(room, GUARD, sizeof(type) + 8);                                      \
        check_status(ipmon_##what(out, (size_t)stride, (size_t)capacity, &count),   \
                     want, "ipmon_" #what, __FILE__, __LINE__);                     \
        CHECK_EQ(count, want == IPMON_STATUS_BAD_ARGUMENT ? 0 : there);             \
        if (want != IPMON_STATUS_OK)                                                \
            CHECK(untouched(0, sizeof(type) + 8));                                  \
    }

ARRAYS(list_adapters, ipmon_adapter)
ARRAYS(list_ip_addresses, ipmon_ip_address)

/* All numbers are as likely as those of few bits, and those beside a limit. */
static uint64_t any_number(uint64_t *state)
{
    static const uint64_t limits[] = {
        0, 1, 2, 3, 4, 6, 10, 20000, 65536, 262144, 1048576, INT32_MAX, UINT32_MAX, INT64_MAX,
        sizeof(ipmon_stats), sizeof(ipmon_adapter), sizeof(ipmon_ip_address), sizeof HOST,
    };
    uint64_t r = random_number(state), value = random_number(state);
    values++;
    switch (r & 3) {
    case 0: return value;
    case 1: return value >> (r >> 8 & 63);
    case 2: return ~(value >> (r >> 8 & 63));
    default:
        return limits[(r >> 8) % (sizeof limits / sizeof *limits)] + (r >> 40 & 3) - 2;
    }
}

static void all_at_random(void)
{
    static void (*const numbers[])(uint32_t) = {
        any_direction,   any_snap_length,  any_buffer_size, any_latency,
        any_file_access, any_promiscuous,  any_address_text, any_accept_data,
        any_active,      any_wait,         any_status,      any_version,
        any_reopen,      any_all_multicast, any_time_source, any_pull,
    };
    uint64_t state = UINT64_C(0x853c49e6748fea9b);
    long count = full(1000000);
    size_t i;
    CHECK_STATUS(ipmon_reset(m), OK);
    CHECK_STATUS(ipmon_set_local_host(m, HOST), OK);
    while (values < count) {
        for (i = 0; i < sizeof numbers / sizeof *numbers; i++)
            numbers[i]((uint32_t)any_number(&state));
        any_text_size(any_number(&state));
        any_struct_size(any_number(&state));
        any_packet_size(any_number(&state));
        any_stream(any_number(&state), (uint32_t)any_number(&state));
        /* The system is asked each time. */
        if (random_number(&state) % 64 == 0) {
            uint64_t stride = any_number(&state);
            any_list_adapters(stride, any_number(&state));
            any_list_ip_addresses(stride, any_number(&state));
        }
    }
}

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
    watchdog(100);
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
    time_source(-1, 2);
    file_access(INT_MIN, 256);

    CHECK_STATUS(ipmon_wait(m, -2), BAD_ARGUMENT);
    CHECK_STATUS(ipmon_wait(m, INT_MIN), BAD_ARGUMENT);
    CHECK_STATUS(ipmon_wait(m, INT_MAX), OK);

    for (i = 0; i < sizeof versions / sizeof *versions; i++)
        CHECK_STATUS(ipmon_format_address(ip, versions[i], text, sizeof text), BAD_ARGUMENT);

    truth(ipmon_set_promiscuous, ipmon_get_promiscuous);
    truth(ipmon_set_address_text, ipmon_get_address_text);
    truth(ipmon_set_accept_data, ipmon_get_accept_data);
    truth(ipmon_set_reopen, ipmon_get_reopen);
    truth(ipmon_set_all_multicast, ipmon_get_all_multicast);

    all_at_random();
    FIGURES("%ld random values for 29 arguments", values);
    CHECK_STATUS(ipmon_free(m), OK);
    return verdict();
}
