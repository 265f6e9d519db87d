/* The other end of a veth pair: a child in a network of its own, which sends what it is
 * told to. */
#ifndef PEER_H
#define PEER_H

#include "net.h"

#include <poll.h>

/* An order to the peer: `count` datagrams of `size` bytes, `rate` a second. */
struct order {
    uint32_t count, rate, size;
};

/* The other end of the veth pair. */
struct peer {
    pid_t pid;
    int orders; /* a socket: orders go out, the number that was sent comes back */
};

/* The order to say whether a datagram has arrived at the peer. */
static const uint32_t ECHO = UINT32_MAX;

static inline uint64_t peer_has_received(int fd)
{
    struct pollfd arrived;
    arrived.fd = fd;
    arrived.events = POLLIN;
    return poll(&arrived, 1, 50) == 1;
}

/* Sends at an even pace until it is done, or told something else. */
static inline void peer_obey(int orders, int fd, struct order order)
{
    int64_t begin = now_ns(CLOCK_MONOTONIC);
    uint64_t sent = 0;
    if (order.count == ECHO) {
        sent = peer_has_received(fd);
        order.count = 0;
    }
    while (sent < order.count) {
        int64_t spent = now_ns(CLOCK_MONOTONIC) - begin;
        uint64_t due = (uint64_t)(spent / 1000) * order.rate / 1000000 + 1;
        struct pollfd asked;
        while (sent < due && sent < order.count
               && send_stamped(fd, OUR_ADDRESS, OUR_PORT, sent, order.size))
            sent++;
        asked.fd = orders;
        asked.events = POLLIN;
        if (poll(&asked, 1, 0) != 0)
            break;
        sleep_us(50);
    }
    if (write(orders, &sent, sizeof sent) != (ssize_t)sizeof sent)
        _exit(1);
}

/* How long a peer lives, in seconds, whatever becomes of the test. */
static unsigned peer_life = 120;

/* Datagrams of a sender that is moved from one processor to another overtake each
 * other where the first has a backlog. */
static inline void stay_on_this_processor(void)
{
    cpu_set_t here;
    int now = sched_getcpu();
    CPU_ZERO(&here);
    CPU_SET((size_t)(now < 0 ? 0 : now), &here);
    REQUIRE(sched_setaffinity(0, sizeof here, &here) == 0);
}

static inline void peer_main(int orders)
{
    struct order order;
    char byte = 0;
    int fd;
    as_root();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    watchdog(peer_life);
    stay_on_this_processor();
    REQUIRE(unshare(CLONE_NEWNET) == 0);
    no_ipv6_chatter();
    /* The namespace is there; then this end of the pair is, too. */
    REQUIRE(write(orders, &byte, 1) == 1 && read(orders, &byte, 1) == 1);
    REQUIRE(ip_command("link set lo up") == 0);
    REQUIRE(ip_command("addr add " PEER_ADDRESS "/24 dev ipm1") == 0);
    REQUIRE(ip_command("link set ipm1 up") == 0);
    fd = udp_socket(PEER_ADDRESS, PEER_PORT);
    REQUIRE(write(orders, &byte, 1) == 1);
    while (read(orders, &order, sizeof order) == (ssize_t)sizeof order)
        peer_obey(orders, fd, order);
    /* Not the usual end: under an instrument that would look for leaks. */
    raise(SIGKILL);
}

static inline void peer_send(const struct peer *peer, uint32_t count, uint32_t rate,
                             uint32_t size)
{
    struct order order;
    order.count = count;
    order.rate = rate;
    order.size = size;
    REQUIRE(write(peer->orders, &order, sizeof order) == (ssize_t)sizeof order);
}

/* Waits until the newest order is done; how many datagrams went out. */
static inline uint64_t peer_sent(const struct peer *peer)
{
    uint64_t sent = 0;
    ssize_t n;
    do
        n = read(peer->orders, &sent, sizeof sent);
    while (n < 0 && errno == EINTR);
    REQUIRE(n == (ssize_t)sizeof sent);
    return sent;
}

/* Datagrams are lost until both ends have noticed that they are connected. */
static inline void wait_for_link(const struct peer *peer)
{
    int fd = udp_socket(OUR_ADDRESS, OUR_PORT);
    struct pollfd arrived;
    int i;
    arrived.fd = fd;
    arrived.events = POLLIN;
    arrived.revents = 0;
    for (i = 0; i < 200 && !arrived.revents; i++) {
        peer_send(peer, 1, 1, sizeof(struct stamp));
        peer_sent(peer);
        poll(&arrived, 1, 50);
    }
    REQUIRE(arrived.revents);
    /* And back. */
    for (i = 0; i < 200; i++) {
        send_stamped(fd, PEER_ADDRESS, PEER_PORT, 0, sizeof(struct stamp));
        peer_send(peer, ECHO, 0, 0);
        if (peer_sent(peer))
            break;
    }
    REQUIRE(i < 200);
    close(fd);
}

/* Makes the pair: OUR_END with OUR_ADDRESS here, the other end with the peer. To be
 * called after need_live() and before the library starts a thread. */
static inline struct peer peer_new(void)
{
    struct peer peer;
    int ends[2];
    char byte;
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    peer.orders = ends[0];
    peer.pid = fork();
    REQUIRE(peer.pid >= 0);
    if (peer.pid == 0) {
        close(ends[0]);
        peer_main(ends[1]);
    }
    close(ends[1]);
    REQUIRE(read(peer.orders, &byte, 1) == 1);
    REQUIRE(ip_command("link add " OUR_END " type veth peer name ipm1 netns %d", (int)peer.pid)
            == 0);
    REQUIRE(ip_command("addr add " OUR_ADDRESS "/24 dev " OUR_END) == 0);
    REQUIRE(ip_command("link set " OUR_END " up") == 0);
    REQUIRE(write(peer.orders, &byte, 1) == 1 && read(peer.orders, &byte, 1) == 1);
    wait_for_link(&peer);
    return peer;
}

/* Ends a flood: the answer to what it interrupts, then its own. */
static inline uint64_t peer_stop(const struct peer *peer)
{
    uint64_t sent;
    peer_send(peer, 0, 1, 64);
    sent = peer_sent(peer);
    peer_sent(peer);
    return sent;
}

static inline void peer_free(const struct peer *peer)
{
    close(peer->orders);
    CHECK_EQ(waitpid(peer->pid, NULL, 0), peer->pid);
}

#endif
