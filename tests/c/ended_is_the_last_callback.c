/* Every run ends with exactly one notice ENDED, which says how, and nothing follows:
 * user data may be released in it. */
#include "capture.h"

static unsigned long ended;

/* Checks the notice's fields, and releases what the callbacks use: one more
 * callback would be a use after free. */
static void on_notice(const ipmon_notice *notice, void *user)
{
    struct seen *s = (struct seen *)user;
    int64_t now = now_ns(CLOCK_REALTIME) / 1000;
    CHECK_EQ(notice->struct_size, sizeof *notice);
    CHECK_EQ(notice->code, IPMON_NOTICE_ENDED);
    CHECK_EQ(notice->reserved, 0);
    CHECK_EQ(notice->count, 0);
    CHECK(notice->timestamp > now - 60000000 && notice->timestamp <= now);
    CHECK(is_one_line(notice->text));
    check_status(notice->status, s->end, "the notice's status", __FILE__, __LINE__);
    CHECK_EQ(s->packets, 3);
    CHECK_EQ(s->after_end, 0);
    ended++;
    memset(s, 0xee, sizeof *s);
    free(s);
}

static void check_run(ipmon_t *m, const char *path, ipmon_status want)
{
    struct seen *s = (struct seen *)malloc(sizeof *s);
    unsigned long before = ended;
    REQUIRE(s != NULL);
    see_all(m, s);
    s->end = want;
    CHECK_STATUS(ipmon_set_on_notice(m, on_notice, s), OK);
    check_status(ipmon_parse_pcap_file(m, path), want, path, __FILE__, __LINE__);
    CHECK_EQ(ended, before + 1);
    /* How the run ended is what a wait says, now and later. */
    check_status(ipmon_wait(m, 0), want, "ipmon_wait", __FILE__, __LINE__);
    check_status(ipmon_wait(m, -1), want, "ipmon_wait", __FILE__, __LINE__);
}

int main(void)
{
    ipmon_t *m = new_monitor();
    struct capture file;
    watchdog(30);
    pcap_of_datagrams(&file, 3);
    check_run(m, file.path, IPMON_STATUS_OK);
    REQUIRE((file.file = fopen(file.path, "ab")) != NULL);
    REQUIRE(fwrite("cut", 1, 3, file.file) == 3);
    capture_close(&file);
    check_run(m, file.path, IPMON_STATUS_TRUNCATED);
    CHECK_STATUS(ipmon_free(m), OK);
    CHECK_EQ(ended, 2);
    capture_remove(&file);
    return verdict();
}
