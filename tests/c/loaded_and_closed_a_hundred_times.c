/* dlopen() and dlclose() a hundred times, with captures between: the library stays, a
 * capture that runs goes on when the program lets go of the library, and the program's
 * end stops it. This program is not linked with the library: it calls by name. */
#include "net.h"

#include <dlfcn.h>

enum { CODE = 7 };

static unsigned long calls;
static int gone;

static ipmon_t *(*dl_new)(void);
static ipmon_status (*dl_free)(ipmon_t *);
static ipmon_status (*dl_set_active)(ipmon_t *, int);
static ipmon_status (*dl_set_local_host)(ipmon_t *, const char *);
static ipmon_status (*dl_set_buffer_size)(ipmon_t *, uint32_t);
static ipmon_status (*dl_set_on_ip_packet)(ipmon_t *, ipmon_on_ip_packet_fn, void *);
static ipmon_status (*dl_get_stats)(ipmon_t *, ipmon_stats *, size_t);

/* A function's address comes as an object's: C knows no other way. */
static void look_up(void *library, const char *name, void *function)
{
    void *address = dlsym(library, name);
    CHECK(address != NULL);
    memcpy(function, &address, sizeof address);
}

static void *load(void)
{
    void *library = dlopen("libipmon.so", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    look_up(library, "ipmon_new", &dl_new);
    look_up(library, "ipmon_free", &dl_free);
    look_up(library, "ipmon_set_active", &dl_set_active);
    look_up(library, "ipmon_set_local_host", &dl_set_local_host);
    look_up(library, "ipmon_set_buffer_size", &dl_set_buffer_size);
    look_up(library, "ipmon_set_on_ip_packet", &dl_set_on_ip_packet);
    look_up(library, "ipmon_get_stats", &dl_get_stats);
    return library;
}

static void on_packet(const ipmon_packet *packet, void *user)
{
    (void)packet;
    (void)user;
    ADD(calls, 1);
    if (LOAD(gone))
        _exit(1);
}

static ipmon_t *start(void)
{
    ipmon_t *m = dl_new();
    unsigned long before = LOAD(calls);
    ipmon_status status;
    REQUIRE(m != NULL);
    CHECK_EQ(dl_set_local_host(m, "lo"), IPMON_STATUS_OK);
    CHECK_EQ(dl_set_buffer_size(m, 1048576), IPMON_STATUS_OK);
    CHECK_EQ(dl_set_on_ip_packet(m, on_packet, NULL), IPMON_STATUS_OK);
    status = dl_set_active(m, 1);
    if (status == IPMON_STATUS_NO_PERMISSION || status == IPMON_STATUS_NO_LIBPCAP)
        SKIP("needs the right to capture, and libpcap");
    CHECK_EQ(status, IPMON_STATUS_OK);
    WAIT_UNTIL(LOAD(calls) > before, 10);
    return m;
}

static void stop(ipmon_t *m)
{
    ipmon_stats s;
    CHECK_EQ(dl_set_active(m, 0), IPMON_STATUS_OK);
    CHECK_EQ(dl_get_stats(m, &s, sizeof s), IPMON_STATUS_OK);
    CHECK_EQ(s.received, accounted(&s));
    CHECK_EQ(dl_free(m), IPMON_STATUS_OK);
}

/* Let go while a capture runs, and taken up again. */
static void while_it_runs(void)
{
    void *library = load();
    ipmon_t *m = start();
    unsigned long before = LOAD(calls);
    CHECK_EQ(dlclose(library), 0);
    WAIT_UNTIL(LOAD(calls) > before + 2, 10);
    library = load();
    stop(m);
    CHECK_EQ(dlclose(library), 0);
}

static void when_it_is_over(void)
{
    void *library = load();
    stop(start());
    CHECK_EQ(dlclose(library), 0);
}

static void statics_go(void)
{
    STORE(gone, 1);
    sleep_us(20000);
    if (slow())
        raise(SIGKILL);
}

/* A program that lets go of the library while a capture runs, and ends. */
static void and_exit(void)
{
    int status = -1;
    pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        void *library;
        alarm(slow() ? 100 : 20);
        atexit(statics_go);
        library = load();
        start();
        if (dlclose(library) != 0 || LOAD(checks_failed))
            _exit(2);
        exit(CODE);
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    if (slow())
        CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    else
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == CODE);
}

int main(void)
{
    long i, count = full(100);
    pid_t sender;
    watchdog(140);
    /* Nobody loads it but we. */
    CHECK(dlopen("libipmon.so", RTLD_NOW | RTLD_NOLOAD) == NULL);
    if (!own_namespace())
        SKIP("needs root: network namespaces");
    sender = loopback_traffic();
    /* First: the children must not be forked from a process that used it. */
    for (i = 0; i < count; i++)
        and_exit();
    for (i = 0; i < count; i++) {
        when_it_is_over();
        while_it_runs();
    }
    end_traffic(sender);
    FIGURES("loaded and closed %ld times, %ld programs ended", count * 3, count);
    return verdict();
}
