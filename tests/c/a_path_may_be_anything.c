/* What a path may lead to, other than a good capture file: each has its status, and none
 * keeps the caller for longer than 100 ms after a stop. */
#include "check.h"
#include "capture.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

static char folder[] = "/tmp/ipmon-test-XXXXXX";
static double slowest_stop;

static double ms_since(int64_t begin) { return (double)(now_ns(CLOCK_MONOTONIC) - begin) / 1e6; }

/* A path in the folder of this test, in one of four buffers. */
static const char *in_folder(const char *name)
{
    static char paths[4][600];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

/* At once, with a status and a text of one line. */
static void check_parse(const char *path, ipmon_status want, const char *words)
{
    ipmon_t *m = new_monitor();
    int64_t begin = now_ns(CLOCK_MONOTONIC);
    ipmon_status got = ipmon_parse_pcap_file(m, path);
    double ms = ms_since(begin);
    if (got != want || (!slow() && ms > 100))
        fprintf(stderr, "%.80s: %s after %.0f ms\n", path, ipmon_status_text(got), ms);
    CHECK_EQ(got, want);
    CHECK(slow() || ms <= 100);
    if (got != IPMON_STATUS_OK) {
        /* A path may be half of it. */
        static char text[16384];
        const char *reason;
        CHECK_STATUS(ipmon_last_error(m, text, sizeof text, NULL), OK);
        CHECK(is_one_line(text));
        reason = strstr(text, words);
        if (!reason)
            fprintf(stderr, "%.80s: %.300s\n", path, text);
        CHECK(reason != NULL);
    }
    check_ledger(m);
    CHECK_STATUS(ipmon_free(m), OK);
}

/* --- Those that wait ---------------------------------------------------------------- */

struct waiting {
    ipmon_t *m;
    const char *path;
    int32_t result;
    int started, over;
};

static void *parse(void *argument)
{
    struct waiting *w = argument;
    STORE(w->started, 1);
    STORE(w->result, ipmon_parse_pcap_file(w->m, w->path));
    STORE(w->over, 1);
    return NULL;
}

static void check_stop_of(const char *path, int closes)
{
    struct waiting w;
    pthread_t thread;
    int64_t begin;
    double ms;
    memset(&w, 0, sizeof w);
    w.m = new_monitor();
    w.path = path;
    REQUIRE(pthread_create(&thread, NULL, parse, &w) == 0);
    WAIT_UNTIL(LOAD(w.started), 10);
    sleep_us(50000);
    if (LOAD(w.over))
        fprintf(stderr, "%s: %s, %s\n", path, ipmon_status_text(LOAD(w.result)), last_error(w.m));
    CHECK_EQ(LOAD(w.over), 0);
    begin = now_ns(CLOCK_MONOTONIC);
    if (closes)
        CHECK_STATUS(ipmon_free(w.m), OK);
    else
        CHECK_STATUS(ipmon_set_active(w.m, 0), OK);
    pthread_join(thread, NULL);
    ms = ms_since(begin);
    if (ms > slowest_stop)
        slowest_stop = ms;
    CHECK(slow() || ms <= 100);
    CHECK_STATUS(LOAD(w.result), INTERRUPTED);
    CHECK_EQ(ipmon_free(w.m), closes ? IPMON_STATUS_BAD_HANDLE : IPMON_STATUS_OK);
}

static void those_that_wait(void)
{
    const char *fifo = in_folder("fifo");
    int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    int writer, i;
    REQUIRE(mkfifo(fifo, 0600) == 0);
    for (i = 0; i < 4; i++)
        check_stop_of(fifo, i % 2);
    writer = open(fifo, O_RDWR | O_CLOEXEC);
    REQUIRE(writer >= 0);
    check_stop_of(fifo, 0);
    /* A file header, and then silence. */
    REQUIRE(write(writer, "\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\0\0\4\0\1\0\0\0", 24) == 24);
    check_stop_of(fifo, 0);
    close(writer);
    if (terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0) {
        /* Without a terminal of its own the process must not get this one. */
        check_stop_of(ptsname(terminal), 0);
        close(terminal);
    }
    unlink(fifo);
}

static void on_signal(int number) { (void)number; }

/* A file server has a lease on what its clients have open. It is told when another
 * program comes, and has 45 seconds to give the lease up. */
static void leased_files(const char *good)
{
    struct waiting w;
    pthread_t thread;
    int ends[2];
    char byte;
    pid_t holder;
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    holder = fork();
    REQUIRE(holder >= 0);
    if (holder == 0) {
        int fd = open(good, O_RDWR | O_CLOEXEC);
        signal(SIGIO, on_signal);
        alarm(60);
        byte = fcntl(fd, F_SETLEASE, F_WRLCK) == 0;
        if (send(ends[1], &byte, 1, 0) != 1 || recv(ends[1], &byte, 1, 0) != 1)
            _exit(1);
        fcntl(fd, F_SETLEASE, F_UNLCK);
        _exit(0);
    }
    REQUIRE(recv(ends[0], &byte, 1, 0) == 1);
    memset(&w, 0, sizeof w);
    if (byte) {
        check_stop_of(good, 0);
        check_stop_of(good, 1);
        w.m = new_monitor();
        w.path = good;
        REQUIRE(pthread_create(&thread, NULL, parse, &w) == 0);
        sleep_us(50000);
        CHECK_EQ(LOAD(w.over), 0);
        REQUIRE(send(ends[0], &byte, 1, 0) == 1);
        pthread_join(thread, NULL);
        CHECK_STATUS(w.result, OK);
        CHECK_EQ(check_ledger(w.m).received, 10);
        CHECK_STATUS(ipmon_free(w.m), OK);
    } else {
        printf("# this file system has no leases\n");
    }
    close(ends[0]);
    close(ends[1]);
    REQUIRE(waitpid(holder, NULL, 0) == holder);
}

/* --- Those that are other things ---------------------------------------------------- */

static void those_that_are_no_files(void)
{
    struct sockaddr_un name;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    memset(&name, 0, sizeof name);
    name.sun_family = AF_UNIX;
    snprintf(name.sun_path, sizeof name.sun_path, "%s/socket", folder);
    REQUIRE(fd >= 0 && bind(fd, (struct sockaddr *)&name, sizeof name) == 0);
    check_parse(name.sun_path, IPMON_STATUS_IO, "No such device or address");
    close(fd);
    unlink(name.sun_path);
    check_parse(folder, IPMON_STATUS_IO, "directory");
    check_parse("/", IPMON_STATUS_IO, "directory");
    check_parse("/dev/zero", IPMON_STATUS_NOT_A_CAPTURE, "");
    check_parse("/dev/null", IPMON_STATUS_NOT_A_CAPTURE, "");
    check_parse("/dev/full", IPMON_STATUS_NOT_A_CAPTURE, "");
    check_parse("/proc/self/status", IPMON_STATUS_NOT_A_CAPTURE, "");
    check_parse("/proc/self/mem", IPMON_STATUS_IO, "Input/output error");
}

static void links_and_permissions(const char *good)
{
    const char *a = in_folder("a"), *b = in_folder("b");
    REQUIRE(symlink(b, a) == 0 && symlink(a, b) == 0);
    check_parse(a, IPMON_STATUS_IO, "symbolic links");
    REQUIRE(unlink(b) == 0);
    check_parse(a, IPMON_STATUS_NOT_FOUND, "No such file");
    REQUIRE(symlink(good, b) == 0);
    check_parse(a, IPMON_STATUS_OK, "");
    REQUIRE(unlink(a) == 0 && unlink(b) == 0);
    REQUIRE(snprintf(NULL, 0, "%s/x", good) < 500);
    {
        char below[512];
        snprintf(below, sizeof below, "%s/x", good);
        check_parse(below, IPMON_STATUS_NOT_FOUND, "Not a directory");
    }
    REQUIRE(chmod(good, 0) == 0);
    if (geteuid() == 0) {
        REQUIRE(seteuid(65534) == 0);
        check_parse(good, IPMON_STATUS_NO_PERMISSION, "Permission denied");
        REQUIRE(seteuid(0) == 0);
    } else {
        check_parse(good, IPMON_STATUS_NO_PERMISSION, "Permission denied");
    }
    REQUIRE(chmod(good, 0600) == 0);
}

static void long_and_strange_names(const char *good)
{
    static const char *const strange[] = {"\xff\xfe\x80", "two\nlines", "\x1b[31mred", "q\"uote",
                                          "-", "\xe2\x80\xae"};
    static char path[1048577];
    size_t i;
    check_parse("", IPMON_STATUS_BAD_ARGUMENT, "path");
    memset(path, 'x', sizeof path - 1);
    check_parse(path, IPMON_STATUS_BAD_ARGUMENT, "path");
    path[4097] = 0;
    check_parse(path, IPMON_STATUS_BAD_ARGUMENT, "path");
    path[4096] = 0;
    check_parse(path, IPMON_STATUS_IO, "File name too long");
    path[256] = 0;
    check_parse(path, IPMON_STATUS_IO, "File name too long");
    /* Long, and yet a file: the same folder over and over. The kernel takes 4,095. */
    memset(path, '/', 4095);
    memcpy(path + 4095 - strlen(good), good, strlen(good) + 1);
    check_parse(path, IPMON_STATUS_OK, "");
    for (i = 0; i < sizeof strange / sizeof *strange; i++) {
        const char *name = in_folder(strange[i]);
        check_parse(name, IPMON_STATUS_NOT_FOUND, "No such file");
        REQUIRE(link(good, name) == 0);
        check_parse(name, IPMON_STATUS_OK, "");
        REQUIRE(unlink(name) == 0);
    }
}

int main(void)
{
    struct capture good;
    watchdog(60);
    signal(SIGHUP, SIG_IGN);
    REQUIRE(mkdtemp(folder) != NULL);
    pcap_of_datagrams(&good, 10);
    those_that_wait();
    leased_files(good.path);
    those_that_are_no_files();
    links_and_permissions(good.path);
    long_and_strange_names(good.path);
    capture_remove(&good);
    CHECK_EQ(rmdir(folder), 0);
    FIGURES("slowest stop %.1f ms", slowest_stop);
    return verdict();
}
