/* An interface goes down, comes up, gets another name or address, is removed and made
 * anew: each time the one right notice comes within a quarter of a second, and names the
 * interface; the capture goes on, but for the removal, which only reopen outlives. While it is down nothing wakes up. */
#include "net.h"
#include "leftovers.h"

enum { MOST_TOLD = 16, WITHIN_MS = 250 };

static struct told {
    int32_t code;
    int64_t at;
    char text[120];
} told[MOST_TOLD];
static unsigned long count, unread;
static struct seen s;
static unsigned long arrived;
static double slowest, most_wakes;
static int sender = -1;

static void on_packet(const ipmon_packet *p, void *user)
{
    struct stamp stamp;
    (void)user;
    if (stamped_number(p, OUR_PORT, &stamp) >= 0)
        ADD(arrived, 1);
}

static void on_notice(const ipmon_notice *notice, void *user)
{
    unsigned long at = LOAD(count) % MOST_TOLD;
    see_notice(notice, user);
    if (notice->code == IPMON_NOTICE_ENDED)
        return;
    told[at].code = notice->code;
    told[at].at = now_ns(CLOCK_MONOTONIC);
    CHECK(notice->timestamp > 1500000000LL * 1000000);
    CHECK(notice->count == 0 && notice->status == IPMON_STATUS_OK);
    snprintf(told[at].text, sizeof told[at].text, "%s", notice->text);
    ADD(count, 1);
}

/* Now and no sooner than the notice before: exactly this one, with these names in it. */
static void expect(int32_t code, int64_t since, const char *name, const char *other)
{
    struct told *t = &told[unread % MOST_TOLD];
    double ms;
    WAIT_UNTIL(LOAD(count) > unread, 3);
    if (LOAD(count) <= unread)
        return;
    unread++;
    ms = (double)(t->at - since) / 1e6;
    slowest = ms > slowest ? ms : slowest;
    CHECK(slow() || ms <= WITHIN_MS);
    CHECK_EQ(t->code, code);
    if (!strstr(t->text, name) || !strstr(t->text, other))
        fprintf(stderr, "\"%s\" does not name %s and %s\n", t->text, name, other);
    CHECK(strstr(t->text, name) && strstr(t->text, other));
}

static void expect_no_more(void)
{
    sleep_us(20000);
    CHECK_EQ(LOAD(count), unread);
    unread = LOAD(count);
}

#define DO(...)                                     \
    do {                                            \
        since = now_ns(CLOCK_MONOTONIC);            \
        REQUIRE(ip_command(__VA_ARGS__) == 0);      \
    } while (0)

static ipmon_t *watch(const char *name)
{
    ipmon_t *m = new_live(name, &s);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, NULL), OK);
    CHECK_STATUS(ipmon_set_on_notice(m, on_notice, &s), OK);
    STORE(count, 0);
    unread = 0;
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    return m;
}

static void make_pair(void)
{
    REQUIRE(ip_command("link add ipma type veth peer name ipmb") == 0);
    REQUIRE(ip_command("addr add 10.98.0.1/24 dev ipma") == 0);
    REQUIRE(ip_command("link set ipmb up") == 0 && ip_command("link set ipma up") == 0);
}

/* What goes out is captured: the same handle still sees packets. */
static void check_packets(const char *name)
{
    unsigned long before = LOAD(arrived);
    REQUIRE(ip_command("neigh replace 10.98.0.2 lladdr 02:00:00:00:00:09 dev %s", name) == 0);
    CHECK(send_stamped(sender, "10.98.0.2", OUR_PORT, 0, 64));
    WAIT_UNTIL(LOAD(arrived) > before, 3);
}

static long sleeps(void)
{
    struct dirent *entry;
    long n = 0;
    DIR *d = opendir("/proc/self/task");
    REQUIRE(d != NULL);
    while ((entry = readdir(d))) {
        char file[300];
        if (entry->d_name[0] == '.' || atoi(entry->d_name) == getpid())
            continue;
        snprintf(file, sizeof file, "/proc/self/task/%s/status", entry->d_name);
        n += status_number(file, "voluntary_ctxt_switches:");
    }
    closedir(d);
    return n;
}

