/* A stop, a free or an interrupt on another thread ends a call that pulls, and a second call
 * meanwhile is BUSY; a stop in a callback of ipmon_do_events() makes the current packet the
 * last. */
#include "capture.h"

#include <sys/stat.h>

static ipmon_packet batch[4];
static char path[300];
static ipmon_t *m;

static void *pull(void *status)
{
    ptrdiff_t n;
    /* The other thread's looks are in the way. */
    do {
        n = ipmon_next_batch(m, batch, sizeof *batch, 4, -1);
    } while (n == IPMON_STATUS_BUSY);
    STORE(*(long *)status, (long)n);
    return NULL;
}

/* 0: interrupt, 1: stop, 2: free, 3: reset. */
static void end_by(int what)
{
    pthread_t thread;
    long status = 1;
    struct seen s;
    int64_t began;
    m = new_monitor();
    see_all(m, &s);
    CHECK_STATUS(ipmon_open_pcap_file(m, path), OK);
    REQUIRE(pthread_create(&thread, NULL, pull, &status) == 0);
    /* Until it is inside: alone, a look finds that nothing came. */
    WAIT_UNTIL(ipmon_next_batch(m, batch, sizeof *batch, 4, 0) == IPMON_STATUS_BUSY, 5);
    CHECK_STATUS(ipmon_do_events(m, 0), BUSY);
    CHECK_EQ(LOAD(status), 1);
    began = now_ns(CLOCK_MONOTONIC);
    if (what == 0)
        ipmon_interrupt(m);
    else
        CHECK_STATUS(what == 1 ? ipmon_set_active(m, 0) : what == 2 ? ipmon_free(m)
                                                                    : ipmon_reset(m), OK);
    pthread_join(thread, NULL);
    if (!slow())
        CHECK(now_ns(CLOCK_MONOTONIC) - began < 500000000);
    CHECK_EQ(status, IPMON_STATUS_INTERRUPTED);
    CHECK_EQ(s.ended, what != 0);
    if (what == 2)
        return;
    if (what == 0)
        CHECK_EQ(ipmon_next_batch(m, batch, sizeof *batch, 4, 0), 0);
    check_ledger(m);
    CHECK_STATUS(ipmon_free(m), OK);
    CHECK_EQ(s.ended, 1);
}

/* Looks until there is no more to look for. */
static void *look(void *status)
{
    ptrdiff_t n;
    while ((n = ipmon_next_batch(m, batch, sizeof *batch, 4, 0)) == 0) {
        STORE(*(long *)status, 0);
        sleep_us(200);
    }
    STORE(*(long *)status, (long)n);
    return NULL;
}

static void take_long(const ipmon_notice *notice, void *user)
{
    (void)notice;
    (void)user;
    sleep_us(3000);
}

/* A call that begins while a stop is at work meets the end, and nothing else. */
static void stop_between_calls(void)
{
    pthread_t thread;
    long status = 1;
    m = new_monitor();
    CHECK_STATUS(ipmon_set_on_notice(m, take_long, NULL), OK);
    CHECK_STATUS(ipmon_open_pcap_file(m, path), OK);
    REQUIRE(pthread_create(&thread, NULL, look, &status) == 0);
    WAIT_UNTIL(LOAD(status) == 0, 5);
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    pthread_join(thread, NULL);
    CHECK_EQ(status, IPMON_STATUS_INTERRUPTED);
    CHECK_STATUS(ipmon_free(m), OK);
}

static void stop_in_callback(const ipmon_packet *packet, void *user)
{
    ++*(int *)user;
    CHECK(packet->frame_offset == 0);
    CHECK_STATUS(ipmon_do_events(m, 0), BUSY);
    CHECK_EQ(ipmon_next_batch(m, batch, sizeof *batch, 4, 0), IPMON_STATUS_BUSY);
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
}

int main(void)
{
    struct capture file;
    int i, writer, calls = 0;
    watchdog(60);
    pcap_of_datagrams(&file, 10);
    snprintf(path, sizeof path, "%s.pipe", file.path);
    REQUIRE(mkfifo(path, 0600) == 0);
    writer = open(path, O_RDWR | O_CLOEXEC);
    REQUIRE(writer >= 0);
    for (i = 0; i < rounds(100, 8); i++)
        end_by(i % 4);
    for (i = 0; i < rounds(20, 4); i++)
        stop_between_calls();

    m = new_monitor();
    CHECK_STATUS(ipmon_set_on_ip_packet(m, stop_in_callback, &calls), OK);
    CHECK_STATUS(ipmon_open_pcap_file(m, file.path), OK);
    CHECK_STATUS(ipmon_do_events(m, -1), INTERRUPTED);
    CHECK_EQ(calls, 1);
    CHECK_EQ(check_ledger(m).delivered, 1);
    CHECK_STATUS(ipmon_free(m), OK);
    close(writer);
    CHECK_EQ(unlink(path), 0);
    capture_remove(&file);
    return verdict();
}
