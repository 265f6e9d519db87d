/* Two thousand signals a second at the process, whose handlers restart nothing: they run
 * on the program's threads only, no call returns early because of them, and every packet
 * is counted, of a capture as of a pipe. */
#include "capture.h"
#include "net.h"
#include "peer.h"

#include <sys/stat.h>
#include <sys/syscall.h>

enum { SENT = 300, IN_A_PIPE = 200, WAIT_MS = 60 };

static pid_t main_thread;
static unsigned long alarms, users, elsewhere;
static struct capture file;
static char pipe_path[300];

static void handler(int signal)
{
    int before = errno;
    ADD(*(signal == SIGALRM ? &alarms : &users), 1);
    if (syscall(SYS_gettid) != main_thread)
        ADD(elsewhere, 1);
    errno = before;
}

/* A timer of its own: alarm() would be one of the storm. */
static timer_t every(int signal, long period_ns, long first_s)
{
    struct sigevent event;
    struct itimerspec when;
    timer_t timer;
    memset(&event, 0, sizeof event);
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = signal;
    REQUIRE(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
    memset(&when, 0, sizeof when);
    when.it_value.tv_sec = first_s;
    when.it_value.tv_nsec = first_s ? 0 : period_ns;
    when.it_interval.tv_nsec = period_ns;
    REQUIRE(timer_settime(timer, 0, &when, NULL) == 0);
    return timer;
}

static void storm(int on)
{
    static timer_t timers[2];
    if (on) {
        long period = slow() ? 50000000 : 1000000;
        timers[0] = every(SIGALRM, period, 0);
        timers[1] = every(SIGUSR1, period, 0);
    } else {
        timer_delete(timers[0]);
        timer_delete(timers[1]);
    }
}

static void a_capture(const struct peer *peer)
{
    struct seen s;
    ipmon_stats counters;
    ipmon_t *m = new_live(OUR_END, &s);
    int64_t began;
    /* Nothing may be dropped for want of room while other programs have the processor. */
    CHECK_STATUS(ipmon_set_buffer_size(m, 33554432), OK);
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    peer_send(peer, SENT, slow() ? 500 : 10000, 64);
    began = now_ns(CLOCK_MONOTONIC);
    CHECK_STATUS(ipmon_wait(m, WAIT_MS), TIMEOUT);
    CHECK(now_ns(CLOCK_MONOTONIC) - began >= WAIT_MS * INT64_C(1000000));
    CHECK_EQ(peer_sent(peer), SENT);
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    CHECK_STATUS(ipmon_wait(m, -1), OK);
    counters = check_ledger(m);
    /* ARP asks again now and then. */
    CHECK_EQ(counters.received - counters.not_ip, SENT);
    CHECK_EQ(counters.delivered, SENT);
    CHECK_EQ(s.packets, SENT);
    CHECK_EQ(s.ended, 1);
    CHECK_EQ(s.errors + s.notices, 0);
    CHECK_STATUS(ipmon_free(m), OK);
}

/* Writes the file into the pipe, in pieces that split records. */
static void writer(void)
{
    char piece[97];
    size_t n;
    FILE *from = fopen(file.path, "rb");
    int to = open(pipe_path, O_WRONLY);
    REQUIRE(from != NULL && to >= 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while ((n = fread(piece, 1, sizeof piece, from)) > 0) {
        REQUIRE(write(to, piece, n) == (ssize_t)n);
        sleep_us(200);
    }
    raise(SIGKILL);
}

static void a_pipe(void)
{
    struct seen s;
    ipmon_stats counters;
    ipmon_t *m = new_monitor();
    pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0)
        writer();
    see_all(m, &s);
    CHECK_STATUS(ipmon_parse_pcap_file(m, pipe_path), OK);
    counters = check_ledger(m);
    CHECK_EQ(counters.received, IN_A_PIPE);
    CHECK_EQ(s.packets, IN_A_PIPE);
    CHECK_STATUS(ipmon_free(m), OK);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
    }
}

int main(void)
{
    struct peer peer;
    struct sigaction action;
    int64_t began, took;
    long i, count = full(100);
    int sink;
    need_live();
    /* What alarm() does elsewhere. */
    every(SIGKILL, 0, slow() ? 250 : 140 * (count == 100 ? 10 : 1));
    peer = peer_new();
    sink = udp_socket(OUR_ADDRESS, OUR_PORT);
    pcap_of_datagrams(&file, IN_A_PIPE);
    snprintf(pipe_path, sizeof pipe_path, "%s.pipe", file.path);
    REQUIRE(mkfifo(pipe_path, 0600) == 0);
    main_thread = getpid();
    memset(&action, 0, sizeof action);
    action.sa_handler = handler; /* without SA_RESTART */
    REQUIRE(sigaction(SIGALRM, &action, NULL) == 0 && sigaction(SIGUSR1, &action, NULL) == 0);
    began = now_ns(CLOCK_MONOTONIC);
    for (i = 0; i < count; i++) {
        storm(1);
        a_capture(&peer);
        a_pipe();
        storm(0);
    }
    took = (now_ns(CLOCK_MONOTONIC) - began) / 1000000;
    CHECK_EQ(LOAD(elsewhere), 0);
    CHECK(LOAD(alarms) > 0 && LOAD(users) > 0);
    if (!slow())
        CHECK((int64_t)(LOAD(alarms) + LOAD(users)) > took);
    FIGURES("%ld rounds, %lu signals in %ld ms, none on a thread of the library", count,
            LOAD(alarms) + LOAD(users), (long)took);
    CHECK_EQ(unlink(pipe_path), 0);
    capture_remove(&file);
    close(sink);
    peer_free(&peer);
    return verdict();
}
