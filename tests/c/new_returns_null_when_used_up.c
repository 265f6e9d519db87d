/* ipmon_new() gives NULL when descriptors or the 4,096 handles are used up, and
 * monitors again when some were freed. */
#include "check.h"

#include <sys/resource.h>

enum { HANDLES = 4096 };
static ipmon_t *all[HANDLES + 1];

static int fill(void)
{
    int n = 0;
    while (n <= HANDLES && (all[n] = ipmon_new()) != NULL)
        n++;
    return n;
}

static void empty(int n)
{
    while (n-- > 0)
        CHECK_STATUS(ipmon_free(all[n]), OK);
}

int main(void)
{
    struct rlimit limit;
    rlim_t hard;
    int n, again;
    watchdog(60);

    REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    hard = limit.rlim_max;
    limit.rlim_cur = 64;
    REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    n = fill();
    /* Two descriptors each, of 64 less the standard ones. */
    CHECK(n >= 20 && n <= 31);
    empty(n);
    again = fill();
    CHECK_EQ(again, n);
    empty(again);

    limit.rlim_cur = 2 * HANDLES + 100;
    if (hard < limit.rlim_cur || slow())
        return verdict();
    REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    n = fill();
    CHECK_EQ(n, HANDLES);
    empty(n);
    return verdict();
}
