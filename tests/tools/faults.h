/* What the programs that take things away from the library share: a capture on loopback
 * whose end is written down, and lines that count. */
#ifndef FAULTS_H
#define FAULTS_H

#include "../c/net.h"
#include "../c/leftovers.h"

/* What became of the part that ran meanwhile. */
struct outcome {
    int32_t made;     /* the monitor was there */
    int32_t status;   /* of the call that the part is about */
    int32_t end;      /* of ipmon_wait() */
    int64_t stop_ns;
    char text[256];
};

static long passed, failed, skipped;

static inline void report(int good, const char *name, const char *what)
{
    if (good)
        passed++;
    else
        failed++;
    printf("%s %s%s%s\n", good ? "ok" : "not ok", name, *what ? ": " : "", what);
    fflush(stdout);
}

static struct seen s;
static unsigned long arrived;

static inline void on_packet(const ipmon_packet *p, void *user)
{
    (void)user;
    if (p->destination_port == OUR_PORT)
        ADD(arrived, 1);
    see_packet(p, &s);
}

/* Opened before anything fails. */
static int sender;

static inline void send_some(int count)
{
    int i;
    for (i = 0; i < count; i++)
        send_stamped(sender, "127.0.0.1", OUR_PORT, (uint64_t)i, 64);
}

static inline ipmon_t *monitor_for_lo(void)
{
    ipmon_t *m = ipmon_new();
    if (!m)
        return NULL;
    CHECK_STATUS(ipmon_set_local_host(m, "lo"), OK);
    CHECK_STATUS(ipmon_set_buffer_size(m, 2097152), OK);
    see_all(m, &s);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, NULL), OK);
    STORE(arrived, 0);
    return m;
}

static inline void stop_and_note(ipmon_t *m, struct outcome *o)
{
    int64_t begin = now_ns(CLOCK_MONOTONIC);
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    o->stop_ns = now_ns(CLOCK_MONOTONIC) - begin;
    CHECK(o->stop_ns < 5000000000LL);
    CHECK_EQ(is_active(m), 0);
    o->end = ipmon_wait(m, 0);
    if (o->end != IPMON_STATUS_OK)
        snprintf(o->text, sizeof o->text, "%.255s", last_error(m));
}

/* A whole capture, and that it captures. */
static inline void capture_once(ipmon_t *m, struct outcome *o)
{
    o->status = ipmon_set_active(m, 1);
    if (o->status != IPMON_STATUS_OK) {
        snprintf(o->text, sizeof o->text, "%.255s", last_error(m));
        CHECK_EQ(is_active(m), 0);
        CHECK_EQ(s.ended, 0);
        return;
    }
    send_some(5);
    WAIT_UNTIL(LOAD(arrived) == 5 || LOAD(s.ended), 3);
    stop_and_note(m, o);
    if (o->end == IPMON_STATUS_OK)
        CHECK_EQ(arrived, 5);
    CHECK_EQ(s.ended, 1);
    CHECK_EQ(s.errors, o->end != IPMON_STATUS_OK);
    check_ledger(m);
}

static inline void one_good_capture(ipmon_t *m)
{
    struct outcome o;
    memset(&o, 0, sizeof o);
    see_all(m, &s);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, NULL), OK);
    STORE(arrived, 0);
    capture_once(m, &o);
    CHECK_STATUS(o.status, OK);
    CHECK_STATUS(o.end, OK);
}

#endif
