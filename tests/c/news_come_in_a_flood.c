/* While packets come as fast as they can be sent, what happens to the interface is told
 * within a quarter of a second all the same, and a stop takes no longer than usual. */
#include "net.h"

#include <linux/if_packet.h>

enum { TIMES = 5, WITHIN_MS = 250, BATCH = 64, SIZE = 64 };

static struct seen s;
static int64_t told;

static void on_notice(const ipmon_notice *notice, void *user)
{
    see_notice(notice, user);
    if (notice->code == IPMON_NOTICE_DEVICE_ADDRESS)
        STORE(told, now_ns(CLOCK_MONOTONIC));
}

/* Frames into the other end of the pair, from a child, until the test is over. */
static pid_t flood(void)
{
    static const uint8_t headers[] = {2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1, 8, 0,
                                      0x45, 0, 0, SIZE - 14, 0, 1, 0, 0, 64, 17, 0, 0,
                                      10, 98, 0, 2, 10, 98, 0, 9};
    uint8_t frame[SIZE] = {0};
    struct iovec part;
    struct mmsghdr batch[BATCH];
    struct sockaddr_ll there;
    int i, fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    pid_t child;
    memset(&there, 0, sizeof there);
    memset(batch, 0, sizeof batch);
    memcpy(frame, headers, sizeof headers);
    there.sll_family = AF_PACKET;
    there.sll_ifindex = (int)if_nametoindex("ipmb");
    REQUIRE(fd >= 0 && bind(fd, (struct sockaddr *)&there, sizeof there) == 0);
    part.iov_base = frame;
    part.iov_len = sizeof frame;
    for (i = 0; i < BATCH; i++) {
        batch[i].msg_hdr.msg_iov = &part;
        batch[i].msg_hdr.msg_iovlen = 1;
    }
    child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        alarm(60);
        for (;;) {
            sendmmsg(fd, batch, BATCH, 0);
            if (slow())
                sleep_us(50000);
        }
    }
    close(fd);
    return child;
}

int main(void)
{
    double slowest = 0, stop;
    pid_t child;
    ipmon_stats c;
    ipmon_t *m;
    int i;
    watchdog(60);
    need_live();
    REQUIRE(ip_command("link add ipma type veth peer name ipmb") == 0);
    REQUIRE(ip_command("link set ipmb up") == 0 && ip_command("link set ipma up") == 0);
    child = flood();
    m = new_live("ipma", &s);
    CHECK_STATUS(ipmon_set_buffer_size(m, 33554432), OK);
    CHECK_STATUS(ipmon_set_address_text(m, 0), OK);
    CHECK_STATUS(ipmon_set_on_notice(m, on_notice, &s), OK);
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    sleep_us(100000);
    for (i = 0; i < TIMES; i++) {
        int64_t since = now_ns(CLOCK_MONOTONIC);
        double ms;
        STORE(told, 0);
        REQUIRE(ip_command("link set ipma address 02:00:00:00:%02x:01", i + 1) == 0);
        WAIT_UNTIL(LOAD(told) != 0, 3);
        ms = (double)(LOAD(told) - since) / 1e6;
        CHECK(LOAD(told) != 0 && (slow() || ms <= WITHIN_MS));
        slowest = ms > slowest ? ms : slowest;
    }
    stop = (double)now_ns(CLOCK_MONOTONIC);
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    stop = ((double)now_ns(CLOCK_MONOTONIC) - stop) / 1e6;
    CHECK(slow() || stop <= 100);
    end_traffic(child);
    c = check_ledger(m);
    CHECK(c.delivered > 0);
    CHECK_EQ(c.delivered, s.packets);
    CHECK_STATUS(ipmon_free(m), OK);
    FIGURES("%llu packets; told after %.1f ms at most; stop %.1f ms",
            (unsigned long long)c.delivered, slowest, stop);
    return verdict();
}
