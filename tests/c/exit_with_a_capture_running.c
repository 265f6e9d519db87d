/* exit() stops captures before the program's own statics go, wherever it is called: on
 * the main thread or another, by a return from main, in the callback of a capture or of a
 * file, and while another thread starts captures. Callbacks that do not return are waited
 * for once, not once each. A thousand programs end with their own exit status. */
#include "capture.h"
#include "net.h"

enum { CODE = 7, STUCK_CAPTURES = 4 };

enum where {
    MAIN,
    RETURN,
    THREAD,
    CALLBACK,
    TOGGLED,
    AT_ONCE, /* _exit(), which runs nothing */
    KINDS,
    FILE_CALLBACK,
    STUCK
};

static unsigned long calls, late, starts;
static int gone, thorough;
static struct capture file;
static enum where where;

static void on_packet(const ipmon_packet *packet, void *user)
{
    (void)packet;
    (void)user;
    ADD(calls, 1);
    if (LOAD(gone))
        ADD(late, 1);
    if ((where == CALLBACK || where == FILE_CALLBACK) && LOAD(calls) == 10)
        exit(CODE);
    if (where == STUCK)
        sleep_us(30000000);
}

/* An instrument would look for leaks now, in a program that was told to end in the
 * midst of its work: with one, programs end by a signal of their own. */
static void end_at_once(void)
{
    if (slow())
        raise(SIGKILL);
    _exit(CODE);
}

/* Registered before the library was used, so that it runs after the library's own
 * end, as the destructors of statics do. */
static void statics_go(void)
{
    STORE(gone, 1);
    sleep_us(thorough || where == TOGGLED ? 100000 : 3000);
    if (LOAD(late) || LOAD(checks_failed))
        _exit(1);
    if (slow())
        raise(SIGKILL);
}

static void start(ipmon_t *m)
{
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, NULL), OK);
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
}

static void *exits(void *unused)
{
    (void)unused;
    exit(CODE);
}

/* Starts a capture again and again, until it is told that the program ends. */
static void *toggles(void *unused)
{
    ipmon_t *m = new_live("lo", NULL);
    ipmon_status status;
    (void)unused;
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, NULL), OK);
    while ((status = ipmon_set_active(m, 1)) == IPMON_STATUS_OK) {
        ADD(starts, 1);
        sleep_us(5000);
        CHECK_STATUS(ipmon_set_active(m, 0), OK);
    }
    CHECK_STATUS(status, INTERRUPTED);
    return NULL;
}

/* A program that ends while datagrams come in over loopback. */
static int child_main(void)
{
    pthread_t thread;
    int i;
    watchdog(20);
    REQUIRE(atexit(statics_go) == 0);
    if (where == FILE_CALLBACK) {
        ipmon_t *m = new_monitor();
        CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, NULL), OK);
        CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), OK);
        _exit(1);
    }
    for (i = 0; i < (where == STUCK ? STUCK_CAPTURES : 1); i++)
        start(new_live("lo", NULL));
    WAIT_UNTIL(LOAD(calls) >= (where == STUCK ? STUCK_CAPTURES : 3), 10);
    switch (where) {
    case MAIN:
    case STUCK: exit(CODE);
    case AT_ONCE: end_at_once(); break;
    case THREAD: REQUIRE(pthread_create(&thread, NULL, exits, NULL) == 0); break;
    case TOGGLED:
        REQUIRE(pthread_create(&thread, NULL, toggles, NULL) == 0);
        WAIT_UNTIL(LOAD(starts) > 0, 10);
        sleep_us((long)getpid() * 7919 % 20000);
        exit(CODE);
    case RETURN: return CODE;
    default: break;
    }
    sleep_us(10000000);
    _exit(2);
}

/* Forks: 0 in the child, which has to go on with child_main(). */
static pid_t check_exit(enum where it)
{
    int status = -1;
    pid_t child;
    where = it;
    child = fork();
    REQUIRE(child >= 0);
    if (child == 0)
        return 0;
    CHECK_EQ(waitpid(child, &status, 0), child);
    if (slow())
        CHECK_EQ(status, SIGKILL);
    else
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == CODE);
    return child;
}

int main(void)
{
    int64_t began;
    long i, count;
    pid_t probe, sender;
    int live = 0;
    watchdog(140);
    pcap_of_datagrams(&file, 20);
    if (check_exit(FILE_CALLBACK) == 0)
        return child_main();
    /* Asked in a child: this program must not have used the library when it forks. */
    probe = fork();
    REQUIRE(probe >= 0);
    if (probe == 0) {
        need_live();
        _exit(0);
    }
    CHECK_EQ(waitpid(probe, &live, 0), probe);
    if (live != 0 || !own_namespace()) {
        capture_remove(&file);
        if (!LOAD(checks_failed))
            SKIP("the live part needs root: network namespaces");
        return verdict();
    }
    sender = loopback_traffic();
    count = full(1000) < KINDS ? KINDS : full(1000);
    for (i = 0; i < count; i++) {
        thorough = i < KINDS;
        if (check_exit((enum where)(i % KINDS)) == 0)
            return child_main();
    }
    began = now_ns(CLOCK_MONOTONIC);
    if (check_exit(STUCK) == 0)
        return child_main();
    if (!slow())
        CHECK(now_ns(CLOCK_MONOTONIC) - began < INT64_C(4000000000));
    end_traffic(sender);
    as_root();
    capture_remove(&file);
    FIGURES("%ld programs ended with a capture running", count);
    return verdict();
}
