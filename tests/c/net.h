/* Networks of a test's own: a namespace for this program, and one for a peer, a
 * child that sends what it is told to over a veth pair. Both are gone when the
 * programs are. */
#ifndef NET_H
#define NET_H

#include "check.h"

#include <arpa/inet.h>
#include <linux/capability.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#define OUR_ADDRESS "10.99.0.1"
#define PEER_ADDRESS "10.99.0.2"
#define OUR_END "ipm0"
enum { OUR_PORT = 40001, PEER_PORT = 40002 };

/* IPMON_AS_USER=1 has a test capture as an ordinary user does who has CAP_NET_RAW and
 * nothing else: that is all that this thread, and those that it starts, may use. What
 * only root may do around it is done between as_root() and as_user(). */
static inline void set_rights(int root)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct rights[2];
    /* Of this thread alone, which setresuid() of the C library is not. */
    REQUIRE(syscall(SYS_setresuid, -1, root ? 0 : 65534, -1) == 0);
    if (root)
        return;
    REQUIRE(syscall(SYS_capget, &head, rights) == 0 && rights[0].effective == 0);
    rights[0].effective = 1u << CAP_NET_RAW;
    rights[1].effective = 0;
    REQUIRE(syscall(SYS_capset, &head, rights) == 0);
    REQUIRE(prctl(PR_SET_DUMPABLE, 1) == 0);
    /* So it is: what takes any other right is refused. */
    REQUIRE(unshare(CLONE_NEWNET) != 0 && errno == EPERM);
}

static inline int is_user(void) { return is_set("IPMON_AS_USER") && geteuid() == 65534; }

/* Whether as_user() has to follow. */
static inline int as_root(void)
{
    int was_user = is_user();
    if (was_user)
        set_rights(1);
    return was_user;
}

static inline void as_user(int was_user)
{
    if (was_user)
        set_rights(0);
}

/* Runs a command of iproute2 in this namespace. */
static inline int ip_command(const char *format, ...)
{
    char command[256];
    va_list list;
    int status, was_user;
    size_t used;
    va_start(list, format);
    used = (size_t)snprintf(command, sizeof command, "ip ");
    vsnprintf(command + used, sizeof command - used, format, list);
    va_end(list);
    was_user = as_root();
    status = system(command);
    as_user(was_user);
    return status;
}

/* Neighbours of IPv6 would be discovered in the midst of a counted run. */
static inline void no_ipv6_chatter(void)
{
    static const char *const files[] = {"/proc/sys/net/ipv6/conf/all/disable_ipv6",
                                        "/proc/sys/net/ipv6/conf/default/disable_ipv6"};
    size_t i;
    for (i = 0; i < 2; i++) {
        int fd = open(files[i], O_WRONLY);
        if (fd >= 0) {
            if (write(fd, "1", 1) != 1)
                fprintf(stderr, "IPv6 stays on: %s\n", strerror(errno));
            close(fd);
        }
    }
}

/* A namespace of this program's own, in which the loopback interface is up.
 * To be called before any thread is started. */
static inline int own_namespace(void)
{
    struct ifreq lo;
    int fd, up;
    as_root();
    if (unshare(CLONE_NEWNET) != 0)
        return 0;
    no_ipv6_chatter();
    fd = socket(AF_INET, SOCK_DGRAM, 0);
    memset(&lo, 0, sizeof lo);
    strcpy(lo.ifr_name, "lo");
    up = fd >= 0 && ioctl(fd, SIOCGIFFLAGS, &lo) == 0;
    lo.ifr_flags |= IFF_UP;
    up = up && ioctl(fd, SIOCSIFFLAGS, &lo) == 0;
    close(fd);
    as_user(is_set("IPMON_AS_USER"));
    return up;
}

/* What live tests need of this machine; without it they are skipped. */
static inline void need_live(void)
{
    ipmon_t *m;
    ipmon_status status;
    if (!own_namespace())
        SKIP("needs root: network namespaces");
    if (system("ip -V >/dev/null 2>&1") != 0)
        SKIP("needs the command ip (iproute2)");
    m = new_monitor();
    CHECK_STATUS(ipmon_set_local_host(m, "lo"), OK);
    status = ipmon_check_access(m);
    CHECK_STATUS(ipmon_free(m), OK);
    if (status == IPMON_STATUS_NO_LIBPCAP)
        SKIP("libpcap is not installed");
}