static void down_and_up(ipmon_t *m, long i)
{
    int64_t since;
    DO("link set ipma down");
    expect(IPMON_NOTICE_DEVICE_DOWN, since, "ipma", "down");
    if (i == 0) {
        long before = sleeps();
        sleep_us(2000000);
        most_wakes = (double)(sleeps() - before) / 2;
        CHECK(slow() || most_wakes <= 5);
    }
    CHECK_EQ(is_active(m), 1);
    DO("link set ipma up");
    expect(IPMON_NOTICE_DEVICE_UP, since, "ipma", "up");
    check_packets("ipma");
    expect_no_more();
}

static void renamed(ipmon_t *m)
{
    int64_t since;
    DO("link set ipma down");
    expect(IPMON_NOTICE_DEVICE_DOWN, since, "ipma", "");
    DO("link set ipma name ipmx");
    expect(IPMON_NOTICE_DEVICE_RENAMED, since, "ipma", "ipmx");
    DO("link set ipmx up");
    expect(IPMON_NOTICE_DEVICE_UP, since, "ipmx", "");
    check_packets("ipmx");
    CHECK_EQ(is_active(m), 1);
    /* What another interface does, with the old name too, is not told. */
    REQUIRE(ip_command("link add ipma type veth peer name ipmy") == 0);
    REQUIRE(ip_command("link set ipma up") == 0 && ip_command("link del ipma") == 0);
    REQUIRE(ip_command("link set ipmx down") == 0);
    REQUIRE(ip_command("link set ipmx name ipma && ip link set ipma up") == 0);
    expect(IPMON_NOTICE_DEVICE_DOWN, now_ns(CLOCK_MONOTONIC), "ipmx", "");
    expect(IPMON_NOTICE_DEVICE_RENAMED, now_ns(CLOCK_MONOTONIC), "ipmx", "ipma");
    expect(IPMON_NOTICE_DEVICE_UP, now_ns(CLOCK_MONOTONIC), "ipma", "");
    check_packets("ipma");
    expect_no_more();
}

static void readdressed(ipmon_t *m, long i)
{
    int64_t since;
    char address[32];
    snprintf(address, sizeof address, "02:00:00:00:%02x:01", (unsigned)(i + 1) & 0xff);
    DO("link set ipma address %s", address);
    expect(IPMON_NOTICE_DEVICE_ADDRESS, since, "ipma", address);
    check_packets("ipma");
    expect_no_more();
    CHECK_EQ(is_active(m), 1);
}

/* The run ends, and a start finds the new one. */
static void removed_and_made_anew(long i)
{
    ipmon_t *m = watch("ipma");
    int64_t since;
    if (i % 2) {
        DO("link set ipma down");
        expect(IPMON_NOTICE_DEVICE_DOWN, since, "ipma", "");
    }
    DO("link del ipma");
    if (i % 2 == 0)
        expect(IPMON_NOTICE_DEVICE_DOWN, since, "ipma", "");
    expect(IPMON_NOTICE_DEVICE_REMOVED, since, "ipma", "removed");
    CHECK_STATUS(ipmon_wait(m, 3000), DEVICE_GONE);
    CHECK_EQ(s.ended, 1);
    CHECK_EQ(s.errors, 1);
    CHECK_EQ(s.after_end, 0);
    expect_no_more();
    CHECK_STATUS(ipmon_set_active(m, 1), NO_DEVICE);
    make_pair();
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    check_packets("ipma");
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    CHECK_EQ(LOAD(count), unread);
    check_ledger(m);
    CHECK_STATUS(ipmon_free(m), OK);
}

