/* A parse that waits for bytes which do not come ends like any other: by a stop, a
 * free or an interrupt on another thread. */
#include "check.h"

static ipmon_t *m;
static struct seen s;
static int started, result;

static void *parse(void *unused)
{
    (void)unused;
    STORE(started, 1);
    STORE(result, ipmon_parse_pcap_file(m, "-"));
    return NULL;
}

enum how { STOP, FREE, INTERRUPT };

static void check_end(enum how how)
{
    pthread_t thread;
    m = new_monitor();
    see_all(m, &s);
    STORE(started, 0);
    REQUIRE(pthread_create(&thread, NULL, parse, NULL) == 0);
    WAIT_UNTIL(LOAD(started), 10);
    /* Time to arrive in the wait; without it the test is weaker, not wrong. */
    sleep_us(20000);
    switch (how) {
    case STOP:
        CHECK_STATUS(ipmon_set_active(m, 0), OK);
        break;
    case FREE:
        CHECK_STATUS(ipmon_free(m), OK);
        break;
    case INTERRUPT:
        ipmon_interrupt(m);
        break;
    }
    pthread_join(thread, NULL);
    CHECK_STATUS(LOAD(result), INTERRUPTED);
    CHECK_EQ(s.packets, 0);
    CHECK_EQ(s.after_end, 0);
    if (how == FREE)
        CHECK_STATUS(ipmon_free(m), BAD_HANDLE);
    else
        CHECK_STATUS(ipmon_free(m), OK);
}

int main(void)
{
    int ends[2];
    int i;
    watchdog(60);
    REQUIRE(pipe(ends) == 0 && dup2(ends[0], 0) == 0);
    close(ends[0]);
    for (i = 0; i < 5; i++) {
        check_end(STOP);
        check_end(FREE);
        check_end(INTERRUPT);
    }
    close(ends[1]);
    return verdict();
}
