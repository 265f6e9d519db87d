/* ipmon_interrupt() ends a parse after the current callback: called in it, by a
 * signal handler, by another thread. With nothing to end it ends the next call,
 * once. */
#include "capture.h"

static struct capture file;
static struct seen s;
static ipmon_t *m;
static int entered;

static void on_packet_interrupt(const ipmon_packet *packet, void *user)
{
    see_packet(packet, user);
    ipmon_interrupt(m);
}

static void handler(int signal)
{
    (void)signal;
    ipmon_interrupt(m);
}

static void on_packet_raise(const ipmon_packet *packet, void *user)
{
    see_packet(packet, user);
    if (s.packets == 2)
        raise(SIGUSR1);
}

/* Stays in the callback until the other thread has done it. */
static void on_packet_linger(const ipmon_packet *packet, void *user)
{
    see_packet(packet, user);
    STORE(entered, 1);
    WAIT_UNTIL(LOAD(entered) == 2, 10);
}

static void *interrupter(void *unused)
{
    (void)unused;
    WAIT_UNTIL(LOAD(entered) == 1, 10);
    ipmon_interrupt(m);
    STORE(entered, 2);
    return NULL;
}

static void check_interrupted(ipmon_on_ip_packet_fn callback, unsigned long packets)
{
    see_all(m, &s);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, callback, &s), OK);
    CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), INTERRUPTED);
    CHECK_EQ(s.packets, packets);
    CHECK_EQ(s.ended, 1);
    CHECK_STATUS(s.end, INTERRUPTED);
    CHECK_EQ(s.after_end, 0);
    check_ledger(m);
}

static void check_whole(void)
{
    see_all(m, &s);
    CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), OK);
    CHECK_EQ(s.packets, 100);
}

int main(void)
{
    struct sigaction action;
    pthread_t thread;
    watchdog(60);
    m = new_monitor();
    pcap_of_datagrams(&file, 100);

    check_interrupted(on_packet_interrupt, 1);
    check_whole();

    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    REQUIRE(sigaction(SIGUSR1, &action, NULL) == 0);
    check_interrupted(on_packet_raise, 2);
    check_whole();

    REQUIRE(pthread_create(&thread, NULL, interrupter, NULL) == 0);
    check_interrupted(on_packet_linger, 1);
    pthread_join(thread, NULL);
    check_whole();

    /* Remembered for one call, a parse or a wait. */
    ipmon_interrupt(m);
    ipmon_interrupt(m);
    see_all(m, &s);
    CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), INTERRUPTED);
    CHECK_EQ(s.packets, 0);
    check_whole();
    ipmon_interrupt(m);
    CHECK_STATUS(ipmon_wait(m, -1), INTERRUPTED);
    CHECK_STATUS(ipmon_wait(m, -1), OK);
    check_whole();

    CHECK_STATUS(ipmon_free(m), OK);
    capture_remove(&file);
    return verdict();
}
