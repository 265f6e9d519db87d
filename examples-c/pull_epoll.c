/*
 * pull_epoll: packets in a program's own epoll loop, beside a timer and signals; prints
 * the rates of every second, and the totals at the end.
 *
 *     cc -o pull_epoll pull_epoll.c -lipmon
 *     pull_epoll INTERFACE [FILTER]      live, until Ctrl-C
 *     pull_epoll -r FILE [FILTER]        a capture file, - is standard input
 *
 * No thread and no callback: the library's descriptor says when there is something, and
 * ipmon_next_batch() takes it out. Plain C99, and Linux.
 */
#define _GNU_SOURCE

#include <ipmon.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { BATCH = 256 }; /* What stays in the processor's first cache. */

static unsigned long long packets, bytes, packets_told, bytes_told;

static int fail(ipmon_t *m)
{
    char text[512] = "out of memory";
    (void)ipmon_last_error(m, text, sizeof text, NULL);
    fprintf(stderr, "pull_epoll: %s\n", text);
    (void)ipmon_free(m);
    return 1;
}

static unsigned long long lost(ipmon_t *m)
{
    ipmon_stats stats = {0};
    (void)ipmon_get_stats(m, &stats, sizeof stats);
    return (unsigned long long)stats.dropped;
}

/* Takes one batch, so that the other descriptors have their turn: this one stays
 * readable while there is more. 0 when nothing waits; END and failures are negative. */
static ptrdiff_t take(ipmon_t *m)
{
    static ipmon_packet batch[BATCH];
    ptrdiff_t n = ipmon_next_batch(m, batch, sizeof *batch, BATCH, 0), i;
    for (i = 0; i < n; i++) {
        packets++;
        bytes += batch[i].frame_wire_length;
    }
    return n;
}

static void tell_the_second(ipmon_t *m)
{
    printf("%llu packets/s, %.1f kB/s, %llu lost so far\n", packets - packets_told,
           (double)(bytes - bytes_told) / 1000, lost(m));
    fflush(stdout);
    packets_told = packets, bytes_told = bytes;
}

static int watch(int loop, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data = {.fd = fd}};
    return fd < 0 ? -1 : epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event);
}

int main(int argc, char **argv)
{
    const struct itimerspec second = {{1, 0}, {1, 0}};
    const int file = argc > 2 && !strcmp(argv[1], "-r");
    const char *filter = argc > 2 + file ? argv[2 + file] : "";
    int loop = epoll_create1(EPOLL_CLOEXEC), timer, signals, fd = -1;
    ptrdiff_t n = 0;
    sigset_t ends;
    ipmon_t *m;

    if (argc < 2 || argc > 3 + file) {
        fputs("usage: pull_epoll INTERFACE [FILTER], or pull_epoll -r FILE [FILTER]\n", stderr);
        return 2;
    }
    m = ipmon_new();
    if (ipmon_set_filter(m, filter) || ipmon_set_address_text(m, 0)) return fail(m);
    if (file ? ipmon_open_pcap_file(m, argv[2])
             : (ipmon_set_local_host(m, argv[1]) || ipmon_open_live(m)))
        return fail(m);
    if (ipmon_get_fd(m, &fd)) return fail(m);

    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    signals = signalfd(-1, &ends, SFD_CLOEXEC);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (watch(loop, fd) || watch(loop, timer) || watch(loop, signals) ||
        timerfd_settime(timer, 0, &second, NULL)) {
        perror("pull_epoll");
        return 1;
    }
    while (n >= 0) {
        struct epoll_event event;
        uint64_t ticks;
        if (epoll_wait(loop, &event, 1, -1) < 0 && errno != EINTR) break;
        if (event.data.fd == fd)
            n = take(m);
        else if (event.data.fd == signals)
            break;
        else if (read(timer, &ticks, sizeof ticks) > 0)
            tell_the_second(m);
    }
    printf("%llu packets, %llu bytes, %llu lost\n", packets, bytes, lost(m));
    return n < 0 && n != IPMON_STATUS_END ? fail(m) : ipmon_free(m) != IPMON_STATUS_OK;
}
