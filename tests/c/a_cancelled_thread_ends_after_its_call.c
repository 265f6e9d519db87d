/* pthread_cancel() does not tear a thread out of the library: the call that it is in and
 * its callbacks go on to their end, and the thread ends at its next cancellation point
 * behind. The thread of a capture is not cancelled at all. */
#include "capture.h"
#include "net.h"

static ipmon_t *m;
static struct seen s;
static struct capture file;
static int inside, returned, result, captured;
static pthread_t capture_thread;

/* A cancellation point in a callback, while the thread is asked to end. */
static void on_packet(const ipmon_packet *packet, void *user)
{
    STORE(inside, 1);
    sleep_us(1000);
    pthread_testcancel();
    see_packet(packet, user);
}

static ipmon_status wait_for_ever(void)
{
    STORE(inside, 1);
    return ipmon_wait(m, -1);
}

static ipmon_status pull(void)
{
    ipmon_packet packet;
    STORE(inside, 1);
    return (ipmon_status)ipmon_next_batch(m, &packet, sizeof packet, 1, -1);
}

static ipmon_status do_events(void)
{
    STORE(inside, 1);
    return ipmon_do_events(m, -1);
}

static ipmon_status parse_what_is_there(void) { return ipmon_parse_pcap_file(m, file.path); }

static ipmon_status parse_a_silent_pipe(void)
{
    STORE(inside, 1);
    return ipmon_parse_pcap_file(m, "-");
}

static void *call(void *what)
{
    ipmon_status (*const *make)(void) = (ipmon_status (*const *)(void))what;
    int before;
    STORE(result, (*make)());
    STORE(returned, 1);
    /* The call left the thread as it was. */
    CHECK_EQ(pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &before), 0);
    CHECK_EQ(before, PTHREAD_CANCEL_ENABLE);
    /* Here it ends. */
    WAIT_UNTIL(0, 10);
    return NULL;
}

/* Cancels a thread inside of a call, which goes on until `end` says so. */
static void check_call(ipmon_status (*make)(void), ipmon_status want, int ended_from_outside)
{
    pthread_t thread;
    void *joined = NULL;
    STORE(inside, 0);
    STORE(returned, 0);
    REQUIRE(pthread_create(&thread, NULL, call, &make) == 0);
    WAIT_UNTIL(LOAD(inside), 10);
    /* Time to arrive in the wait; without it the test is weaker, not wrong. */
    sleep_us(20000);
    CHECK_EQ(pthread_cancel(thread), 0);
    if (ended_from_outside) {
        sleep_us(20000);
        CHECK_EQ(LOAD(returned), 0);
        ipmon_interrupt(m);
    }
    CHECK_EQ(pthread_join(thread, &joined), 0);
    CHECK(joined == PTHREAD_CANCELED);
    CHECK_EQ(LOAD(returned), 1);
    check_status(LOAD(result), want, "the call", __FILE__, __LINE__);
}

static void on_captured(const ipmon_packet *packet, void *user)
{
    (void)packet;
    (void)user;
    capture_thread = pthread_self();
    ADD(captured, 1);
    pthread_testcancel();
}

static void check_capture(void)
{
    int sink = udp_socket("127.0.0.1", OUR_PORT), sender = udp_socket("127.0.0.1", PEER_PORT), i;
    m = new_live("lo", NULL);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_captured, NULL), OK);
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    for (i = 1; i <= 20; i++) {
        CHECK(send_stamped(sender, "127.0.0.1", OUR_PORT, (uint64_t)i, 64));
        WAIT_UNTIL(LOAD(captured) == i, 10);
        CHECK_EQ(pthread_cancel(capture_thread), 0);
        CHECK_EQ(is_active(m), 1);
    }
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    CHECK_STATUS(ipmon_wait(m, 0), OK);
    check_ledger(m);
    CHECK_STATUS(ipmon_free(m), OK);
    close(sink);
    close(sender);
}

int main(void)
{
    int ends[2];
    watchdog(60);
    need_live();
    REQUIRE(pipe(ends) == 0 && dup2(ends[0], 0) == 0);
    close(ends[0]);
    pcap_of_datagrams(&file, 50);
    m = new_monitor();
    see_all(m, &s);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, &s), OK);

    check_call(parse_what_is_there, IPMON_STATUS_OK, 0);
    CHECK_EQ(s.packets, 50);
    CHECK_EQ(s.ended, 1);
    check_call(parse_a_silent_pipe, IPMON_STATUS_INTERRUPTED, 1);
    CHECK_STATUS(ipmon_open_pcap_file(m, "-"), OK);
    check_call(pull, IPMON_STATUS_INTERRUPTED, 1);
    check_call(do_events, IPMON_STATUS_INTERRUPTED, 1);
    check_call(wait_for_ever, IPMON_STATUS_INTERRUPTED, 1);
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    CHECK_STATUS(ipmon_free(m), OK);
    check_capture();
    capture_remove(&file);
    close(ends[1]);
    return verdict();
}
