/* A text comes back into the caller's buffer with the size that it needs; where
 * it does not fit it is cut, ends with NUL, and nothing behind it is touched. */
#include "check.h"

typedef ipmon_status get_text(ipmon_t *, char *, size_t, size_t *);

/* Asks with every size from 0 to more than enough. */
static void check_sizes(ipmon_t *m, get_text *get, const char *want)
{
    size_t length = strlen(want);
    size_t needed = 0, size;
    char text[512];
    REQUIRE(length + 3 < sizeof text);

    CHECK_STATUS(get(m, NULL, 0, &needed), OK);
    CHECK_EQ(needed, length + 1);
    for (size = 0; size <= length + 2; size++) {
        memset(text, '#', sizeof text);
        needed = 0;
        if (size <= length) {
            CHECK_STATUS(get(m, text, size, &needed), BAD_SIZE);
            if (size > 0) {
                CHECK(memcmp(text, want, size - 1) == 0);
                CHECK_EQ(text[size - 1], 0);
            }
        } else {
            CHECK_STATUS(get(m, text, size, &needed), OK);
            CHECK_TEXT(text, want);
        }
        CHECK_EQ(needed, length + 1);
        CHECK_EQ(text[size], '#');
        /* The same without asking for the size. */
        CHECK_STATUS(get(m, text, length + 1, NULL), OK);
    }
}

static void check_cut_character(ipmon_t *m)
{
    /* Two bytes for the second character: a cut between them leaves it out,
     * because the texts of the library are UTF-8. */
    char text[4];
    CHECK_STATUS(ipmon_set_local_host(m, "a\xc3\xa9"), OK);
    memset(text, '#', sizeof text);
    CHECK_STATUS(ipmon_get_local_host(m, text, 3, NULL), BAD_SIZE);
    CHECK_TEXT(text, "a");
}

int main(void)
{
    ipmon_t *m = new_monitor();
    char error[512] = "?";
    watchdog(30);

    check_sizes(m, ipmon_last_error, "");
    check_sizes(m, ipmon_get_local_host, "");
    CHECK_STATUS(ipmon_set_local_host(m, "192.0.2.1"), OK);
    check_sizes(m, ipmon_get_local_host, "192.0.2.1");
    check_cut_character(m);
    if (have_filters()) {
        CHECK_STATUS(ipmon_set_filter(m, "tcp port 443 or udp"), OK);
        check_sizes(m, ipmon_get_filter, "tcp port 443 or udp");
    }

    CHECK_STATUS(ipmon_set_latency(m, 20001), BAD_ARGUMENT);
    CHECK_STATUS(ipmon_last_error(m, error, sizeof error, NULL), OK);
    CHECK(is_one_line(error));
    /* Success does not clear it. */
    CHECK_STATUS(ipmon_set_latency(m, 0), OK);
    CHECK_TEXT(last_error(m), error);
    /* Each monitor has its own. */
    {
        ipmon_t *other = new_monitor();
        CHECK_TEXT(last_error(other), "");
        CHECK_STATUS(ipmon_free(other), OK);
    }
    CHECK_STATUS(ipmon_free(m), OK);
    return verdict();
}
