/* Takes descriptors and threads away from the library, and looks at what it makes of it.
 *
 * Whatever is missing: a status with a text, or all works; nothing left behind; and the
 * next start works. Prints a line a case, and counts them in the last line. IPMON_LIVE
 * says which source captures. */
#include "faults.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <linux/capability.h>

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

int main(void)
{
    /* Nothing of the library may be used before the children are made. */
    if (!own_namespace()) {
        printf("skip shortages: needs root: network namespaces\n0 passed, 0 failed, 1 skipped\n");
        return 0;
    }
    sender = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    REQUIRE(sender >= 0);
    run_alone("a capture goes on when no descriptor is left", capture_without_descriptors);
    run_alone("no thread is to be had", no_thread_is_to_be_had);
    descriptors_run_out();
    printf("%ld passed, %ld failed, %ld skipped\n", passed, failed, skipped);
    return failed != 0 || !passed;
}
