/* What may happen to an interface during a capture. It goes down, comes up again, has
 * another name given to it while it is up and while it is down: the capture goes on and
 * has every packet. It is removed, moved to another network namespace, loses the peer's
 * namespace: DEVICE_GONE. The capture's own namespace loses its name: it lives on. While
 * it is down the capture sleeps, a stop takes no longer than otherwise, and the ledger of
 * every run is exact. */
#include "leftovers.h"
#include "net.h"
#include "peer.h"

enum { COUNT = 50, SIZE = 64 };

static struct peer peer;
static struct seen s;
static unsigned long arrived;
static int sink;
static double slowest_stop, most_wakes;

static void on_packet(const ipmon_packet *p, void *user)
{
    struct stamp stamp;
    (void)user;
    /* Those that test the link are shorter, and late at times. */
    if (stamped_number(p, OUR_PORT, &stamp) >= 0 && p->payload_length == SIZE + 8)
        ADD(arrived, 1);
    see_packet(p, &s);
}

static ipmon_t *capture(const char *name)
{
    ipmon_t *m = new_live(name, &s);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, NULL), OK);
    STORE(arrived, 0);
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    return m;
}

/* `name` has our address, is up, and reaches the peer. */
static void connect_ends(const char *name)
{
    REQUIRE(ip_command("addr replace " OUR_ADDRESS "/24 dev %s", name) == 0);
    REQUIRE(ip_command("link set %s up", name) == 0);
    if (sink >= 0)
        close(sink);
    wait_for_link(&peer);
    sink = udp_socket(OUR_ADDRESS, OUR_PORT);
}

static void check_packets(ipmon_t *m)
{
    unsigned long before = LOAD(arrived);
    peer_send(&peer, COUNT, 20000, SIZE);
    CHECK_EQ(peer_sent(&peer), COUNT);
    WAIT_UNTIL(LOAD(arrived) - before >= COUNT, 3);
    CHECK_EQ(LOAD(arrived) - before, COUNT);
    CHECK_EQ(is_active(m), 1);
}

static void stop(ipmon_t *m, ipmon_status want)
{
    int64_t begin = now_ns(CLOCK_MONOTONIC);
    double ms;
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    ms = (double)(now_ns(CLOCK_MONOTONIC) - begin) / 1e6;
    if (ms > slowest_stop)
        slowest_stop = ms;
    CHECK(slow() || ms < 100);
    CHECK_EQ(ipmon_wait(m, 0), want);
    CHECK_EQ(s.ended, 1);
    CHECK_EQ(s.end, want);
    CHECK_EQ(s.errors, want != IPMON_STATUS_OK);
    CHECK_EQ(s.after_end, 0);
    check_ledger(m);
    CHECK_STATUS(ipmon_free(m), OK);
}

/* How often the capture's thread has slept. */
static long sleeps(void)
{
    struct dirent *entry;
    long n = -1;
    DIR *d = opendir("/proc/self/task");
    REQUIRE(d != NULL);
    while ((entry = readdir(d))) {
        char file[300], name[32] = "";
        FILE *f;
        snprintf(file, sizeof file, "/proc/self/task/%s/comm", entry->d_name);
        f = fopen(file, "r");
        if (!f)
            continue;
        if (fscanf(f, "%31s", name) == 1 && strcmp(name, "ipmon") == 0) {
            snprintf(file, sizeof file, "/proc/self/task/%s/status", entry->d_name);
            n = status_number(file, "voluntary_ctxt_switches:");
        }
        fclose(f);
    }
    closedir(d);
    return n;
}

static void check_quiet(const char *when)
{
    long before, after;
    double wakes;
    sleep_us(100000);
    before = sleeps();
    sleep_us(1000000);
    after = sleeps();
    wakes = (double)(after - before);
    if (wakes > most_wakes)
        most_wakes = wakes;
    ADD(checks_made, 1);
    if (before < 0 || wakes > 20) {
        ADD(checks_failed, 1);
        fprintf(stderr, "%s: woke up %.0f times in a second\n", when, wakes);
    }
}

/* The promise that the header makes for a removal. */
static void check_gone(ipmon_t *m, const char *how)
{
    int64_t begin = now_ns(CLOCK_MONOTONIC);
    ipmon_status status = ipmon_wait(m, 3000);
    double ms = (double)(now_ns(CLOCK_MONOTONIC) - begin) / 1e6;
    if (status != IPMON_STATUS_DEVICE_GONE || (!slow() && ms > 500))
        fprintf(stderr, "%s: %s after %.0f ms\n", how, ipmon_status_text(status), ms);
    CHECK_STATUS(status, DEVICE_GONE);
    CHECK(slow() || ms <= 500);
    CHECK_STATUS(ipmon_set_active(m, 1), NO_DEVICE);
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    CHECK_EQ(s.ended, 1);
    CHECK_STATUS(s.end, DEVICE_GONE);
    CHECK_EQ(s.errors, 1);
    CHECK_EQ(s.after_end, 0);
    check_ledger(m);
    CHECK_STATUS(ipmon_free(m), OK);
}

