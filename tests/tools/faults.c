/* Has the system calls of the library fail in turn, and looks at what it makes of it.
 *
 * usage: faults FOLDER [PART CALL]
 *
 * Each case is a process of its own that runs one part of the library (a start, a stop,
 * a capture, a file) while strace makes the nth call of a kind fail; n grows until no
 * call is left to fail. Whatever fails: a status with a text, or all works; a stop
 * within five seconds; nothing left behind; and the next start works.
 *
 * Prints a line a case, `ok NAME: WHAT`, `not ok NAME` or `skip NAME: WHY`, and counts
 * them in the last line. FOLDER takes the traces. With PART and CALL, such as
 * "stop poll", only their cases. IPMON_LIVE says which source captures. */
#include "../c/capture.h"
#include "faults.h"

enum part { COLD, START, STOP, RUN, PULL, PARSE };
static const char *const part_names[] = {"first start", "start", "stop", "capture", "pull",
                                         "parse"};

struct series {
    enum part part;
    const char *call, *error;
    int most;         /* how many calls to fail in turn; 0: fifty in a row, once */
    char source;      /* 'r' where our own ring alone makes the call, 'l' libpcap; 0: both */
};

/* clone3 is what glibc makes threads with; the errors are those that Linux has for
 * these calls when it runs short of something. */
static const struct series all_series[] = {
    {COLD, "eventfd2", "EMFILE", 4, 0},  {COLD, "openat", "EMFILE", 60, 'l'},
    {COLD, "socket", "EMFILE", 20, 'r'},
    {START, "socket", "EMFILE", 20, 0},  {START, "socket", "ENOBUFS", 20, 0},
    {START, "setsockopt", "ENOMEM", 20, 0}, {START, "setsockopt", "EINVAL", 20, 0},
    {START, "bind", "ENETDOWN", 8, 0},   {START, "bind", "ENODEV", 8, 0},
    {START, "mmap", "ENOMEM", 30, 0},    {START, "eventfd2", "EMFILE", 6, 'l'},
    {START, "poll", "ENOMEM", 6, 0},     {START, "poll", "EINTR", 0, 0},
    {START, "getsockopt", "ENOBUFS", 10, 0}, {START, "ioctl", "ENODEV", 40, 'l'},
    {START, "clone3", "EAGAIN", 4, 0},   {START, "openat", "EMFILE", 10, 'l'},
    {START, "fcntl", "EINVAL", 4, 'l'},  {START, "recvmsg", "ENOBUFS", 20, 0},
    {START, "sendto", "ENOBUFS", 8, 0},
    {RUN, "poll", "ENOMEM", 4, 0},       {RUN, "poll", "EINTR", 0, 0},
    {RUN, "getsockopt", "ENOBUFS", 4, 0}, {RUN, "getsockname", "ENOBUFS", 4, 'l'},
    {STOP, "setsockopt", "ENOMEM", 4, 0}, {STOP, "poll", "ENOMEM", 4, 0},
    {STOP, "poll", "EINTR", 0, 0},       {STOP, "getsockopt", "ENOBUFS", 4, 0},
    {STOP, "write", "EIO", 2, 0},
    {PULL, "epoll_create1", "EMFILE", 2, 'r'}, {PULL, "epoll_ctl", "ENOSPC", 8, 0},
    {PARSE, "openat", "EACCES", 2, 'r'},   {PARSE, "openat", "EMFILE", 2, 'r'},
    {PARSE, "openat", "EIO", 2, 'r'},      {PARSE, "read", "EIO", 4, 'r'},
    {PARSE, "fstat,newfstatat", "EIO", 2, 'r'},
};

static const char *folder;
static char file[300];

/* --- The child --------------------------------------------------------------------- */

/* A capture that is pulled, and its descriptor. */
static void pull_once(ipmon_t *m, struct outcome *o)
{
    int64_t end = now_ns(CLOCK_MONOTONIC) + 3000000000LL;
    const uint8_t *base;
    size_t length;
    ipmon_status pulled = IPMON_STATUS_OK;
    int fd;
    o->status = ipmon_get_fd(m, &fd);
    if (o->status == IPMON_STATUS_OK)
        o->status = ipmon_open_live(m);
    if (o->status != IPMON_STATUS_OK) {
        snprintf(o->text, sizeof o->text, "%.255s", last_error(m));
        /* What could not be opened is not open. */
        CHECK_STATUS(ipmon_batch_bytes(m, &base, &length), BAD_ARGUMENT);
        return;
    }
    send_some(5);
    while (LOAD(arrived) < 5 && now_ns(CLOCK_MONOTONIC) < end
           && (pulled == IPMON_STATUS_OK || pulled == IPMON_STATUS_TIMEOUT))
        pulled = ipmon_do_events(m, 100);
    stop_and_note(m, o);
    CHECK(arrived == 5 || o->end != IPMON_STATUS_OK);
    CHECK_EQ(s.ended, 1);
    check_ledger(m);
}