/* What had arrived on the old one and what arrives on the new one is one run. */
static void removed_and_captured_again(ipmon_t *m, long i)
{
    ipmon_stats before;
    int64_t since;
    check_packets("ipma");
    before = stats_of(m);
    DO("link del ipma");
    expect(IPMON_NOTICE_DEVICE_DOWN, since, "ipma", "");
    expect(IPMON_NOTICE_DEVICE_REMOVED, since, "ipma", "removed");
    CHECK_EQ(is_active(m), 1);
    CHECK(stats_of(m).received >= before.received);
    if (i == 0) {
        long sleeps_before = sleeps();
        sleep_us(1000000);
        CHECK(slow() || sleeps() - sleeps_before <= 5);
    }
    /* Others do not count, nor one that is there and down. */
    REQUIRE(ip_command("link add ipmz type veth peer name ipma") == 0);
    expect_no_more();
    REQUIRE(ip_command("addr add 10.98.0.1/24 dev ipma && ip link set ipmz up") == 0);
    DO("link set ipma up");
    expect(IPMON_NOTICE_DEVICE_AGAIN, since, "ipma", "again");
    check_packets("ipma");
    CHECK_EQ(is_active(m), 1);
}

static void reopened(long times)
{
    ipmon_t *m = new_live("ipma", &s);
    int64_t since;
    long i;
    CHECK_STATUS(ipmon_set_reopen(m, 1), OK);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, NULL), OK);
    CHECK_STATUS(ipmon_set_on_notice(m, on_notice, &s), OK);
    STORE(count, 0);
    unread = 0;
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    for (i = 0; i < times; i++)
        removed_and_captured_again(m, i);
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    CHECK_EQ(s.errors, 0);
    CHECK_EQ(s.ended, 1);
    CHECK(check_ledger(m).delivered >= 2 * (uint64_t)times);

    /* A stop does not wait for what may never come. */
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    REQUIRE(ip_command("link del ipma") == 0);
    WAIT_UNTIL(LOAD(told[(LOAD(count) + MOST_TOLD - 1) % MOST_TOLD].code)
                   == IPMON_NOTICE_DEVICE_REMOVED,
               3);
    since = now_ns(CLOCK_MONOTONIC);
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    CHECK(slow() || now_ns(CLOCK_MONOTONIC) - since < 50 * 1000000);
    CHECK_EQ(s.ended, 2);
    check_ledger(m);
    CHECK_STATUS(ipmon_free(m), OK);
    make_pair();
}

/* All interfaces together outlive each of them. */
static void on_any(void)
{
    ipmon_t *m = watch("any");
    int64_t since;
    DO("link set ipma down");
    expect(IPMON_NOTICE_DEVICE_DOWN, since, "ipma", "");
    DO("link set ipma name ipmx");
    expect(IPMON_NOTICE_DEVICE_RENAMED, since, "ipma", "ipmx");
    DO("link set ipmx name ipma");
    expect(IPMON_NOTICE_DEVICE_RENAMED, since, "ipmx", "ipma");
    DO("link set ipma up");
    expect(IPMON_NOTICE_DEVICE_UP, since, "ipma", "");
    DO("link del ipma");
    WAIT_UNTIL(LOAD(count) == unread + 4, 3);
    CHECK_EQ(is_active(m), 1);
    make_pair();
    check_packets("ipma");
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    CHECK_STATUS(ipmon_free(m), OK);
}

int main(void)
{
    long i, each = full(100);
    ipmon_t *m;
    watchdog(240);
    need_live();
    make_pair();
    sender = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    REQUIRE(sender >= 0);
    m = watch("ipma");
    for (i = 0; i < each; i++) {
        down_and_up(m, i);
        renamed(m);
        readdressed(m, i);
    }
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    CHECK_EQ(s.errors, 0);
    check_ledger(m);
    CHECK_STATUS(ipmon_free(m), OK);
    for (i = 0; i < each; i++)
        removed_and_made_anew(i);
    reopened(each);
    on_any();
    FIGURES("%ld rounds of each; the slowest notice after %.0f ms; %.1f wake-ups a second "
            "while down", each, slowest, most_wakes);
    close(sender);
    return verdict();
}