/* IP packets that arrived in this namespace. The kernel counts each just after it was
 * shown to captures: what is counted here, a capture that runs has received. */
static inline uint64_t ip_packets_arrived(void)
{
    char line[1024];
    unsigned long long arrived = 0;
    int found = 0;
    FILE *f = fopen("/proc/net/snmp", "r");
    REQUIRE(f != NULL);
    while (fgets(line, sizeof line, f))
        found += sscanf(line, "Ip: %*u %*u %llu", &arrived) == 1;
    fclose(f);
    REQUIRE(found == 1);
    return arrived;
}

/* Packets for which the machine had no room before any capture saw them: where a
 * processor is busy otherwise, they are lost between the two ends. */
static inline uint64_t lost_on_the_way(void)
{
    unsigned long dropped;
    uint64_t sum = 0;
    FILE *f = fopen("/proc/net/softnet_stat", "r");
    REQUIRE(f != NULL);
    while (fscanf(f, "%*x %lx%*[^\n]", &dropped) == 1)
        sum += dropped;
    fclose(f);
    return sum;
}

static inline int udp_socket(const char *address, int port)
{
    struct sockaddr_in here;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    REQUIRE(fd >= 0);
    memset(&here, 0, sizeof here);
    here.sin_family = AF_INET;
    here.sin_port = htons((uint16_t)port);
    REQUIRE(inet_pton(AF_INET, address, &here.sin_addr) == 1);
    REQUIRE(bind(fd, (struct sockaddr *)&here, sizeof here) == 0);
    return fd;
}

/* What a datagram of the tests begins with. */
struct stamp {
    uint64_t number; /* from 0 */
    int64_t sent_ns; /* the clock just before it was sent */
};

static inline int send_stamped(int fd, const char *to, int port, uint64_t number, size_t size)
{
    struct sockaddr_in there;
    struct stamp stamp;
    char data[1400] = {0};
    memset(&there, 0, sizeof there);
    there.sin_family = AF_INET;
    there.sin_port = htons((uint16_t)port);
    inet_pton(AF_INET, to, &there.sin_addr);
    stamp.number = number;
    stamp.sent_ns = now_ns(CLOCK_REALTIME);
    memcpy(data, &stamp, sizeof stamp);
    return sendto(fd, data, size, MSG_DONTWAIT, (struct sockaddr *)&there, sizeof there)
           == (ssize_t)size;
}

/* Datagrams over loopback, from a child, until the test is over. */
static inline pid_t loopback_traffic(void)
{
    /* It stays, so that nobody answers that there is no such port. */
    int sink = udp_socket("127.0.0.1", OUR_PORT), fd;
    pid_t child = fork();
    uint64_t i;
    REQUIRE(child >= 0 && sink >= 0);
    if (child > 0)
        return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    fd = udp_socket("127.0.0.1", PEER_PORT);
    for (i = 0;; i++) {
        send_stamped(fd, "127.0.0.1", OUR_PORT, i, 64);
        sleep_us(200);
    }
}

static inline void end_traffic(pid_t child)
{
    kill(child, SIGKILL);
    CHECK_EQ(waitpid(child, NULL, 0), child);
}

/* Which of the datagrams this packet is; -1 for none, such as ARP's or an error
 * message of the kernel. */
static inline long stamped_number(const ipmon_packet *packet, int port, struct stamp *stamp)
{
    if (packet->ip_version != 4 || packet->ip_protocol != 17 || packet->destination_port != port
        || packet->payload_length < 8 + sizeof *stamp)
        return -1;
    memcpy(stamp, packet->payload + 8, sizeof *stamp);
    return (long)stamp->number;
}

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

/* A monitor for our end. The small ring makes starting it cheap. */
static inline ipmon_t *new_live(const char *local_host, struct seen *s)
{
    ipmon_t *m = new_monitor();
    CHECK_STATUS(ipmon_set_local_host(m, local_host), OK);
    CHECK_STATUS(ipmon_set_buffer_size(m, 2097152), OK);
    if (s)
        see_all(m, s);
    return m;
}

static inline int is_active(ipmon_t *m)
{
    int active = -1;
    CHECK_STATUS(ipmon_get_active(m, &active), OK);
    return active;
}

#endif
