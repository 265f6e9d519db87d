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
#include "../c/net.h"
#include "../c/leftovers.h"
#include "../c/capture.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <linux/capability.h>

enum part { COLD, START, STOP, RUN, PARSE };
static const char *const part_names[] = {"first start", "start", "stop", "capture", "parse"};

/* What the child writes back about the part that ran under faults. */
struct outcome {
    int32_t made;     /* the monitor was there */
    int32_t status;   /* of the call that the part is about */
    int32_t end;      /* of ipmon_wait() */
    int64_t stop_ns;
    char text[256];
};

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
    {START, "getsockopt", "ENOBUFS", 10, 0}, {START, "ioctl", "ENODEV", 40, 0},
    {START, "clone3", "EAGAIN", 4, 0},   {START, "openat", "EMFILE", 10, 'l'},
    {START, "fcntl", "EINVAL", 4, 'l'},  {START, "recvmsg", "ENOBUFS", 20, 0},
    {START, "sendto", "ENOBUFS", 8, 0},
    {RUN, "poll", "ENOMEM", 4, 0},       {RUN, "poll", "EINTR", 0, 0},
    {RUN, "getsockopt", "ENOBUFS", 4, 0}, {RUN, "getsockname", "ENOBUFS", 4, 'l'},
    {STOP, "setsockopt", "ENOMEM", 4, 0}, {STOP, "poll", "ENOMEM", 4, 0},
    {STOP, "poll", "EINTR", 0, 0},       {STOP, "getsockopt", "ENOBUFS", 4, 0},
    {STOP, "write", "EIO", 2, 0},
    {PARSE, "openat", "EACCES", 2, 'r'},   {PARSE, "openat", "EMFILE", 2, 'r'},
    {PARSE, "openat", "EIO", 2, 'r'},      {PARSE, "read", "EIO", 4, 'r'},
    {PARSE, "fstat,newfstatat", "EIO", 2, 'r'},
};

static const char *folder;
static char file[300];
static long passed, failed, skipped;

/* --- The child --------------------------------------------------------------------- */

static struct seen s;
static unsigned long arrived;

static void on_packet(const ipmon_packet *p, void *user)
{
    (void)user;
    if (p->destination_port == OUR_PORT)
        ADD(arrived, 1);
    see_packet(p, &s);
}

/* Opened before anything fails. */
static int sender;

static void send_some(int count)
{
    int i;
    for (i = 0; i < count; i++)
        send_stamped(sender, "127.0.0.1", OUR_PORT, (uint64_t)i, 64);
}

static ipmon_t *monitor_for_lo(void)
{
    ipmon_t *m = ipmon_new();
    if (!m)
        return NULL;
    CHECK_STATUS(ipmon_set_local_host(m, "lo"), OK);
    CHECK_STATUS(ipmon_set_buffer_size(m, 2097152), OK);
    see_all(m, &s);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, NULL), OK);
    STORE(arrived, 0);
    return m;
}

static void stop_and_note(ipmon_t *m, struct outcome *o)
{
    int64_t begin = now_ns(CLOCK_MONOTONIC);
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    o->stop_ns = now_ns(CLOCK_MONOTONIC) - begin;
    CHECK(o->stop_ns < 5000000000LL);
    CHECK_EQ(is_active(m), 0);
    o->end = ipmon_wait(m, 0);
    if (o->end != IPMON_STATUS_OK)
        snprintf(o->text, sizeof o->text, "%.255s", last_error(m));
}

/* A whole capture, and that it captures. */
static void capture_once(ipmon_t *m, struct outcome *o)
{
    o->status = ipmon_set_active(m, 1);
    if (o->status != IPMON_STATUS_OK) {
        snprintf(o->text, sizeof o->text, "%.255s", last_error(m));
        CHECK_EQ(is_active(m), 0);
        CHECK_EQ(s.ended, 0);
        return;
    }
    send_some(5);
    WAIT_UNTIL(LOAD(arrived) == 5 || LOAD(s.ended), 3);
    stop_and_note(m, o);
    if (o->end == IPMON_STATUS_OK)
        CHECK_EQ(arrived, 5);
    CHECK_EQ(s.ended, 1);
    CHECK_EQ(s.errors, o->end != IPMON_STATUS_OK);
    check_ledger(m);
}

static void one_good_capture(ipmon_t *m)
{
    struct outcome o;
    memset(&o, 0, sizeof o);
    see_all(m, &s);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, NULL), OK);
    STORE(arrived, 0);
    capture_once(m, &o);
    CHECK_STATUS(o.status, OK);
    CHECK_STATUS(o.end, OK);
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

static void report(int good, const char *name, const char *what)
{
    if (good)
        passed++;
    else
        failed++;
    printf("%s %s%s%s\n", good ? "ok" : "not ok", name, *what ? ": " : "", what);
    fflush(stdout);
}

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

/* --- Limits of the system ---------------------------------------------------------- */

static void limit(int resource, rlim_t now)
{
    struct rlimit l;
    REQUIRE(getrlimit(resource, &l) == 0);
    l.rlim_cur = now;
    REQUIRE(setrlimit(resource, &l) == 0);
}

/* The lowest limit under which so many more descriptors can be opened. */
static rlim_t room_for(int more)
{
    int fd;
    for (fd = 0; more >= 0; fd++)
        if (fcntl(fd, F_GETFD) < 0 && more-- == 0)
            break;
    return (rlim_t)fd;
}

