/* 300 starts and stops leave as many descriptors and threads as the first. */
#include "net.h"

#include <dirent.h>

static int entries(const char *folder)
{
    DIR *d = opendir(folder);
    int n = 0;
    REQUIRE(d != NULL);
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

static int descriptors(void) { return entries("/proc/self/fd"); }
static int threads(void) { return entries("/proc/self/task"); }

int main(void)
{
    struct seen s;
    ipmon_t *m;
    int i, before_fds, before_threads, with_fds, count = rounds(300, 10);
    watchdog(60);
    need_live();

    before_fds = descriptors();
    before_threads = threads();
    m = new_live("lo", &s);
    with_fds = descriptors();
    /* As the header says of ipmon_new(). */
    CHECK_EQ(with_fds, before_fds + 2);
    for (i = 0; i < count; i++) {
        CHECK_STATUS(ipmon_set_active(m, 1), OK);
        CHECK_STATUS(ipmon_set_active(m, 1), OK);
        CHECK_STATUS(ipmon_set_active(m, 0), OK);
        CHECK_STATUS(ipmon_set_active(m, 0), OK);
        check_ledger(m);
        /* A monitor that is freed while it runs is stopped first. */
        if (i % 10 == 9) {
            CHECK_STATUS(ipmon_set_active(m, 1), OK);
            CHECK_STATUS(ipmon_free(m), OK);
            /* One for each of the ten rounds, and one more. */
            CHECK_EQ(LOAD(s.ended), 11);
            m = new_live("lo", &s);
        }
    }
    /* What is closed behind the stop's back may take a moment. */
    WAIT_UNTIL(descriptors() == with_fds, 5);
    CHECK_STATUS(ipmon_free(m), OK);
    WAIT_UNTIL(descriptors() == before_fds, 5);
    WAIT_UNTIL(threads() <= before_threads + 1, 5);
    return verdict();
}
