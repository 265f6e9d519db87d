/* What every test program shares: checks that count, a watchdog, and callbacks
 * that write down what they saw. Include it first: it asks for the extensions
 * of the system's headers. */
#ifndef CHECK_H
#define CHECK_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ipmon.h"

/* Checks run on several threads, so the counts are atomic. C99 has no atomics of
 * its own; gcc and clang share these. */
#define LOAD(x) __atomic_load_n(&(x), __ATOMIC_SEQ_CST)
#define STORE(x, value) __atomic_store_n(&(x), (value), __ATOMIC_SEQ_CST)
#define ADD(x, value) __atomic_add_fetch(&(x), (value), __ATOMIC_SEQ_CST)

static long checks_made;
static long checks_failed;

/* After this many failures the rest would only repeat them. */
enum { FAILURES_SHOWN = 20 };

static inline int check_failed(const char *file, int line)
{
    if (ADD(checks_failed, 1) > FAILURES_SHOWN)
        return 0;
    fprintf(stderr, "%s:%d: ", file, line);
    return 1;
}

static inline void check_true(int holds, const char *what, const char *file, int line)
{
    ADD(checks_made, 1);
    if (!holds && check_failed(file, line))
        fprintf(stderr, "does not hold: %s\n", what);
}

static inline void check_number(long long got, long long want, const char *what,
                                const char *file, int line)
{
    ADD(checks_made, 1);
    if (got != want && check_failed(file, line))
        fprintf(stderr, "%s is %lld, not %lld\n", what, got, want);
}

static inline void check_status(ipmon_status got, ipmon_status want, const char *what,
                                const char *file, int line)
{
    ADD(checks_made, 1);
    if (got != want && check_failed(file, line))
        fprintf(stderr, "%s is %d (%s), not %d (%s)\n", what, (int)got,
                ipmon_status_text(got), (int)want, ipmon_status_text(want));
}

static inline void check_text(const char *got, const char *want, const char *what,
                              const char *file, int line)
{
    ADD(checks_made, 1);
    if ((!got || strcmp(got, want) != 0) && check_failed(file, line))
        fprintf(stderr, "%s is \"%s\", not \"%s\"\n", what, got ? got : "(NULL)", want);
}

