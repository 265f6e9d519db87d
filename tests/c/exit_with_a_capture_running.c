/* exit() stops captures before the program's own statics go, wherever it is called:
 * on the main thread, in the callback of a capture, in that of a file. */
#include "capture.h"
#include "net.h"

static unsigned long calls, late;
static int gone;
static struct capture file;

enum where { MAIN, CALLBACK, FILE_CALLBACK };
static enum where where;

static void on_packet(const ipmon_packet *packet, void *user)
{
    (void)packet;
    (void)user;
    ADD(calls, 1);
    if (LOAD(gone))
        ADD(late, 1);
    if (where != MAIN && LOAD(calls) == 10)
        exit(0);
}

/* Registered before the library was used, so that it runs after the library's own
 * end, as the destructors of statics do. */
static void statics_go(void)
{
    STORE(gone, 1);
    sleep_us(100000);
    if (LOAD(late) || LOAD(checks_failed))
        _exit(1);
    /* An instrument would look for leaks now, in a program that was told to end in
     * the midst of its work. */
    if (slow())
        raise(SIGKILL);
}

/* A child that exits while datagrams come in over loopback. */
static void child_main(void)
{
    ipmon_t *m;
    int sender, sink, i;
    watchdog(20);
    REQUIRE(atexit(statics_go) == 0);
    if (where == FILE_CALLBACK) {
        m = new_monitor();
        CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, NULL), OK);
        CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), OK);
        _exit(1);
    }
    m = new_live("lo", NULL);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, NULL), OK);
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    sink = udp_socket("127.0.0.1", OUR_PORT);
    sender = udp_socket("127.0.0.1", PEER_PORT);
    for (i = 0; i < 100000; i++) {
        send_stamped(sender, "127.0.0.1", OUR_PORT, (uint64_t)i, 64);
        sleep_us(50);
        if (where == MAIN && LOAD(calls) > 100)
            exit(0);
    }
    close(sink);
    _exit(2);
}

static void check_exit(enum where it)
{
    int status = -1;
    pid_t child;
    where = it;
    child = fork();
    REQUIRE(child >= 0);
    if (child == 0)
        child_main();
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK_EQ(status, slow() ? SIGKILL : 0);
}

int main(void)
{
    int i;
    pid_t probe;
    int live = 0;
    watchdog(100);
    pcap_of_datagrams(&file, 20);
    check_exit(FILE_CALLBACK);
    /* Asked in a child: this program must not have used the library when it forks. */
    probe = fork();
    REQUIRE(probe >= 0);
    if (probe == 0) {
        need_live();
        _exit(0);
    }
    CHECK_EQ(waitpid(probe, &live, 0), probe);
    if (live == 0 && own_namespace())
        for (i = 0; i < rounds(10, 1); i++) {
            check_exit(MAIN);
            check_exit(CALLBACK);
        }
    capture_remove(&file);
    if (live != 0 && !LOAD(checks_failed))
        SKIP("the live part needs root: network namespaces");
    return verdict();
}
