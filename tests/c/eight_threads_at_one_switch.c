/* Eight threads start, stop and set up one monitor at once, under traffic: every call
 * returns OK, or BUSY where it may; a callback is never replaced while it may run, and
 * none comes after the last stop. */
#include "calls.h"
#include "net.h"

enum { THREADS = 8, CALLS_EACH = 4 };

/* What a callback gets with its function: the pair must not be torn. */
struct pair {
    int is;
};

static ipmon_t *m;
static struct pair one = {1}, two = {2};
static unsigned long torn, starts, busy, replaced, late, calls;
static int quiet;

static void see_call(const void *user, int which)
{
    if (((const struct pair *)user)->is != which)
        ADD(torn, 1);
    if (LOAD(quiet))
        ADD(late, 1);
    ADD(calls, 1);
}

static void on_packet_one(const ipmon_packet *packet, void *user)
{
    (void)packet;
    see_call(user, 1);
}

static void on_packet_two(const ipmon_packet *packet, void *user)
{
    (void)packet;
    see_call(user, 2);
}

static void note(ipmon_status status, const char *what, unsigned long *count)
{
    if (status == IPMON_STATUS_BUSY)
        ADD(busy, 1);
    else
        check_status(status, IPMON_STATUS_OK, what, __FILE__, __LINE__);
    if (status == IPMON_STATUS_OK && count)
        ADD(*count, 1);
}

static void *work(void *seed)
{
    uint64_t state = *(uint64_t *)seed;
    int i;
    for (i = 0; i < CALLS_EACH; i++) {
        uint64_t r = random_number(&state);
        switch (r % 6) {
        case 0:
        case 1: note(ipmon_set_active(m, 1), "a start", &starts); break;
        /* A stop is never refused. */
        case 2: CHECK_STATUS(ipmon_set_active(m, 0), OK); break;
        case 3: note(ipmon_set_on_ip_packet(m, on_packet_one, &one), "one", &replaced); break;
        case 4: note(ipmon_set_on_ip_packet(m, on_packet_two, &two), "two", &replaced); break;
        default: sleep_us((long)(r >> 8 & 2047)); break;
        }
    }
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS];
    uint64_t seeds[THREADS], state = UINT64_C(0xc2b2ae3d27d4eb4f);
    long i, count = full(1000);
    pid_t sender;
    int t;
    watchdog(140);
    need_live();
    sender = loopback_traffic();
    m = new_live("lo", NULL);
    for (i = 0; i < count; i++) {
        for (t = 0; t < THREADS; t++) {
            seeds[t] = random_number(&state);
            REQUIRE(pthread_create(&threads[t], NULL, work, &seeds[t]) == 0);
        }
        for (t = 0; t < THREADS; t++)
            pthread_join(threads[t], NULL);
        CHECK_STATUS(ipmon_set_active(m, 0), OK);
        STORE(quiet, 1);
        CHECK_EQ(is_active(m), 0);
        check_ledger(m);
        if (i % 8 == 0)
            sleep_us(1000);
        STORE(quiet, 0);
    }
    CHECK_EQ(LOAD(torn), 0);
    CHECK_EQ(LOAD(late), 0);
    CHECK(LOAD(starts) > 0 && LOAD(replaced) > 0 && LOAD(busy) > 0);
    CHECK_STATUS(ipmon_free(m), OK);
    end_traffic(sender);
    FIGURES("%ld rounds of eight threads: %lu starts, %lu replaced, %lu busy, %lu callbacks, 0 torn, "
            "0 late",
            count, starts, replaced, busy, calls);
    return verdict();
}
