/* A callback may be taken away while the monitor runs; when that returned OK, it is
 * not running and will not be called. Another one may not be put in its place. */
#include "calls.h"
#include "capture.h"

/* Far more than the slow callback can take before it is removed. */
enum { PACKETS = 4000 };

static struct capture file;
static ipmon_t *m;
static struct seen s;
static int gone, late, done;

/* Takes itself away: the current call is the last, and the run goes on. */
static void on_packet_once(const ipmon_packet *packet, void *user)
{
    see_packet(packet, user);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, ignore_packet, NULL), BUSY);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, NULL, NULL), OK);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, ignore_packet, NULL), BUSY);
}

static void from_inside(void)
{
    ipmon_stats counters;
    see_all(m, &s);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet_once, &s), OK);
    CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), OK);
    CHECK_EQ(s.packets, 1);
    CHECK_EQ(s.ended, 1);
    /* With no callback, packets that would have been delivered count so. */
    counters = check_ledger(m);
    CHECK_EQ(counters.delivered, PACKETS);
}

static void on_packet_slow(const ipmon_packet *packet, void *user)
{
    see_packet(packet, user);
    if (LOAD(gone))
        ADD(late, 1);
    sleep_us(500);
    if (LOAD(gone))
        ADD(late, 1);
}

static void *parse(void *unused)
{
    (void)unused;
    CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), OK);
    STORE(done, 1);
    return NULL;
}

static void from_another_thread(void)
{
    pthread_t thread;
    STORE(gone, 0);
    STORE(done, 0);
    see_all(m, &s);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet_slow, &s), OK);
    REQUIRE(pthread_create(&thread, NULL, parse, NULL) == 0);
    WAIT_UNTIL(LOAD(s.packets) >= 3, 10);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, NULL, NULL), OK);
    STORE(gone, 1);
    CHECK(LOAD(s.packets) < PACKETS);
    CHECK_STATUS(ipmon_set_on_notice(m, NULL, NULL), OK);
    CHECK_STATUS(ipmon_set_on_error(m, NULL, NULL), OK);
    pthread_join(thread, NULL);
    CHECK_EQ(LOAD(late), 0);
}

int main(void)
{
    int i;
    watchdog(60);
    m = new_monitor();
    pcap_of_datagrams(&file, PACKETS);
    from_inside();
    for (i = 0; i < rounds(100, 5); i++)
        from_another_thread();
    CHECK_STATUS(ipmon_free(m), OK);
    capture_remove(&file);
    return verdict();
}
