/*
 * A network for the measurements: a veth pair, this end in a namespace of this program's
 * own, the other end with a child that sends what it is told to.
 */
#ifndef BENCH_NET_H
#define BENCH_NET_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define OUR_END "bench0"
#define PEER_END "bench1"

#define NEED(holds)                                                                      \
    do {                                                                                 \
        if (!(holds)) {                                                                  \
            fprintf(stderr, "bench-live: cannot go on without %s: %s\n", #holds,         \
                    strerror(errno));                                                    \
            exit(1);                                                                     \
        }                                                                                \
    } while (0)

static inline int64_t now_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static inline void sleep_until(int64_t when)
{
    struct timespec t = {when / 1000000000, when % 1000000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR) {
    }
}

static inline void sleep_ms(long ms) { sleep_until(now_ns(CLOCK_MONOTONIC) + ms * 1000000); }

static inline void stay_on(int processor)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)processor, &set);
    sched_setaffinity(0, sizeof set, &set); /* Where there is but one, it is that. */
}

/* For `ms` milliseconds, frames of `size` bytes: `rate` a second, or as many as can be
 * sent (0). A frame holds the time at which it was sent, behind its headers. */
struct order {
    uint32_t ms, rate, size;
};

enum { BATCH = 64, LARGEST = 1514, TIME_AT = 42 };

/* UDP to somebody else, from 64 ports: this machine's IP has nothing to do with it. */
static void make_frame(uint8_t *frame, uint32_t size, unsigned i)
{
    static const uint8_t headers[TIME_AT] = {
        2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1, 8, 0,
        0x45, 0, 0, 0, 0, 1, 0x40, 0, 64, 17, 0, 0, 10, 97, 0, 2, 10, 97, 0, 9,
        0x9c, 0, 0x9c, 0x41, 0, 0, 0, 0};
    unsigned ip = size - 14, udp = size - 34;
    memset(frame, 0, size);
    memcpy(frame, headers, sizeof headers);
    frame[16] = (uint8_t)(ip >> 8), frame[17] = (uint8_t)ip;
    frame[29] = (uint8_t)i, frame[35] = (uint8_t)i;
    frame[38] = (uint8_t)(udp >> 8), frame[39] = (uint8_t)udp;
}

static uint64_t send_frames(int fd, struct order o)
{
    static uint8_t frames[BATCH][LARGEST];
    static struct iovec parts[BATCH];
    static struct mmsghdr messages[BATCH];
    int64_t begin = now_ns(CLOCK_MONOTONIC), end = begin + o.ms * 1000000LL;
    uint64_t sent = 0;
    for (unsigned i = 0; i < BATCH; i++) {
        make_frame(frames[i], o.size, i);
        parts[i].iov_base = frames[i];
        parts[i].iov_len = o.size;
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    while (now_ns(CLOCK_MONOTONIC) < end) {
        int n = o.rate ? 1 : BATCH;
        if (o.rate) {
            sleep_until(begin + (int64_t)sent * 1000000000 / o.rate);
            int64_t now = now_ns(CLOCK_REALTIME);
            memcpy(frames[0] + TIME_AT, &now, sizeof now);
        }
        n = sendmmsg(fd, messages, (unsigned)n, 0);
        sent += n > 0 ? (uint64_t)n : 0;
    }
    return sent;
}

static void peer_main(int orders)
{
    struct sockaddr_ll there = {0};
    struct order o;
    char byte = 0;
    int fd, on = 1;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    stay_on(0);
    NEED(unshare(CLONE_NEWNET) == 0);
    NEED(write(orders, &byte, 1) == 1 && read(orders, &byte, 1) == 1);
    NEED(system("ip link set " PEER_END " up") == 0);
    fd = socket(AF_PACKET, SOCK_RAW, 0);
    NEED(fd >= 0);
    setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on);
    there.sll_family = AF_PACKET;
    there.sll_ifindex = (int)if_nametoindex(PEER_END);
    NEED(bind(fd, (struct sockaddr *)&there, sizeof there) == 0);
    NEED(write(orders, &byte, 1) == 1);
    while (read(orders, &o, sizeof o) == (ssize_t)sizeof o) {
        uint64_t sent = send_frames(fd, o);
        NEED(write(orders, &sent, sizeof sent) == (ssize_t)sizeof sent);
    }
    _exit(0);
}

/* Makes the pair; a socket that takes orders and answers with what was sent. */
static int make_network(void)
{
    int ends[2], off;
    char byte, command[200];
    pid_t pid;
    NEED(unshare(CLONE_NEWNET) == 0);
    /* IPv6 would look for neighbours in between. */
    off = open("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_WRONLY);
    if (off >= 0) NEED(write(off, "1", 1) == 1 && close(off) == 0);
    NEED(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    pid = fork();
    NEED(pid >= 0);
    if (pid == 0) {
        close(ends[0]);
        peer_main(ends[1]);
    }
    close(ends[1]);
    NEED(read(ends[0], &byte, 1) == 1);
    snprintf(command, sizeof command,
             "ip link add " OUR_END " type veth peer name " PEER_END
             " netns %d && ip link set " OUR_END " up", (int)pid);
    NEED(system(command) == 0);
    NEED(write(ends[0], &byte, 1) == 1 && read(ends[0], &byte, 1) == 1);
    sleep_ms(300);
    return ends[0];
}

#endif
