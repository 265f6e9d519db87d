/* The interface is taken away during a capture: on_error says DEVICE_GONE once, ENDED
 * follows with the same, and so does ipmon_wait(). */
#include "net.h"
#include "peer.h"

static ipmon_t *m;
static struct seen s;
static int ended_before_error;
static char text[512];

static void on_error(const ipmon_error *error, void *user)
{
    see_error(error, user);
    snprintf(text, sizeof text, "%s", error->text);
    ended_before_error = (int)s.ended;
    CHECK_EQ(error->struct_size, sizeof *error);
    CHECK_EQ(error->reserved, 0);
    CHECK_EQ(error->offset, -1);
    CHECK_EQ(is_active(m), 0);
}

int main(void)
{
    struct peer peer;
    int i;
    watchdog(60);
    need_live();
    peer = peer_new();
    for (i = 0; i < 3; i++) {
        if (i > 0)
            REQUIRE(ip_command("link add " OUR_END " type veth peer name ipm%d", i + 1) == 0
                    && ip_command("link set " OUR_END " up") == 0
                    && ip_command("link set ipm%d up", i + 1) == 0);
        m = new_live(OUR_END, &s);
        CHECK_STATUS(ipmon_set_on_error(m, on_error, &s), OK);
        CHECK_STATUS(ipmon_set_active(m, 1), OK);
        CHECK_STATUS(ipmon_wait(m, 50), TIMEOUT);
        REQUIRE(ip_command("link del " OUR_END) == 0);
        CHECK_STATUS(ipmon_wait(m, 10000), DEVICE_GONE);
        CHECK_EQ(s.errors, 1);
        CHECK_STATUS(s.error, DEVICE_GONE);
        CHECK_EQ(ended_before_error, 0);
        CHECK_EQ(s.ended, 1);
        CHECK_STATUS(s.end, DEVICE_GONE);
        CHECK_EQ(s.after_end, 0);
        CHECK_EQ(is_active(m), 0);
        CHECK_STATUS(ipmon_wait(m, -1), DEVICE_GONE);
        CHECK_TEXT(last_error(m), text);
        check_ledger(m);
        CHECK_STATUS(ipmon_set_active(m, 0), OK);
        CHECK_STATUS(ipmon_set_active(m, 1), NO_DEVICE);
        CHECK_STATUS(ipmon_free(m), OK);
    }
    peer_free(&peer);
    return verdict();
}
