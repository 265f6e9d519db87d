/*
 * The two that are compared: libpcap's pcap_dispatch() with a parse by hand, and ipmon
 * through its C ABI with the address text off. Both call the same kind of callback.
 */
#ifndef BENCH_RECEIVERS_H
#define BENCH_RECEIVERS_H

#include "net.h"
#include "../readers/by_hand.h"

#include <ipmon.h>
#include <sys/resource.h>

enum receiver { LIBPCAP, IPMON };

struct setting {
    uint32_t snap_length, latency_us, buffer_size; /* A latency of 0: each packet at once. */
    int stall;                                     /* 50 ms in each 200. */
};

struct result {
    uint64_t delivered, dropped, cpu_ns;
    int64_t latency_p50_ns;
};

enum { MOST_TIMES = 20000 };

static struct counted {
    uint64_t packets, sum;
    int64_t next_stall, times[MOST_TIMES];
    size_t count;
    int stall, timed;
} counted;

static void after_packet(const uint8_t *payload, uint32_t length)
{
    struct counted *c = &counted;
    c->packets++;
    if (c->timed && length >= 16 && c->count < MOST_TIMES) {
        int64_t sent;
        memcpy(&sent, payload + 8, sizeof sent);
        c->times[c->count++] = now_ns(CLOCK_REALTIME) - sent;
    }
    if (c->stall && c->packets % 256 == 0 && now_ns(CLOCK_MONOTONIC) > c->next_stall) {
        sleep_ms(50);
        c->next_stall = now_ns(CLOCK_MONOTONIC) + 150000000;
    }
}

static void on_hand_packet(const struct packet *p, void *user)
{
    (void)user;
    counted.sum += p->source_port + p->ip_protocol + p->source_ip[3] + p->payload_length;
    after_packet(p->payload, p->payload_length);
}

static void on_ipmon_packet(const ipmon_packet *p, void *user)
{
    (void)user;
    counted.sum += p->source_port + p->ip_protocol + p->source_ip[3] + p->payload_length;
    after_packet(p->payload, p->payload_length);
}

static uint64_t cpu_ns(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return ((uint64_t)u.ru_utime.tv_sec + (uint64_t)u.ru_stime.tv_sec) * 1000000000u
           + ((uint64_t)u.ru_utime.tv_usec + (uint64_t)u.ru_stime.tv_usec) * 1000u;
}

static void say_ready(int fd) { NEED(write(fd, "r", 1) == 1); }

static int is_over(int fd)
{
    struct pollfd p = {fd, POLLIN, 0};
    return poll(&p, 1, 0) != 0;
}

static struct result by_libpcap(struct setting s, int fd)
{
    static struct reader reader;
    struct result r = {0};
    struct pcap_stat stat;
    char error[PCAP_ERRBUF_SIZE];
    pcap_t *p = pcap_create(OUR_END, error);
    uint64_t begin;
    NEED(p != NULL);
    pcap_set_snaplen(p, (int)s.snap_length);
    pcap_set_promisc(p, 1);
    pcap_set_buffer_size(p, (int)s.buffer_size);
    pcap_set_timeout(p, s.latency_us < 1000 ? 1 : (int)(s.latency_us / 1000));
    pcap_set_immediate_mode(p, s.latency_us == 0);
    NEED(pcap_activate(p) == 0);
    reader.on_packet = on_hand_packet;
    reader.packet.source_address = reader.packet.destination_address = "";
    say_ready(fd);
    begin = cpu_ns();
    while (!is_over(fd)) pcap_dispatch(p, -1, on_frame, (u_char *)&reader);
    r.cpu_ns = cpu_ns() - begin;
    pcap_stats(p, &stat);
    r.dropped = stat.ps_drop;
    pcap_close(p);
    return r;
}

static ipmon_t *new_capture(struct setting s)
{
    ipmon_t *m = ipmon_new();
    NEED(m && !ipmon_set_local_host(m, OUR_END) && !ipmon_set_snap_length(m, s.snap_length));
    NEED(!ipmon_set_latency(m, s.latency_us) && !ipmon_set_buffer_size(m, s.buffer_size));
    NEED(!ipmon_set_address_text(m, 0) && !ipmon_set_on_ip_packet(m, on_ipmon_packet, NULL));
    return m;
}

static struct result by_ipmon(struct setting s, int fd)
{
    struct result r = {0};
    ipmon_stats stats;
    ipmon_t *m = new_capture(s);
    uint64_t begin;
    char byte;
    NEED(!ipmon_set_active(m, 1));
    say_ready(fd);
    begin = cpu_ns();
    NEED(recv(fd, &byte, 1, MSG_PEEK) >= 0);
    /* As with libpcap: without giving the ring back. */
    r.cpu_ns = cpu_ns() - begin;
    NEED(!ipmon_set_active(m, 0));
    NEED(!ipmon_get_stats(m, &stats, sizeof stats));
    r.dropped = stats.dropped;
    NEED(!ipmon_free(m));
    return r;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* In a process of its own, so that its processor time is its alone. */
static struct result measure(enum receiver who, struct setting s, struct order o, int orders)
{
    const struct order last = {10, 200, 64};
    struct result r;
    uint64_t sent;
    int ends[2];
    char byte;
    pid_t pid;
    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    pid = fork();
    NEED(pid >= 0);
    if (pid == 0) {
        stay_on(1);
        counted.stall = s.stall;
        counted.timed = o.rate != 0;
        r = who == IPMON ? by_ipmon(s, ends[1]) : by_libpcap(s, ends[1]);
        r.delivered = counted.packets;
        qsort(counted.times, counted.count, sizeof *counted.times, by_value);
        r.latency_p50_ns = counted.count ? counted.times[counted.count / 2] : 0;
        NEED(read(ends[1], &byte, 1) == 1);
        NEED(write(ends[1], &r, sizeof r) == (ssize_t)sizeof r);
        _exit(0);
    }
    NEED(read(ends[0], &byte, 1) == 1);
    NEED(write(orders, &o, sizeof o) == (ssize_t)sizeof o);
    NEED(read(orders, &sent, sizeof sent) == (ssize_t)sizeof sent);
    sleep_ms(20);
    NEED(write(ends[0], "e", 1) == 1);
    /* pcap_dispatch() returns when something comes. */
    NEED(write(orders, &last, sizeof last) == (ssize_t)sizeof last);
    NEED(read(orders, &sent, sizeof sent) == (ssize_t)sizeof sent);
    NEED(recv(ends[0], &r, sizeof r, MSG_WAITALL) == (ssize_t)sizeof r);
    NEED(waitpid(pid, NULL, 0) == pid);
    close(ends[0]);
    close(ends[1]);
    return r;
}

#endif
