/* How the readers that are ipmon's own tell why they end. */
#ifndef FAIL_H
#define FAIL_H

#include <ipmon.h>
#include <stdio.h>

static int fail(ipmon_t *m)
{
    char text[512] = "no memory";
    ipmon_last_error(m, text, sizeof text, NULL);
    fprintf(stderr, "ipmon: %s\n", text);
    return 1;
}

#endif