#define CHECK(holds) check_true((holds) ? 1 : 0, #holds, __FILE__, __LINE__)
#define CHECK_EQ(got, want) \
    check_number((long long)(got), (long long)(want), #got, __FILE__, __LINE__)
#define CHECK_STATUS(got, want) \
    check_status((got), IPMON_STATUS_##want, #got, __FILE__, __LINE__)
#define CHECK_TEXT(got, want) check_text((got), (want), #got, __FILE__, __LINE__)

/* A test that cannot go on: the machine, not the library, let it down. */
#define REQUIRE(holds)                                                               \
    do {                                                                             \
        if (!(holds)) {                                                              \
            fprintf(stderr, "%s:%d: cannot go on without: %s (%s)\n", __FILE__,      \
                    __LINE__, #holds, strerror(errno));                              \
            exit(1);                                                                 \
        }                                                                            \
    } while (0)

/* For what this machine or this user cannot show. */
#define SKIP(reason)            \
    do {                        \
        printf("%s\n", reason); \
        exit(77);               \
    } while (0)

static inline int is_set(const char *name)
{
    const char *value = getenv(name);
    return value && *value && strcmp(value, "0") != 0;
}

/* IPMON_SLOW=1 says that an instrument runs the program some fifty times slower:
 * the rounds become fewer, and bounds on time are not checked. */
static inline int slow(void) { return is_set("IPMON_SLOW"); }

/* Whether an instrument is in the program, at full speed or not: the longest of its times
 * and the growth of its memory are the instrument's own. */
static inline int instrumented(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return 1;
#else
    return slow();
#endif
}

/* A child of fork() has its parent's memory and none of its threads, which hold it: an
 * instrument would call that leaks when the child ends as programs do. */
static inline int leaks_are_looked_for(void)
{
#if defined(__SANITIZE_ADDRESS__)
    return 1;
#else
    return slow();
#endif
}

static inline int rounds(int normal, int under_instruments)
{
    return slow() ? under_instruments : normal;
}

/* The count that a promise was made for: all of it with IPMON_FULL=1 (make abuse),
 * under instruments too; otherwise a tenth (make test), and with IPMON_SLOW=1 a twentieth
 * of that, unless IPMON_TENTH=1 says that the promise is made for the instrument. */
static inline long full(long count)
{
    long share;
    if (is_set("IPMON_FULL"))
        return count;
    share = slow() && !is_set("IPMON_TENTH") ? count / 200 : count / 10;
    return share > 2 ? share : 2;
}

/* A hang must end as a failure: SIGALRM's default action kills the program. */
static inline void watchdog(unsigned seconds)
{
    alarm(seconds * (slow() ? 5 : 1) * (is_set("IPMON_FULL") ? 10 : 1));
}

/* What a test measured, for the line that it ends with. */
static char figures[160];
#define FIGURES(...) snprintf(figures, sizeof figures, __VA_ARGS__)

static inline int verdict(void)
{
    if (LOAD(checks_failed)) {
        fprintf(stderr, "%ld of %ld checks failed\n", LOAD(checks_failed), LOAD(checks_made));
        return 1;
    }
    if (!LOAD(checks_made)) {
        fprintf(stderr, "nothing was checked\n");
        return 1;
    }
    printf("%ld checks%s%s\n", LOAD(checks_made), figures[0] ? "; " : "", figures);
    return 0;
}

static inline int64_t now_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static inline void sleep_us(long microseconds)
{
    struct timespec t;
    t.tv_sec = microseconds / 1000000;
    t.tv_nsec = microseconds % 1000000 * 1000;
    while (nanosleep(&t, &t) != 0 && errno == EINTR) {
    }
}

/* Waits until the condition holds, for a bounded time, so that a failure is a
 * failed check and not a killed program. */
#define WAIT_UNTIL(holds, seconds)                                                   \
    do {                                                                             \
        int64_t end_ = now_ns(CLOCK_MONOTONIC)                                       \
                       + (int64_t)(seconds) * (slow() ? 5 : 1) * 1000000000;         \
        while (!(holds) && now_ns(CLOCK_MONOTONIC) < end_)                           \
            sleep_us(200);                                                           \
        CHECK(holds);                                                                \
    } while (0)

static inline ipmon_t *new_monitor(void)
{
    ipmon_t *m = ipmon_new();
    REQUIRE(m != NULL);
    return m;
}

/* The newest failure's text, in a buffer of the calling thread. */
static inline const char *last_error(ipmon_t *m)
{
    static __thread char text[2048];
    text[0] = 0;
    CHECK_STATUS(ipmon_last_error(m, text, sizeof text, NULL), OK);
    return text;
}

static inline int is_one_line(const char *text)
{
    return text && *text && !strchr(text, '\n') && !strchr(text, '\r');
}

/* What the callbacks of one monitor saw. */
struct seen {
    unsigned long packets;
    unsigned long errors;
    unsigned long notices; /* other than ENDED */
    unsigned long ended;
    unsigned long after_end; /* callbacks that came after ENDED */
    ipmon_status error;
    ipmon_status end;
    int32_t last_notice;
};

static inline void see(struct seen *s, unsigned long *what)
{
    if (LOAD(s->ended))
        ADD(s->after_end, 1);
    ADD(*what, 1);
}

static inline void see_packet(const ipmon_packet *packet, void *user)
{
    struct seen *s = (struct seen *)user;
    CHECK(packet != NULL);
    see(s, &s->packets);
}

static inline void see_error(const ipmon_error *error, void *user)
{
    struct seen *s = (struct seen *)user;
    CHECK(is_one_line(error->text));
    s->error = error->status;
    see(s, &s->errors);
}

static inline void see_notice(const ipmon_notice *notice, void *user)
{
    struct seen *s = (struct seen *)user;
    CHECK(is_one_line(notice->text));
    if (notice->code == IPMON_NOTICE_ENDED) {
        s->end = notice->status;
        see(s, &s->ended);
    } else {
        s->last_notice = notice->code;
        see(s, &s->notices);
    }
}

/* Lets the three callbacks write into *s, from nothing. */
static inline void see_all(ipmon_t *m, struct seen *s)
{
    memset(s, 0, sizeof *s);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, see_packet, s), OK);
    CHECK_STATUS(ipmon_set_on_error(m, see_error, s), OK);
    CHECK_STATUS(ipmon_set_on_notice(m, see_notice, s), OK);
}

static inline ipmon_stats stats_of(ipmon_t *m)
{
    ipmon_stats s;
    memset(&s, 0xff, sizeof s);
    CHECK_STATUS(ipmon_get_stats(m, &s, sizeof s), OK);
    return s;
}

/* Numbers that are the same in every run. */
static inline uint64_t random_number(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state * UINT64_C(0x2545f4914f6cdd1d);
}

/* The ledger's right-hand side, as the header lists it. */
static inline uint64_t accounted(const ipmon_stats *s)
{
    return s->delivered + s->not_ip + s->unsupported + s->truncated + s->malformed_version
           + s->malformed_header_length + s->malformed_total_length + s->malformed_short
           + s->filtered + s->paused + s->discarded + s->dropped;
}

/* The ledger of a run that is over leaves nothing open. */
static inline ipmon_stats check_ledger(ipmon_t *m)
{
    ipmon_stats s = stats_of(m);
    CHECK_EQ(s.received, accounted(&s));
    return s;
}

/* Whether libpcap is there, without which nothing is filtered. */
static inline int have_filters(void)
{
    ipmon_t *m = new_monitor();
    ipmon_status status = ipmon_set_filter(m, "ip");
    ipmon_free(m);
    return status != IPMON_STATUS_NO_LIBPCAP;
}

#endif