static void one_good_parse(ipmon_t *m)
{
    CHECK_STATUS(ipmon_parse_pcap_file(m, file), OK);
    CHECK_EQ(check_ledger(m).received, 5000);
}

/* Neither read() nor write(), which fail at times. */
static void await(int fd)
{
    char byte;
    REQUIRE(recv(fd, &byte, 1, 0) == 1);
}

static void child(enum part part, int fd)
{
    struct held before;
    struct outcome o;
    ipmon_t *m = NULL;
    watchdog(30);
    memset(&o, 0, sizeof o);
    before = held_now();
    if (part != COLD) {
        /* What the first use of anything leaves is there from here on. */
        m = monitor_for_lo();
        REQUIRE(m != NULL);
        CHECK_STATUS(ipmon_set_filter(m, "udp"), OK);
        one_good_capture(m);
        CHECK_STATUS(ipmon_free(m), OK);
        before = held_now();
        m = monitor_for_lo();
    }
    if (part == START)
        CHECK_STATUS(ipmon_set_filter(m, "udp"), OK);
    if (part == STOP || part == RUN)
        CHECK_STATUS(ipmon_set_active(m, 1), OK);
    REQUIRE(send(fd, "r", 1, 0) == 1);
    await(fd);

    switch (part) {
    case COLD:
        m = monitor_for_lo();
        if (m)
            capture_once(m, &o);
        break;
    case START:
        capture_once(m, &o);
        break;
    case RUN: {
        int i;
        for (i = 0; i < 10; i++) {
            send_some(5);
            sleep_us(30000);
        }
        stop_and_note(m, &o);
        if (o.end == IPMON_STATUS_OK)
            CHECK_EQ(arrived, 50);
        CHECK_EQ(s.ended, 1);
        CHECK_EQ(s.errors, o.end != IPMON_STATUS_OK);
        check_ledger(m);
        break;
    }
    case STOP:
        send_some(50);
        stop_and_note(m, &o);
        CHECK_EQ(s.ended, 1);
        /* A capture that had failed before has none of them. */
        CHECK(check_ledger(m).received >= 50 || o.end != IPMON_STATUS_OK);
        break;
    case PULL:
        pull_once(m, &o);
        break;
    case PARSE:
        o.status = ipmon_parse_pcap_file(m, file);
        if (o.status != IPMON_STATUS_OK)
            snprintf(o.text, sizeof o.text, "%s", last_error(m));
        check_ledger(m);
        break;
    }
    o.made = m != NULL;
    if (o.made && (o.status || o.end))
        CHECK(is_one_line(o.text));
    REQUIRE(send(fd, &o, sizeof o, 0) == (ssize_t)sizeof o);
    await(fd);

    /* Without faults: the next one works, and nothing is left of the other. */
    if (!m)
        m = monitor_for_lo();
    REQUIRE(m != NULL);
    if (part == PARSE)
        one_good_parse(m);
    else
        one_good_capture(m);
    CHECK_STATUS(ipmon_free(m), OK);
    check_nothing_left(&before);
    if (part != COLD) {
        /* A ring is 2 MiB, a stack 8. */
        CHECK(status_number("/proc/self/status", "VmSize:") < before.virtual_kib + 2048);
    }
    fflush(NULL);
    _exit(LOAD(checks_failed) != 0);
}

/* --- The other side ---------------------------------------------------------------- */

static int all_traced(pid_t pid)
{
    char path[64];
    struct dirent *entry;
    int traced = 1;
    DIR *d;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    d = opendir(path);
    if (!d)
        return 0;
    while ((entry = readdir(d))) {
        char status[400];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(status, sizeof status, "%s/%s/status", path, entry->d_name);
        traced = traced && status_number(status, "TracerPid:") > 0;
    }
    closedir(d);
    return traced;
}

static pid_t strace(pid_t pid, enum part part, const char *trace, const char *inject)
{
    char number[16];
    pid_t tracer = fork();
    REQUIRE(tracer >= 0);
    if (tracer == 0) {
        const char *argv[] = {"strace", "-qq", "-f", "-o", trace, "-p", number, "-e", inject,
                              "-P", file, NULL};
        snprintf(number, sizeof number, "%d", (int)pid);
        if (part != PARSE)
            argv[9] = NULL;
        execvp("strace", (char **)argv);
        _exit(127);
    }
    return tracer;
}

