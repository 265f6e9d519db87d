/* One of two files of the same program that include the header, each twice: nothing
 * in it is defined a second time. */
#include "ipmon.h"
#include "ipmon.h"

#include <stdio.h>

int version_of_b(void);

int main(void)
{
    if ((int)ipmon_abi_version() != version_of_b()) {
        fprintf(stderr, "two files see two versions\n");
        return 1;
    }
    puts("2 files");
    return 0;
}
