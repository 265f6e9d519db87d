/* What a callback of a live capture does to its own monitor: stop it, free it, start it
 * again, replace its callbacks, parse a file with it; and two captures whose callbacks stop
 * each other while this thread stops both. Each of them many times: the codes are those
 * that the header states, and nothing waits for ever. */
#include "calls.h"
#include "capture.h"
#include "net.h"

enum what { STOP, FREE, RESTART, REPLACE, PARSE, KINDS };

static const char *const names[KINDS] = {"stop", "free", "restart", "replace", "reparse"};

struct run {
    ipmon_t *m;
    enum what what;
    unsigned long packets, ended, late;
};

static struct capture file;
static int sender;
static long crossings;

static void on_packet(const ipmon_packet *packet, void *user)
{
    struct run *run = (struct run *)user;
    ipmon_t *m = run->m;
    (void)packet;
    run->late += run->ended != 0;
    if (run->packets++ > 0)
        return;
    switch (run->what) {
    case STOP:
        CHECK_STATUS(ipmon_set_active(m, 0), OK);
        CHECK_EQ(is_active(m), 0);
        break;
    case FREE:
        CHECK_STATUS(ipmon_free(m), OK);
        CHECK_STATUS(ipmon_free(m), BAD_HANDLE);
        CHECK_STATUS(ipmon_set_active(m, 1), BAD_HANDLE);
        break;
    case RESTART:
        /* It runs. */
        CHECK_STATUS(ipmon_set_active(m, 1), OK);
        CHECK_STATUS(ipmon_set_active(m, 0), OK);
        CHECK_STATUS(ipmon_set_active(m, 1), BUSY);
        break;
    case REPLACE:
        CHECK_STATUS(ipmon_set_on_ip_packet(m, ignore_packet, NULL), BUSY);
        CHECK_STATUS(ipmon_set_on_notice(m, ignore_notice, NULL), BUSY);
        CHECK_STATUS(ipmon_set_on_ip_packet(m, NULL, NULL), OK);
        CHECK_STATUS(ipmon_set_active(m, 0), OK);
        break;
    default:
        CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), BUSY);
        CHECK_STATUS(ipmon_set_active(m, 0), OK);
        CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), BUSY);
        break;
    }
}

static void on_notice(const ipmon_notice *notice, void *user)
{
    struct run *run = (struct run *)user;
    if (notice->code == IPMON_NOTICE_ENDED) {
        CHECK_STATUS(notice->status, OK);
        if (run->what == FREE)
            CHECK_STATUS(ipmon_wait(run->m, -1), BAD_HANDLE);
        else
            CHECK_STATUS(ipmon_wait(run->m, -1), PENDING);
        ADD(run->ended, 1);
    }
}

static ipmon_t *set_up(struct run *run, enum what what)
{
    memset(run, 0, sizeof *run);
    run->m = new_live("lo", NULL);
    run->what = what;
    CHECK_STATUS(ipmon_set_buffer_size(run->m, 1048576), OK);
    CHECK_STATUS(ipmon_set_on_ip_packet(run->m, on_packet, run), OK);
    CHECK_STATUS(ipmon_set_on_notice(run->m, on_notice, run), OK);
    return run->m;
}

static void send_one(void)
{
    send_stamped(sender, "127.0.0.1", OUR_PORT, 0, 64);
}

/* Whether it ends is asked of the library where it can be, and seen otherwise. */
static void one_run(struct run *run)
{
    ipmon_t *m = run->m;
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    send_one();
    send_one();
    WAIT_UNTIL(LOAD(run->ended) == 1, 5);
    if (run->what == FREE) {
        CHECK_STATUS(ipmon_wait(m, 5000), BAD_HANDLE);
    } else {
        CHECK_STATUS(ipmon_wait(m, 5000), OK);
        check_ledger(m);
    }
    CHECK_EQ(run->packets, 1);
    CHECK_EQ(run->late, 0);
}

static void alone(enum what what, long count)
{
    struct run run;
    long i;
    for (i = 0; i < count; i++) {
        if (i == 0 || what == FREE)
            set_up(&run, what);
        if (what == REPLACE)
            CHECK_STATUS(ipmon_set_on_ip_packet(run.m, on_packet, &run), OK);
        run.packets = run.ended = 0;
        one_run(&run);
    }
    if (what != FREE)
        CHECK_STATUS(ipmon_free(run.m), OK);
    /* The thread of a capture that was freed in its callback is nobody's to join. */
}

static ipmon_t *pair[2];

static void stop_the_other(const ipmon_packet *packet, void *user)
{
    ipmon_t *other = *(ipmon_t **)user;
    ipmon_status got = ipmon_set_active(other, 0);
    (void)packet;
    CHECK(got == IPMON_STATUS_OK || got == IPMON_STATUS_PENDING);
    if (got == IPMON_STATUS_PENDING)
        ADD(crossings, 1);
}

static void crossing(long count)
{
    struct seen seen[2];
    long i;
    int j;
    for (j = 0; j < 2; j++) {
        pair[j] = new_live("lo", &seen[j]);
        CHECK_STATUS(ipmon_set_buffer_size(pair[j], 1048576), OK);
    }
    for (j = 0; j < 2; j++)
        CHECK_STATUS(ipmon_set_on_ip_packet(pair[j], stop_the_other, &pair[1 - j]), OK);
    for (i = 0; i < count; i++) {
        CHECK_STATUS(ipmon_set_active(pair[0], 1), OK);
        CHECK_STATUS(ipmon_set_active(pair[1], 1), OK);
        send_one();
        if (i % 2)
            sleep_us(i % 20 * 100);
        for (j = 0; j < 2; j++) {
            CHECK_STATUS(ipmon_set_active(pair[j], 0), OK);
            CHECK_STATUS(ipmon_wait(pair[j], 0), OK);
            check_ledger(pair[j]);
        }
    }
    for (j = 0; j < 2; j++) {
        CHECK_STATUS(ipmon_free(pair[j]), OK);
        CHECK_EQ(seen[j].ended, count);
    }
}

int main(void)
{
    long count = full(1000);
    int sink, what;
    watchdog(100);
    need_live();
    pcap_of_datagrams(&file, 3);
    sink = udp_socket("127.0.0.1", OUR_PORT);
    sender = udp_socket("127.0.0.1", PEER_PORT);
    for (what = 0; what < KINDS; what++) {
        long before = LOAD(checks_failed);
        alone((enum what)what, count);
        if (LOAD(checks_failed) != before)
            fprintf(stderr, "so in: %s\n", names[what]);
    }
    crossing(count);
    FIGURES("%ld runs of each, 0 hang; %ld stops crossed another", count, LOAD(crossings));
    capture_remove(&file);
    close(sender);
    close(sink);
    return verdict();
}
