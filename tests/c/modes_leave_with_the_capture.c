/* Promiscuous mode and the frames of all multicast groups are asked of the interface for
 * as long as a capture that wants them runs, and no longer. */
#include "net.h"
#include "peer.h"

/* As the interface has them itself; what other calls tell is what was asked for by ip. */
enum { PROMISCUOUS = 0x100, ALL_MULTICAST = 0x200, MODES = PROMISCUOUS | ALL_MULTICAST };

static unsigned modes(void)
{
    unsigned flags = 0;
    int was_user = as_root();
    FILE *f = popen("unshare -m sh -c 'mount -t sysfs ipmon /sys && cat /sys/class/net/" OUR_END
                    "/flags'",
                    "r");
    REQUIRE(f != NULL && fscanf(f, "%x", &flags) == 1 && flags != 0);
    pclose(f);
    as_user(was_user);
    return flags & MODES;
}

int main(void)
{
    static const struct {
        int promiscuous, all_multicast;
        unsigned modes;
    } cases[] = {
        {0, 0, 0}, {1, 0, PROMISCUOUS}, {0, 1, ALL_MULTICAST}, {1, 1, MODES}, {0, 0, 0},
    };
    struct peer peer;
    ipmon_t *m;
    size_t i;
    watchdog(60);
    need_live();
    peer = peer_new();
    m = new_live(OUR_END, NULL);
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_STATUS(ipmon_set_promiscuous(m, cases[i].promiscuous), OK);
        CHECK_STATUS(ipmon_set_all_multicast(m, cases[i].all_multicast), OK);
        CHECK_EQ(modes(), 0);
        CHECK_STATUS(ipmon_set_active(m, 1), OK);
        CHECK_EQ(modes(), cases[i].modes);
        CHECK_STATUS(ipmon_set_active(m, 0), OK);
        /* The socket is closed just after the stop has returned. */
        WAIT_UNTIL(modes() == 0, 5);
    }
    CHECK_STATUS(ipmon_set_local_host(m, "any"), OK);
    CHECK_STATUS(ipmon_set_promiscuous(m, 1), OK);
    CHECK_STATUS(ipmon_set_all_multicast(m, 1), OK);
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    CHECK_EQ(modes(), 0);
    CHECK_STATUS(ipmon_free(m), OK);
    peer_free(&peer);
    return verdict();
}