static void down_and_up(void)
{
    ipmon_t *m = capture(OUR_END);
    int i;
    for (i = 0; i < 3; i++) {
        check_packets(m);
        REQUIRE(ip_command("link set " OUR_END " down") == 0);
        check_quiet("down");
        CHECK_EQ(is_active(m), 1);
        connect_ends(OUR_END);
    }
    check_packets(m);
    stop(m, IPMON_STATUS_OK);
    /* A stop while it is down. */
    m = capture(OUR_END);
    check_packets(m);
    REQUIRE(ip_command("link set " OUR_END " down") == 0);
    sleep_us(300000);
    stop(m, IPMON_STATUS_OK);
    m = new_live(OUR_END, &s);
    CHECK_STATUS(ipmon_set_active(m, 1), DEVICE_DOWN);
    CHECK_STATUS(ipmon_free(m), OK);
    connect_ends(OUR_END);
}

/* All at once, so that packets are still in the ring when it goes down. */
static void down_with_packets_in_the_ring(void)
{
    ipmon_t *m = new_live(OUR_END, &s);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, NULL), OK);
    CHECK_STATUS(ipmon_set_latency(m, 20000), OK);
    STORE(arrived, 0);
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    sleep_us(50000);
    peer_send(&peer, COUNT, 1000000, SIZE);
    CHECK_EQ(peer_sent(&peer), COUNT);
    REQUIRE(ip_command("link set " OUR_END " down") == 0);
    WAIT_UNTIL(LOAD(arrived) == COUNT, 3);
    stop(m, IPMON_STATUS_OK);
    connect_ends(OUR_END);
}

static void renamed(void)
{
    ipmon_t *m = capture(OUR_END);
    check_packets(m);
    /* Newer kernels rename what is up; older ones refuse. */
    if (ip_command("link set " OUR_END " name ipmx 2>/dev/null") == 0) {
        sleep_us(600000);
        check_packets(m);
        REQUIRE(ip_command("link set ipmx down") == 0 && ip_command("link set ipmx up") == 0);
        connect_ends("ipmx");
        check_packets(m);
        REQUIRE(ip_command("link set ipmx name " OUR_END) == 0);
    }
    check_packets(m);
    REQUIRE(ip_command("link set " OUR_END " down") == 0);
    REQUIRE(ip_command("link set " OUR_END " name ipmy") == 0);
    check_quiet("down and renamed");
    CHECK_EQ(is_active(m), 1);
    connect_ends("ipmy");
    check_packets(m);
    check_quiet("renamed");
    check_packets(m);
    /* Another interface takes the old name, and goes. */
    REQUIRE(ip_command("link add " OUR_END " type veth peer name ipmz") == 0);
    sleep_us(300000);
    check_packets(m);
    REQUIRE(ip_command("link del " OUR_END) == 0);
    sleep_us(300000);
    check_packets(m);
    stop(m, IPMON_STATUS_OK);
    REQUIRE(ip_command("link set ipmy down") == 0);
    REQUIRE(ip_command("link set ipmy name " OUR_END) == 0);
    connect_ends(OUR_END);
}

static void removed_while_renamed_and_down(void)
{
    ipmon_t *m;
    REQUIRE(ip_command("link add ipma type veth peer name ipmb") == 0);
    REQUIRE(ip_command("link set ipma up") == 0 && ip_command("link set ipmb up") == 0);
    m = capture("ipma");
    REQUIRE(ip_command("link set ipma down") == 0);
    REQUIRE(ip_command("link set ipma name ipmc") == 0);
    sleep_us(300000);
    CHECK_EQ(is_active(m), 1);
    REQUIRE(ip_command("link del ipmc") == 0);
    check_gone(m, "removed after a rename");
}

/* It exists elsewhere, under the same name and index, but not for this socket. */
static void moved_away(void)
{
    ipmon_t *m;
    REQUIRE(ip_command("link add ipma type veth peer name ipmb") == 0);
    REQUIRE(ip_command("link set ipma up") == 0 && ip_command("link set ipmb up") == 0);
    m = capture("ipma");
    REQUIRE(ip_command("link set ipma netns %d", (int)peer.pid) == 0);
    check_gone(m, "moved to another namespace");
    REQUIRE(ip_command("link del ipmb") == 0);
}

/* With its index given to another one. */
static void removed_and_replaced(void)
{
    ipmon_t *m;
    unsigned index;
    REQUIRE(ip_command("link add ipma type veth peer name ipmb") == 0);
    REQUIRE(ip_command("link set ipma up") == 0 && ip_command("link set ipmb up") == 0);
    index = if_nametoindex("ipma");
    m = capture("ipma");
    REQUIRE(ip_command("link del ipma && ip link add ipma index %u type veth peer name ipmb",
                       index) == 0);
    CHECK_STATUS(ipmon_wait(m, 3000), DEVICE_GONE);
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    check_ledger(m);
    CHECK_STATUS(ipmon_free(m), OK);
    REQUIRE(ip_command("link del ipma") == 0);
}

