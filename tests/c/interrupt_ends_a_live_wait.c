/* ipmon_interrupt() ends a wait for a live capture, from a signal handler and from
 * another thread, and the capture goes on. */
#include "net.h"

static ipmon_t *m;

static void handler(int signal)
{
    (void)signal;
    ipmon_interrupt(m);
}

static void *signal_it(void *thread)
{
    sleep_us(20000);
    pthread_kill(*(pthread_t *)thread, SIGUSR1);
    return NULL;
}

static void *interrupt_it(void *unused)
{
    (void)unused;
    sleep_us(20000);
    ipmon_interrupt(m);
    return NULL;
}

static void check_wait(void *(*by)(void *))
{
    pthread_t self = pthread_self(), other;
    REQUIRE(pthread_create(&other, NULL, by, &self) == 0);
    CHECK_STATUS(ipmon_wait(m, 20000), INTERRUPTED);
    pthread_join(other, NULL);
    CHECK_EQ(is_active(m), 1);
    /* It was for one wait. */
    CHECK_STATUS(ipmon_wait(m, 10), TIMEOUT);
}

int main(void)
{
    struct sigaction action;
    struct seen s;
    int i;
    watchdog(60);
    need_live();
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    REQUIRE(sigaction(SIGUSR1, &action, NULL) == 0);

    m = new_live("lo", &s);
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    for (i = 0; i < rounds(10, 2); i++) {
        check_wait(signal_it);
        check_wait(interrupt_it);
    }
    /* Without a wait it is remembered for the next. */
    ipmon_interrupt(m);
    CHECK_STATUS(ipmon_wait(m, -1), INTERRUPTED);
    CHECK_STATUS(ipmon_wait(m, 10), TIMEOUT);
    CHECK_EQ(s.ended, 0);
    CHECK_STATUS(ipmon_free(m), OK);
    CHECK_EQ(s.ended, 1);
    return verdict();
}
