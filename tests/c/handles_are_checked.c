/* A handle that was freed, or never was a monitor, is BAD_HANDLE: by every
 * function, and for ever, also when its place is used again. */
#include "calls.h"

static ipmon_t *made_up(uintptr_t value) { return (ipmon_t *)value; }

int main(void)
{
    ipmon_t *freed, *alive;
    int on_the_stack = 0;
    int i;
    watchdog(60);

    freed = new_monitor();
    CHECK_STATUS(ipmon_free(freed), OK);
    check_every_call(freed, IPMON_STATUS_BAD_HANDLE);
    CHECK_STATUS(ipmon_free(freed), BAD_HANDLE);
    ipmon_interrupt(freed);

    /* The same place, again and again, never brings the old handle back. */
    for (i = 0; i < rounds(100000, 1000); i++) {
        alive = new_monitor();
        if (alive == freed || ipmon_set_latency(freed, 0) != IPMON_STATUS_BAD_HANDLE)
            break;
        if (ipmon_free(alive) != IPMON_STATUS_OK)
            break;
    }
    CHECK_EQ(i, rounds(100000, 1000));

    alive = new_monitor();
    check_every_call(made_up(1), IPMON_STATUS_BAD_HANDLE);
    check_every_call(made_up(UINTPTR_MAX), IPMON_STATUS_BAD_HANDLE);
    check_every_call(made_up((uintptr_t)&on_the_stack), IPMON_STATUS_BAD_HANDLE);
    check_every_call(made_up((uintptr_t)alive + 1), IPMON_STATUS_BAD_HANDLE);
    check_every_call(made_up((uintptr_t)alive - 1), IPMON_STATUS_BAD_HANDLE);
    for (i = 0; i < (int)(8 * sizeof(uintptr_t)); i++) {
        ipmon_t *other = made_up((uintptr_t)alive ^ (uintptr_t)1 << i);
        ipmon_interrupt(other);
        if (other)
            CHECK_STATUS(ipmon_free(other), BAD_HANDLE);
        else
            CHECK_STATUS(ipmon_free(other), OK);
    }
    /* None of that harmed the one that lives: it was not interrupted either. */
    CHECK_STATUS(ipmon_wait(alive, 0), OK);
    CHECK_STATUS(ipmon_free(alive), OK);
    return verdict();
}
