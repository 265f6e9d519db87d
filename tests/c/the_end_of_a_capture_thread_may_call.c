/* What runs when the thread of a capture ends (thread-specific data, a thread_local of
 * C++) may call everything, on the monitor of that thread too, while another thread
 * starts it again: nothing waits for the thread that it is on. */
#include "net.h"

enum what { STOPS, FREES, STARTS, RESETS, KINDS };

static pthread_key_t key;
static enum what what;
static int done;
static ipmon_t *m;

static void at_thread_end(void *unused)
{
    ipmon_status status = IPMON_STATUS_OK;
    (void)unused;
    sleep_us(1000);
    switch (what) {
    case STOPS: status = ipmon_set_active(m, 0); break;
    case FREES: status = ipmon_free(m); break;
    case RESETS: status = ipmon_reset(m); break;
    default: status = ipmon_set_active(m, 1); break;
    }
    /* A start would have to wait for this thread. */
    if (!LOAD(done) && what != RESETS)
        check_status(status, what == STARTS ? IPMON_STATUS_BUSY : IPMON_STATUS_OK, "the call",
                     __FILE__, __LINE__);
    /* The thread of a second run comes when the monitor is freed. */
    else
        CHECK(status == IPMON_STATUS_OK || status == IPMON_STATUS_BUSY
              || status == IPMON_STATUS_BAD_HANDLE);
    STORE(done, 1);
}

static void on_packet(const ipmon_packet *packet, void *user)
{
    (void)packet;
    (void)user;
    if (!pthread_getspecific(key))
        CHECK_EQ(pthread_setspecific(key, &key), 0);
}

int main(void)
{
    long i, count = full(100);
    pid_t sender;
    watchdog(60);
    need_live();
    REQUIRE(pthread_key_create(&key, at_thread_end) == 0);
    sender = loopback_traffic();
    if (count < KINDS)
        count = KINDS;
    for (i = 0; i < count; i++) {
        struct seen s;
        what = (enum what)(i % KINDS);
        STORE(done, 0);
        m = new_live("lo", &s);
        CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, &s), OK);
        CHECK_STATUS(ipmon_set_active(m, 1), OK);
        WAIT_UNTIL(stats_of(m).delivered > 3, 10);
        CHECK_STATUS(ipmon_set_active(m, 0), OK);
        /* A start has to wait for the thread that calls meanwhile. */
        if (i / KINDS % 2) {
            ipmon_status status = ipmon_set_active(m, 1);
            CHECK(status == IPMON_STATUS_OK || status == IPMON_STATUS_BUSY
                  || (what == FREES
                      && (status == IPMON_STATUS_BAD_HANDLE
                          || status == IPMON_STATUS_INTERRUPTED)));
            if (what != FREES)
                CHECK_STATUS(ipmon_set_active(m, 0), OK);
        }
        WAIT_UNTIL(LOAD(done), 10);
        if (what == STARTS) {
            CHECK_EQ(is_active(m), 0);
            CHECK_STATUS(ipmon_set_active(m, 1), OK);
        }
        check_status(ipmon_free(m), what == FREES ? IPMON_STATUS_BAD_HANDLE : IPMON_STATUS_OK,
                     "the free", __FILE__, __LINE__);
    }
    end_traffic(sender);
    FIGURES("%ld ends of a thread", count);
    return verdict();
}
