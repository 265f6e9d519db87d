/* Stands in front of the library, and says that its ABI is older than any binding. */
#include "ipmon.h"

uint32_t ipmon_abi_version(void) { return 0; }