/* Frames that were in the ring come before the error. */
static void removed_with_packets_in_the_ring(void)
{
    int i;
    for (i = 0; i < 10; i++) {
        ipmon_t *m;
        struct sockaddr_in there;
        int fd, one;
        REQUIRE(ip_command("link add ipma type veth peer name ipmb") == 0);
        REQUIRE(ip_command("addr add 10.98.0.1/24 dev ipma") == 0);
        REQUIRE(ip_command("link set ipma up") == 0 && ip_command("link set ipmb up") == 0);
        REQUIRE(ip_command("neigh add 10.98.0.2 lladdr 02:00:00:00:00:09 dev ipma") == 0);
        fd = udp_socket("10.98.0.1", OUR_PORT);
        m = new_live("ipma", &s);
        CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, NULL), OK);
        CHECK_STATUS(ipmon_set_latency(m, i % 2 ? 20000 : 1000), OK);
        STORE(arrived, 0);
        CHECK_STATUS(ipmon_set_active(m, 1), OK);
        sleep_us(50000);
        memset(&there, 0, sizeof there);
        there.sin_family = AF_INET;
        for (one = 0; one < COUNT; one++)
            REQUIRE(send_stamped(fd, "10.98.0.2", OUR_PORT, (uint64_t)one, SIZE));
        REQUIRE(ip_command("link del ipma") == 0);
        close(fd);
        CHECK_STATUS(ipmon_wait(m, 3000), DEVICE_GONE);
        CHECK_EQ(LOAD(arrived), COUNT);
        CHECK_EQ(s.ended, 1);
        CHECK_EQ(s.errors, 1);
        check_ledger(m);
        CHECK_STATUS(ipmon_free(m), OK);
    }
}

/* `any` watches what is there, and nothing of it is the capture's own. */
static void any_loses_one(void)
{
    ipmon_t *m;
    REQUIRE(ip_command("link add ipma type veth peer name ipmb") == 0);
    REQUIRE(ip_command("link set ipma up") == 0 && ip_command("link set ipmb up") == 0);
    m = capture("any");
    REQUIRE(ip_command("link set ipma down") == 0 && ip_command("link del ipma") == 0);
    sleep_us(400000);
    check_packets(m);
    check_quiet("any");
    stop(m, IPMON_STATUS_OK);
}

/* A namespace with a name: the capture is started in it and outlives the name; then it
 * loses the namespace of the other end, and so its interface. */
static void namespace_deleted(void)
{
    int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    int there, was_user;
    char name[32], path[64];
    ipmon_t *m;
    snprintf(name, sizeof name, "ipmon-%d", (int)getpid());
    snprintf(path, sizeof path, "/run/netns/%s", name);
    REQUIRE(home >= 0 && ip_command("netns add %s", name) == 0);
    there = open(path, O_RDONLY | O_CLOEXEC);
    REQUIRE(there >= 0);
    REQUIRE(ip_command("link add ipma type veth peer name ipmb netns %s", name) == 0);
    REQUIRE(ip_command("link set ipma up") == 0);
    REQUIRE(ip_command("-n %s link set ipmb up", name) == 0);
    was_user = as_root();
    REQUIRE(setns(there, CLONE_NEWNET) == 0);
    as_user(was_user);
    m = capture("ipmb");
    was_user = as_root();
    REQUIRE(setns(home, CLONE_NEWNET) == 0);
    as_user(was_user);
    close(there);
    CHECK_STATUS(ipmon_wait(m, 50), TIMEOUT);
    REQUIRE(ip_command("netns del %s", name) == 0);
    CHECK_STATUS(ipmon_wait(m, 600), TIMEOUT);
    CHECK_EQ(is_active(m), 1);
    stop(m, IPMON_STATUS_OK);
    /* Nobody is in it any more: it goes, with its end of the pair, and so this end. */
    WAIT_UNTIL(if_nametoindex("ipma") == 0, 5);

    REQUIRE(ip_command("netns add %s", name) == 0);
    REQUIRE(ip_command("link add ipma type veth peer name ipmb netns %s", name) == 0);
    REQUIRE(ip_command("link set ipma up") == 0);
    m = capture("ipma");
    REQUIRE(ip_command("netns del %s", name) == 0);
    check_gone(m, "the namespace of the other end was deleted");
    close(home);
}

int main(void)
{
    struct held before;
    watchdog(120);
    sink = -1;
    need_live();
    peer = peer_new();
    connect_ends(OUR_END);
    stop(capture(OUR_END), IPMON_STATUS_OK);
    before = held_now();

    down_and_up();
    down_with_packets_in_the_ring();
    renamed();
    removed_while_renamed_and_down();
    moved_away();
    removed_and_replaced();
    removed_with_packets_in_the_ring();
    any_loses_one();
    namespace_deleted();

    check_nothing_left(&before);
    close(sink);
    peer_free(&peer);
    FIGURES("slowest stop %.1f ms, at most %.0f wake-ups a second", slowest_stop, most_wakes);
    return verdict();
}
