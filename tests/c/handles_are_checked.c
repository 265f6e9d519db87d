/* A handle that was freed, or never was a monitor, is BAD_HANDLE: by every function, and
 * for ever, also when its place is used again. A million calls with handles that were
 * freed, that are pointers to something else and that are made up do not touch the
 * monitors that live meanwhile. */
#include "calls.h"

#include <sys/mman.h>

enum { LIVING = 16, FREED = 1000 };

static ipmon_t *living[LIVING], *freed[FREED];
static long stale, foreign, forged;

static ipmon_t *made_up(uintptr_t value) { return (ipmon_t *)value; }

/* Every function at once. */
static void check_bad(ipmon_t *m, long *count)
{
    check_every_call(m, IPMON_STATUS_BAD_HANDLE);
    CHECK_STATUS(ipmon_free(m), BAD_HANDLE);
    ipmon_interrupt(m);
    *count += CALLS + 2;
}

static int lives(ipmon_t *m)
{
    int i;
    for (i = 0; i < LIVING; i++)
        if (living[i] == m)
            return 1;
    return 0;
}

/* The same place, again and again, never brings the old handle back. */
static void check_reuse(void)
{
    ipmon_t *old = new_monitor();
    int i;
    CHECK_STATUS(ipmon_free(old), OK);
    for (i = 0; i < rounds(100000, 1000); i++) {
        ipmon_t *m = new_monitor();
        if (m == old || ipmon_set_latency(old, 0) != IPMON_STATUS_BAD_HANDLE)
            break;
        if (ipmon_free(m) != IPMON_STATUS_OK)
            break;
    }
    CHECK_EQ(i, rounds(100000, 1000));
}

/* Pointers that a program confuses a handle with. */
static void check_foreign(void)
{
    static int in_the_data;
    int on_the_stack = 0, i;
    char *on_the_heap = (char *)malloc(4096);
    void *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(on_the_heap != NULL && page != MAP_FAILED);
    check_bad(made_up((uintptr_t)&in_the_data), &foreign);
    check_bad(made_up((uintptr_t)&on_the_stack), &foreign);
    check_bad(made_up((uintptr_t)check_foreign), &foreign);
    check_bad(made_up((uintptr_t)ipmon_free), &foreign);
    check_bad(made_up((uintptr_t)stdout), &foreign);
    check_bad(made_up((uintptr_t)living), &foreign);
    check_bad(made_up((uintptr_t)pthread_self()), &foreign);
    check_bad(made_up((uintptr_t)page), &foreign);
    check_bad(made_up((uintptr_t)"a text"), &foreign);
    check_bad(made_up((uintptr_t)ipmon_version()), &foreign);
    /* Into the middle of something: odd ones, too. */
    for (i = 0; i < 64; i++)
        check_bad(made_up((uintptr_t)on_the_heap + (unsigned)i), &foreign);
    munmap(page, 4096);
    free(on_the_heap);
}

/* A number that looks like a handle, and names nothing that lives. */
static ipmon_t *forge(uint64_t *state)
{
    uint64_t r = random_number(state), like = (uintptr_t)living[r % LIVING];
    unsigned bit = (unsigned)(r >> 8 & 63), other = (unsigned)(r >> 16 & 63);
    switch (r >> 32 & 7) {
    case 0: return made_up((uintptr_t)random_number(state));
    case 1: return made_up((uintptr_t)(random_number(state) | 1));
    case 2: return made_up((uintptr_t)(random_number(state) >> other | 1));
    case 3: return made_up((uintptr_t)(like ^ UINT64_C(1) << bit));
    case 4: return made_up((uintptr_t)(like ^ UINT64_C(1) << bit ^ UINT64_C(1) << other));
    case 5: return made_up((uintptr_t)(like + (r >> 40 & 0xffff) - 0x8000));
    /* Another generation of the same place. */
    case 6: return made_up((uintptr_t)(like + ((r >> 40 & 0xfff) - 0x800) * 8192));
    default: return made_up((uintptr_t)(random_number(state) << 13 | (like & 8191)));
    }
}

int main(void)
{
    static const uintptr_t special[] = {1, 2, 8, INTPTR_MAX, UINTPTR_MAX, UINTPTR_MAX - 1};
    uint64_t state = UINT64_C(0x9e3779b97f4a7c15);
    long calls = full(1000000);
    size_t i;
    watchdog(100);

    for (i = 0; i < FREED; i++)
        freed[i] = new_monitor();
    for (i = 0; i < FREED; i++)
        CHECK_STATUS(ipmon_free(freed[i]), OK);
    check_reuse();
    for (i = 0; i < LIVING; i++)
        living[i] = new_monitor();
    check_foreign();
    for (i = 0; i < sizeof special / sizeof *special; i++)
        check_bad(made_up(special[i]), &forged);
    while (stale < calls / 4)
        check_bad(freed[random_number(&state) % FREED], &stale);
    while (stale + foreign + forged < calls) {
        ipmon_t *m = forge(&state);
        if (m && !lives(m))
            check_bad(m, &forged);
    }
    /* None of that harmed those that live: they were not interrupted either. */
    for (i = 0; i < LIVING; i++) {
        uint32_t latency = 0;
        CHECK_STATUS(ipmon_wait(living[i], 0), OK);
        CHECK_STATUS(ipmon_get_latency(living[i], &latency), OK);
        CHECK_EQ(latency, 1000);
        CHECK_TEXT(last_error(living[i]), "");
        CHECK_STATUS(ipmon_free(living[i]), OK);
    }
    FIGURES("%ld calls with freed, %ld with foreign, %ld with forged handles", stale, foreign,
            forged);
    return verdict();
}