/* Each time one more descriptor is left, from none, until a start works. */
static void descriptors_run_out(void)
{
    int n, warm, done = 0;
    char text[300] = "";
    for (warm = 0; warm < 2; warm++) {
        for (n = 0, done = 0; n < 40 && !done; n++) {
            struct rlimit all;
            struct outcome o;
            struct held before;
            ipmon_t *m;
            pid_t pid = fork();
            int status;
            REQUIRE(pid >= 0);
            if (pid != 0) {
                char name[80], what[80];
                REQUIRE(waitpid(pid, &status, 0) == pid);
                done = WIFEXITED(status) && WEXITSTATUS(status) == 2;
                snprintf(name, sizeof name, "%d descriptors are left for a %s", n,
                         warm ? "start" : "first start");
                snprintf(what, sizeof what, "%s", done ? "all works" : "refused");
                report(WIFEXITED(status) && WEXITSTATUS(status) != 1, name,
                       WIFEXITED(status) && WEXITSTATUS(status) != 1 ? what : "");
                continue;
            }
            watchdog(30);
            memset(&o, 0, sizeof o);
            REQUIRE(getrlimit(RLIMIT_NOFILE, &all) == 0);
            if (warm) {
                m = monitor_for_lo();
                one_good_capture(m);
                CHECK_STATUS(ipmon_free(m), OK);
            }
            before = held_now();
            limit(RLIMIT_NOFILE, room_for(n));
            m = monitor_for_lo();
            if (m) {
                o.status = ipmon_set_active(m, 1);
                if (o.status != IPMON_STATUS_OK)
                    CHECK(is_one_line(last_error(m)));
                snprintf(text, sizeof text, "%.255s", last_error(m));
                CHECK(o.status != IPMON_STATUS_NO_DEVICE && o.status != IPMON_STATUS_DEVICE_GONE
                      && o.status != IPMON_STATUS_BAD_FILTER);
                if (o.status != IPMON_STATUS_OK)
                    CHECK(strstr(text, "open files") || strstr(text, "Too many"));
            }
            limit(RLIMIT_NOFILE, all.rlim_cur);
            if (m && o.status == IPMON_STATUS_OK) {
                stop_and_note(m, &o);
                check_ledger(m);
            }
            done = m && o.status == IPMON_STATUS_OK;
            if (LOAD(checks_failed))
                fprintf(stderr, "    status %d, %s\n", (int)o.status, text);
            if (!m)
                m = monitor_for_lo();
            REQUIRE(m != NULL);
            one_good_capture(m);
            CHECK_STATUS(ipmon_free(m), OK);
            check_nothing_left(&before);
            fflush(NULL);
            _exit(LOAD(checks_failed) ? 1 : done ? 2 : 0);
        }
        if (!done)
            report(0, "a start works when there are descriptors enough", "");
    }
}

static void run_alone(const char *name, void (*body)(void))
{
    int status = 0;
    pid_t pid = fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        watchdog(30);
        body();
        fflush(NULL);
        _exit(LOAD(checks_failed) != 0);
    }
    REQUIRE(waitpid(pid, &status, 0) == pid);
    report(status == 0, name, "");
}

/* A capture that runs needs no descriptor any more. */
static void capture_without_descriptors(void)
{
    struct rlimit all;
    struct outcome o;
    ipmon_t *m = monitor_for_lo();
    int i;
    memset(&o, 0, sizeof o);
    REQUIRE(getrlimit(RLIMIT_NOFILE, &all) == 0);
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    limit(RLIMIT_NOFILE, 3);
    for (i = 0; i < 3; i++) {
        sleep_us(400000);
        send_some(1);
    }
    WAIT_UNTIL(LOAD(arrived) == 3, 2);
    stop_and_note(m, &o);
    CHECK_STATUS(o.end, OK);
    check_ledger(m);
    limit(RLIMIT_NOFILE, all.rlim_cur);
    one_good_capture(m);
    CHECK_STATUS(ipmon_free(m), OK);
}

/* Becomes nobody, who may capture but not have more processes than the limit says. */
static void become_nobody_who_captures(void)
{
    struct __user_cap_header_struct head;
    struct __user_cap_data_struct data[2];
    memset(&head, 0, sizeof head);
    memset(data, 0, sizeof data);
    head.version = _LINUX_CAPABILITY_VERSION_3;
    data[0].effective = data[0].permitted = 1u << CAP_NET_RAW;
    REQUIRE(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0);
    REQUIRE(setgid(65534) == 0 && setuid(65534) == 0);
    REQUIRE(syscall(SYS_capset, &head, data) == 0);
}

static void no_thread_is_to_be_had(void)
{
    struct held before;
    struct rlimit all;
    ipmon_t *m;
    become_nobody_who_captures();
    m = monitor_for_lo();
    one_good_capture(m);
    CHECK_STATUS(ipmon_free(m), OK);
    before = held_now();
    m = monitor_for_lo();
    REQUIRE(getrlimit(RLIMIT_NPROC, &all) == 0);
    limit(RLIMIT_NPROC, 0);
    CHECK_STATUS(ipmon_set_active(m, 1), SYSTEM);
    CHECK(strstr(last_error(m), "thread") != NULL);
    CHECK_STATUS(ipmon_set_filter(m, "udp"), SYSTEM);
    CHECK(strstr(last_error(m), "thread") != NULL);
    CHECK_EQ(is_active(m), 0);
    CHECK_EQ(s.ended, 0);
    CHECK_EQ(entries_of("/proc/self/fd"), before.descriptors + 2);
    limit(RLIMIT_NPROC, all.rlim_cur);
    one_good_capture(m);
    CHECK_STATUS(ipmon_free(m), OK);
    check_nothing_left(&before);
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

    run_alone("a capture goes on when no descriptor is left", capture_without_descriptors);
    run_alone("no thread is to be had", no_thread_is_to_be_had);
    descriptors_run_out();
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