static int was_injected(const char *trace)
{
    char line[2048];
    int injected = 0;
    FILE *f = fopen(trace, "r");
    while (f && fgets(line, sizeof line, f))
        injected = injected || strstr(line, "(INJECTED)");
    if (f)
        fclose(f);
    return injected;
}

/* Whether there was a call to fail; -1 where strace cannot run. */
static int one_case(const struct series *series, int n)
{
    char name[128], what[400], trace[320], inject[128];
    struct outcome o;
    int ends[2], status = 0, injected, i, whole;
    pid_t pid, tracer;
    snprintf(name, sizeof name, "%s, %s %s %d", part_names[series->part], series->call,
             series->error, n);
    if (!series->most)
        snprintf(name, sizeof name, "%s, %s %s fifty times", part_names[series->part],
                 series->call, series->error);
    snprintf(trace, sizeof trace, "%s/trace", folder);
    unlink(trace);
    snprintf(inject, sizeof inject, "inject=%s:error=%s:when=%d%s", series->call, series->error,
             n, series->most ? "" : "..50");
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    pid = fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        close(ends[0]);
        child(series->part, ends[1]);
    }
    close(ends[1]);
    await(ends[0]);
    tracer = strace(pid, series->part, trace, inject);
    for (i = 0; i < 5000 && !all_traced(pid); i++) {
        if (waitpid(tracer, &status, WNOHANG) == tracer) {
            kill(pid, SIGKILL);
            waitpid(pid, NULL, 0);
            close(ends[0]);
            return -1;
        }
        sleep_us(1000);
    }
    memset(&o, 0, sizeof o);
    whole = write(ends[0], "g", 1) == 1
            && recv(ends[0], &o, sizeof o, MSG_WAITALL) == (ssize_t)sizeof o;
    kill(tracer, SIGTERM);
    waitpid(tracer, NULL, 0);
    if (whole && write(ends[0], "g", 1) != 1)
        whole = 0;
    waitpid(pid, &status, 0);
    close(ends[0]);
    injected = was_injected(trace);
    if (!whole || status != 0) {
        snprintf(what, sizeof what, "%s %d; status %d, end %d, %s",
                 WIFSIGNALED(status) ? "ended by signal" : "exit status",
                 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), (int)o.status,
                 (int)o.end, o.text);
        report(0, name, what);
    } else if (injected) {
        if (!o.made)
            snprintf(what, sizeof what, "no monitor");
        else if (o.status || o.end)
            snprintf(what, sizeof what, "%s, %s", ipmon_status_text(o.status ? o.status : o.end),
                     o.text);
        else
            snprintf(what, sizeof what, "all works");
        report(1, name, what);
    }
    return injected;
}

int main(int argc, char **argv)
{
    const char *forced = getenv("IPMON_LIVE");
    char source = forced && *forced == 'l' ? 'l' : 'r';
    struct capture c;
    size_t i;
    REQUIRE(argc >= 2);
    folder = argv[1];
    /* Nothing of the library may be used before the children are made. */
    if (!own_namespace()) {
        printf("skip faults: needs root: network namespaces\n0 passed, 0 failed, 1 skipped\n");
        return 0;
    }
    sender = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    REQUIRE(sender >= 0);
    pcap_of_datagrams(&c, 5000);
    snprintf(file, sizeof file, "%s", c.path);

    for (i = 0; i < sizeof all_series / sizeof *all_series; i++) {
        const struct series *series = &all_series[i];
        char inject[64];
        int n, found = 1;
        snprintf(inject, sizeof inject, "%s %s", part_names[series->part], series->call);
        if (series->source && series->source != source)
            continue;
        if (argc > 2 && !strstr(inject, argv[2]))
            continue;
        for (n = 1; found == 1 && n <= (series->most ? series->most : 1); n++)
            found = one_case(series, n);
        if (found < 0) {
            skipped++;
            printf("skip system calls that fail: strace is not there, or may not trace\n");
            break;
        }
        if (n == 2 && !found) {
            skipped++;
            printf("skip %s %s: it is not called\n", inject, series->error);
            /* A child would write it once more. */
            fflush(stdout);
        }
    }
    capture_remove(&c);
    printf("%ld passed, %ld failed, %ld skipped\n", passed, failed, skipped);
    return failed != 0 || !passed;
}
