/* A text of a MiB, one that is not UTF-8 where it has to be, or random bytes: each has
 * its status and its line of error text, and changes nothing. A path may be any bytes. */
#include "capture.h"

enum { MIB = 1 << 20 };

static ipmon_t *m;
static long texts;

/* Sequences that UTF-8 does not have (RFC 3629). */
static const char *const not_utf8[] = {
    "\xff", "a\x80", "\xc3", "\xc0\xaf", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80",
    "udp port \xfe", "lo\xc3(",
};

static void check_unchanged(const char *host, const char *filter)
{
    char text[2048];
    CHECK_STATUS(ipmon_get_local_host(m, text, sizeof text, NULL), OK);
    CHECK_TEXT(text, host);
    CHECK_STATUS(ipmon_get_filter(m, text, sizeof text, NULL), OK);
    CHECK_TEXT(text, filter);
}

static void check_refusal(ipmon_status got, ipmon_status want, const char *what)
{
    check_status(got, want, what, __FILE__, __LINE__);
    CHECK(is_one_line(last_error(m)));
    CHECK(strlen(last_error(m)) < 1500);
    texts++;
}

static void a_mebibyte(char fill, const char *filter)
{
    char *text = (char *)malloc(MIB + 1);
    REQUIRE(text != NULL);
    memset(text, fill, MIB);
    text[MIB] = 0;
    check_refusal(ipmon_set_local_host(m, text), IPMON_STATUS_BAD_ARGUMENT, "a MiB of host");
    check_refusal(ipmon_set_filter(m, text), IPMON_STATUS_FILTER_TOO_COMPLEX, "a MiB of filter");
    check_refusal(ipmon_parse_pcap_file(m, text), IPMON_STATUS_BAD_ARGUMENT, "a MiB of path");
    check_unchanged("lo", filter);
    free(text);
}

/* The longest that is taken, and one byte more. */
static void the_limits(const char *filter)
{
    static const struct {
        size_t host, filter, path;
    } limit = {255, 1024, 4096};
    char text[4200];
    memset(text, 'x', sizeof text);
    text[limit.host + 1] = 0;
    check_refusal(ipmon_set_local_host(m, text), IPMON_STATUS_BAD_ARGUMENT, "a long host");
    check_unchanged("lo", filter);
    text[limit.host] = 0;
    CHECK_STATUS(ipmon_set_local_host(m, text), OK);
    CHECK_STATUS(ipmon_set_local_host(m, "lo"), OK);
    memset(text, ' ', sizeof text);
    text[limit.filter + 1] = 0;
    check_refusal(ipmon_set_filter(m, text), IPMON_STATUS_FILTER_TOO_COMPLEX, "a long filter");
    memset(text, 'x', sizeof text);
    text[limit.path + 1] = 0;
    check_refusal(ipmon_parse_pcap_file(m, text), IPMON_STATUS_BAD_ARGUMENT, "a long path");
    text[limit.path] = 0;
    /* So long a name is the system's to refuse. */
    CHECK(ipmon_parse_pcap_file(m, text) != IPMON_STATUS_OK);
    check_unchanged("lo", filter);
}

static void not_utf8_is_refused(int filters, const char *filter)
{
    size_t i;
    for (i = 0; i < sizeof not_utf8 / sizeof *not_utf8; i++) {
        check_refusal(ipmon_set_local_host(m, not_utf8[i]), IPMON_STATUS_BAD_ARGUMENT, "a host");
        if (filters)
            check_refusal(ipmon_set_filter(m, not_utf8[i]), IPMON_STATUS_BAD_FILTER, "a filter");
        check_refusal(ipmon_parse_pcap_file(m, not_utf8[i]), IPMON_STATUS_NOT_FOUND, "a path");
        check_unchanged("lo", filter);
    }
}

static void random_bytes(int filters, const char *filter)
{
    uint64_t state = UINT64_C(0xda3e39cb94b95bdb);
    long i, count = full(20000);
    for (i = 0; i < count; i++) {
        char text[64];
        size_t length = random_number(&state) % 63, j;
        for (j = 0; j < length; j++)
            text[j] = (char)(1 + random_number(&state) % 255);
        text[j] = 0;
        /* No file has such a name, and no directory lies on its way. */
        if (length && strcmp(text, "-") != 0) {
            ipmon_status status = ipmon_parse_pcap_file(m, text);
            CHECK(status == IPMON_STATUS_NOT_FOUND || status == IPMON_STATUS_IO);
            CHECK(is_one_line(last_error(m)));
            texts++;
        }
        if (filters) {
            ipmon_status status = ipmon_set_filter(m, text);
            CHECK(status == IPMON_STATUS_OK || status == IPMON_STATUS_BAD_FILTER
                  || status == IPMON_STATUS_FILTER_TOO_COMPLEX);
            texts++;
            CHECK_STATUS(ipmon_set_filter(m, filter), OK);
        }
        if (length) {
            ipmon_status status = ipmon_set_local_host(m, text);
            CHECK(status == IPMON_STATUS_OK || status == IPMON_STATUS_BAD_ARGUMENT);
            if (status == IPMON_STATUS_OK)
                check_unchanged(text, filter);
            CHECK_STATUS(ipmon_set_local_host(m, "lo"), OK);
            texts++;
        }
    }
    check_unchanged("lo", filter);
}

/* A file is found under whatever bytes its name has. */
static void any_name_is_read(void)
{
    struct capture file;
    struct seen s;
    char name[300];
    pcap_of_datagrams(&file, 3);
    snprintf(name, sizeof name, "%s-\xff\xfe\xc3\n", file.path);
    REQUIRE(rename(file.path, name) == 0);
    see_all(m, &s);
    CHECK_STATUS(ipmon_set_filter(m, NULL), OK);
    CHECK_STATUS(ipmon_parse_pcap_file(m, name), OK);
    CHECK_EQ(s.packets, 3);
    CHECK_EQ(unlink(name), 0);
}

int main(void)
{
    int filters = have_filters();
    const char *filter = filters ? "udp port 53" : "";
    watchdog(100);
    m = new_monitor();
    CHECK_STATUS(ipmon_set_local_host(m, "lo"), OK);
    CHECK_STATUS(ipmon_set_filter(m, filter), OK);
    a_mebibyte('a', filter);
    a_mebibyte('\xff', filter);
    a_mebibyte('(', filter);
    the_limits(filter);
    not_utf8_is_refused(filters, filter);
    random_bytes(filters, filter);
    any_name_is_read();
    FIGURES("%ld texts", texts);
    CHECK_STATUS(ipmon_free(m), OK);
    return verdict();
}
