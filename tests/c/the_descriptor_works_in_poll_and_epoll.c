/* The descriptor of ipmon_get_fd() is readable while a pull would find something, and not
 * while it would not: in poll(), and in epoll by level and by edge; for a file, a pipe and
 * an interface; and for an interrupt and a stop by another thread. */
#include "net.h"
#include "capture.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/stat.h>

enum { MOST = 64 };

static ipmon_packet batch[MOST];

static int readable(int fd, int ms)
{
    struct pollfd p;
    p.fd = fd;
    p.events = POLLIN;
    p.revents = 0;
    return poll(&p, 1, ms) == 1;
}

static int fd_of(ipmon_t *m)
{
    int fd = -1;
    CHECK_STATUS(ipmon_get_fd(m, &fd), OK);
    CHECK(fd >= 0);
    return fd;
}

/* Pulls what is there; how many packets, and what came then. */
static long drain(ipmon_t *m, size_t capacity, ptrdiff_t *last)
{
    long count = 0;
    while ((*last = ipmon_next_batch(m, batch, sizeof *batch, capacity, 0)) > 0)
        count += (long)*last;
    return count;
}

static void of_a_file(struct capture *file)
{
    ipmon_t *m = new_monitor();
    int fd = fd_of(m);
    ptrdiff_t last;
    CHECK(!readable(fd, 0));
    CHECK_STATUS(ipmon_open_pcap_file(m, file->path), OK);
    CHECK_EQ(fd_of(m), fd);
    CHECK(readable(fd, 0));
    CHECK_EQ(ipmon_next_batch(m, batch, sizeof *batch, 1, 0), 1);
    CHECK(readable(fd, 0));
    CHECK_EQ(drain(m, MOST, &last), 99);
    CHECK_EQ(last, IPMON_STATUS_END);
    CHECK(readable(fd, 0));
    CHECK_STATUS(ipmon_free(m), OK);
}

static void send_file(int to, const struct capture *file, long from, size_t length)
{
    static char bytes[65536];
    FILE *f = fopen(file->path, "rb");
    REQUIRE(f && fseek(f, from, SEEK_SET) == 0);
    REQUIRE(fread(bytes, 1, length, f) == length);
    REQUIRE(write(to, bytes, length) == (ssize_t)length);
    fclose(f);
}

/* By edge: one readiness for each arrival, and what follows it is to be drained. */
static void of_a_pipe(struct capture *file, int edge)
{
    ipmon_t *m = new_monitor();
    char path[300];
    struct epoll_event event, got;
    int ends, set = epoll_create1(EPOLL_CLOEXEC), fd = fd_of(m);
    ptrdiff_t last;
    long record = 16 + 64, i;
    snprintf(path, sizeof path, "%s.pipe", file->path);
    REQUIRE(mkfifo(path, 0600) == 0);
    ends = open(path, O_RDWR | O_CLOEXEC);
    REQUIRE(set >= 0 && ends >= 0);
    CHECK_STATUS(ipmon_open_pcap_file(m, path), OK);
    memset(&event, 0, sizeof event);
    event.events = EPOLLIN | (edge ? EPOLLET : 0u);
    REQUIRE(epoll_ctl(set, EPOLL_CTL_ADD, fd, &event) == 0);
    CHECK_EQ(drain(m, MOST, &last), 0);
    CHECK_EQ(last, 0);
    while (epoll_wait(set, &got, 1, 0) > 0)
        drain(m, MOST, &last);
    CHECK(!readable(fd, 20));
    send_file(ends, file, 0, 24);
    for (i = 0; i < 20; i++) {
        send_file(ends, file, 24 + i * 3 * record, (size_t)(3 * record));
        CHECK_EQ(epoll_wait(set, &got, 1, 2000), 1);
        if (!edge)
            CHECK_EQ(epoll_wait(set, &got, 1, 2000), 1);
        CHECK_EQ(drain(m, 2, &last), 3);
        CHECK_EQ(last, 0);
        while (edge && epoll_wait(set, &got, 1, 0) > 0) {
        }
        CHECK(!readable(fd, 0));
    }
    ipmon_interrupt(m);
    CHECK_EQ(epoll_wait(set, &got, 1, 2000), 1);
    CHECK_EQ(ipmon_next_batch(m, batch, sizeof *batch, 1, -1), IPMON_STATUS_INTERRUPTED);
    CHECK_EQ(ipmon_next_batch(m, batch, sizeof *batch, 1, 0), 0);
    while (edge && epoll_wait(set, &got, 1, 0) > 0) {
    }
    CHECK(!readable(fd, 0));
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    CHECK_EQ(epoll_wait(set, &got, 1, 2000), 1);
    CHECK_EQ(ipmon_next_batch(m, batch, sizeof *batch, 1, -1), IPMON_STATUS_INTERRUPTED);
    CHECK_EQ(check_ledger(m).delivered, 60);
    CHECK_STATUS(ipmon_free(m), OK);
    close(set);
    close(ends);
    CHECK_EQ(unlink(path), 0);
}

static void of_an_interface(void)
{
    ipmon_t *m;
    struct seen s;
    int fd, sink, sender, i;
    long count = 0;
    ptrdiff_t last;
    need_live();
    m = new_live("lo", &s);
    fd = fd_of(m);
    sink = udp_socket("127.0.0.1", OUR_PORT);
    sender = udp_socket("127.0.0.1", PEER_PORT);
    CHECK_STATUS(ipmon_open_live(m), OK);
    CHECK_STATUS(ipmon_set_active(m, 1), BUSY);
    for (i = 0; i < 5 && readable(fd, 20); i++)
        drain(m, MOST, &last);
    CHECK(!readable(fd, 20));
    for (i = 0; i < 20; i++) {
        send_stamped(sender, "127.0.0.1", OUR_PORT, 0, 64);
        CHECK(readable(fd, 2000));
        WAIT_UNTIL((count += drain(m, 1, &last)) > i, 5);
        CHECK_EQ(last, 0);
    }
    for (i = 0; i < 5 && readable(fd, 20); i++)
        CHECK_EQ(drain(m, MOST, &last), 0);
    CHECK(!readable(fd, 20));
    CHECK_EQ(count, 20);
    send_stamped(sender, "127.0.0.1", OUR_PORT, 0, 64);
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    CHECK_EQ(check_ledger(m).delivered, 20);
    CHECK_EQ(check_ledger(m).discarded, 1);
    CHECK_EQ(s.packets, 0);
    CHECK_EQ(s.ended, 1);
    CHECK_STATUS(ipmon_free(m), OK);
    close(sender);
    close(sink);
}

int main(void)
{
    struct capture file;
    watchdog(60);
    pcap_of_datagrams(&file, 100);
    of_a_file(&file);
    of_a_pipe(&file, 0);
    of_a_pipe(&file, 1);
    of_an_interface();
    as_root();
    capture_remove(&file);
    return verdict();
}
