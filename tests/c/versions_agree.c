/* The library that runs is the one that the header describes. */
#include "check.h"

int main(void)
{
    char numbers[64];
    watchdog(30);
    CHECK_TEXT(ipmon_version(), IPMON_VERSION);
    snprintf(numbers, sizeof numbers, "%d.%d.%d", IPMON_VERSION_MAJOR, IPMON_VERSION_MINOR,
             IPMON_VERSION_PATCH);
    CHECK_TEXT(ipmon_version(), numbers);
    CHECK_EQ(ipmon_abi_version(), IPMON_ABI_VERSION);
    CHECK(ipmon_version() == ipmon_version());
    return verdict();
}
