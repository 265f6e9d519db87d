/* The other file; see include_twice_a.c. */
#include "ipmon.h"
#include "ipmon.h"

int version_of_b(void);

int version_of_b(void) { return (int)ipmon_abi_version(); }
