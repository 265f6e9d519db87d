/* A network of a test's own: a namespace for this program, with a loopback interface, its
 * sockets, and the rights to capture there. It is gone when the program is. */
#ifndef NET_H
#define NET_H

#include "check.h"

#include <arpa/inet.h>
#include <linux/capability.h>
#include <net/if.h>
#include <netinet/in.h>
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
