/* conform behaviour, where an interface does. */
#include "conform.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>

static ipmon_packet batch[CAPACITY];

static ipmon_t *live(const char *interface)
{
    ipmon_t *m = ipmon_new();
    if (ipmon_set_local_host(m, interface)) exit(fail(m));
    return m;
}

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

struct stop {
    ipmon_t *m;
    double at;
    ipmon_status status;
};

static void *stop_soon(void *user)
{
    struct stop *s = user;
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    s->at = now_ms();
    s->status = ipmon_set_active(s->m, 0);
    return NULL;
}

/* A capture on a thread of the library that is waited for, and one that is pulled, in
 * turn. */
static int silent_stop(const char *interface)
{
    double slowest = 0;
    for (int i = 0; i < 20; i++) {
        struct stop s = {.m = live(interface)};
        pthread_t thread;
        if (i % 2 ? ipmon_set_active(s.m, 1) : ipmon_open_live(s.m)) return fail(s.m);
        if (pthread_create(&thread, NULL, stop_soon, &s)) abort();
        if (i % 2) {
            if (ipmon_wait(s.m, -1) != IPMON_STATUS_OK) return fail(s.m);
        } else {
            ptrdiff_t n;
            while ((n = ipmon_next_batch(s.m, batch, sizeof *batch, CAPACITY, -1)) > 0) continue;
            if (n != IPMON_STATUS_INTERRUPTED) return fail(s.m);
        }
        pthread_join(thread, NULL);
        double took = now_ms() - s.at;
        if (took > slowest) slowest = took;
        if (s.status || ipmon_free(s.m)) return fail(s.m);
    }
    fprintf(stderr, "%.3f\n", slowest);
    printf("{\"stops\":20,\"within_50_ms\":%s}\n", slowest <= 50 ? "true" : "false");
    return 0;
}

static int wait_for_the_descriptor(const char *interface, long wanted)
{
    ipmon_t *m = live(interface);
    struct epoll_event event = {.events = EPOLLIN};
    long packets = 0;
    int fd = -1, loop = epoll_create1(EPOLL_CLOEXEC);
    if (ipmon_open_live(m) || ipmon_get_fd(m, &fd)) return fail(m);
    if (loop < 0 || epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event) < 0) {
        perror("conform: epoll");
        return FAILED;
    }
    puts("ready");
    fflush(stdout);
    while (packets < wanted) {
        ptrdiff_t n;
        if (epoll_wait(loop, &event, 1, -1) < 0 && errno != EINTR) abort();
        while ((n = ipmon_next_batch(m, batch, sizeof *batch, CAPACITY, 0)) > 0) packets += n;
        if (n < 0) return fail(m);
    }
    printf("{\"packets\":%ld}\n", wanted);
    return ipmon_free(m) ? FAILED : 0;
}

static void on_packet(const ipmon_packet *p, void *user)
{
    (void)p;
    atomic_fetch_add((atomic_int *)user, 1);
}

static int exit_while_capturing(const char *interface)
{
    static atomic_int seen;
    ipmon_t *m = live(interface);
    if (ipmon_set_on_ip_packet(m, on_packet, &seen) || ipmon_set_active(m, 1)) return fail(m);
    while (atomic_load(&seen) < 10) nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    exit(7);
}

int run_live(int count, char **arguments)
{
    const char *name = count > 1 ? arguments[0] : "";
    if (!strcmp(name, "silent_stop") && count == 2) return silent_stop(arguments[1]);
    if (!strcmp(name, "exit_while_capturing") && count == 2)
        return exit_while_capturing(arguments[1]);
    if (!strcmp(name, "wait_for_the_descriptor") && count == 3 && atol(arguments[2]) > 0)
        return wait_for_the_descriptor(arguments[1], atol(arguments[2]));
    return USAGE;
}
