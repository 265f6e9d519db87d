/* ipmon_wait() returns when nothing runs any more, with what the run ended with, to
 * everybody who waits; and when the time is over. */
#include "capture.h"

enum { WAITERS = 4 };

static ipmon_t *m;
static struct capture file;
static struct seen s;
static int lingering, release;

static void on_packet(const ipmon_packet *packet, void *user)
{
    see_packet(packet, user);
    STORE(lingering, 1);
    WAIT_UNTIL(LOAD(release), 20);
}

static void *parse(void *unused)
{
    (void)unused;
    CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), TRUNCATED);
    return NULL;
}

static void *wait_for_it(void *unused)
{
    (void)unused;
    CHECK_STATUS(ipmon_wait(m, -1), TRUNCATED);
    /* By then the last callback has returned. */
    CHECK_EQ(LOAD(s.ended), 1);
    return NULL;
}

int main(void)
{
    pthread_t parser, waiters[WAITERS];
    int64_t begin;
    int i;
    watchdog(60);
    m = new_monitor();
    CHECK_STATUS(ipmon_wait(m, 0), OK);
    CHECK_STATUS(ipmon_wait(m, 100000), OK);
    CHECK_STATUS(ipmon_wait(m, -1), OK);

    pcap_of_datagrams(&file, 2);
    REQUIRE(truncate(file.path, 24 + 16 + 64 + 16 + 10) == 0);
    see_all(m, &s);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, &s), OK);
    REQUIRE(pthread_create(&parser, NULL, parse, NULL) == 0);
    WAIT_UNTIL(LOAD(lingering), 10);

    CHECK_STATUS(ipmon_wait(m, 0), TIMEOUT);
    begin = now_ns(CLOCK_MONOTONIC);
    CHECK_STATUS(ipmon_wait(m, 30), TIMEOUT);
    CHECK(now_ns(CLOCK_MONOTONIC) - begin >= 30000000);

    for (i = 0; i < WAITERS; i++)
        REQUIRE(pthread_create(&waiters[i], NULL, wait_for_it, NULL) == 0);
    sleep_us(20000);
    STORE(release, 1);
    for (i = 0; i < WAITERS; i++)
        pthread_join(waiters[i], NULL);
    pthread_join(parser, NULL);
    CHECK_EQ(s.packets, 1);

    CHECK_STATUS(ipmon_wait(m, 0), TRUNCATED);
    CHECK_STATUS(ipmon_free(m), OK);
    capture_remove(&file);
    return verdict();
}
