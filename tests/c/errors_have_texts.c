/* Every status has a text of its own, one line, which stays where it is. */
#include "check.h"

int main(void)
{
    static const int32_t none[] = {1, -27, -1000, INT32_MAX, INT32_MIN};
    const char *texts[IPMON_STATUS_SYSTEM * -1 + 1];
    int i, j;
    size_t n;
    watchdog(30);

    for (i = 0; i <= -IPMON_STATUS_SYSTEM; i++) {
        texts[i] = ipmon_status_text(-i);
        CHECK(is_one_line(texts[i]));
        CHECK(texts[i] && strcmp(texts[i], "unknown status") != 0);
        for (j = 0; j < i; j++)
            CHECK(strcmp(texts[i], texts[j]) != 0);
    }
    for (i = 0; i <= -IPMON_STATUS_SYSTEM; i++)
        CHECK(ipmon_status_text(-i) == texts[i]);
    CHECK_TEXT(ipmon_status_text(IPMON_STATUS_NO_DEVICE), "no such interface");
    for (n = 0; n < sizeof none / sizeof *none; n++)
        CHECK_TEXT(ipmon_status_text(none[n]), "unknown status");
    return verdict();
}
