/* Inside a callback nothing waits for another monitor that runs: stop and free are
 * PENDING there, and ipmon_wait() tells afterwards when it is over. */
#include "capture.h"

static ipmon_t *here, *there;
static struct capture file;
static struct seen seen_there;
static int lingering, release, result;

enum what { STOP, FREE, REMOVE };
static enum what what;

static void on_packet_there(const ipmon_packet *packet, void *user)
{
    see_packet(packet, user);
    STORE(lingering, 1);
    WAIT_UNTIL(LOAD(release), 10);
}

static void *parse_there(void *unused)
{
    (void)unused;
    STORE(result, ipmon_parse_pcap_file(there, file.path));
    return NULL;
}

static void on_packet_here(const ipmon_packet *packet, void *unused)
{
    (void)unused;
    if (packet->source_port != 1)
        return;
    CHECK_STATUS(ipmon_wait(there, -1), PENDING);
    switch (what) {
    case STOP:
        CHECK_STATUS(ipmon_set_active(there, 0), PENDING);
        CHECK_STATUS(ipmon_wait(there, -1), PENDING);
        break;
    case FREE:
        CHECK_STATUS(ipmon_free(there), PENDING);
        CHECK_STATUS(ipmon_wait(there, -1), BAD_HANDLE);
        break;
    case REMOVE:
        CHECK_STATUS(ipmon_set_on_ip_packet(there, NULL, NULL), PENDING);
        break;
    }
}

static void check(enum what it)
{
    pthread_t thread;
    what = it;
    STORE(lingering, 0);
    STORE(release, 0);
    there = new_monitor();
    see_all(there, &seen_there);
    CHECK_STATUS(ipmon_set_on_ip_packet(there, on_packet_there, &seen_there), OK);
    REQUIRE(pthread_create(&thread, NULL, parse_there, NULL) == 0);
    WAIT_UNTIL(LOAD(lingering), 10);

    CHECK_STATUS(ipmon_parse_pcap_file(here, file.path), OK);
    CHECK_EQ(LOAD(seen_there.packets), 1);
    CHECK_EQ(LOAD(seen_there.ended), 0);
    STORE(release, 1);
    if (it == STOP)
        CHECK_STATUS(ipmon_wait(there, -1), INTERRUPTED);
    pthread_join(thread, NULL);

    CHECK_EQ(seen_there.packets, 1);
    CHECK_EQ(seen_there.ended, 1);
    CHECK_EQ(seen_there.after_end, 0);
    if (it == REMOVE)
        CHECK_STATUS(LOAD(result), OK);
    else
        CHECK_STATUS(LOAD(result), INTERRUPTED);
    if (it != FREE)
        CHECK_STATUS(ipmon_free(there), OK);
}

int main(void)
{
    watchdog(60);
    pcap_of_datagrams(&file, 3);
    here = new_monitor();
    CHECK_STATUS(ipmon_set_on_ip_packet(here, on_packet_here, NULL), OK);
    check(STOP);
    check(FREE);
    check(REMOVE);
    CHECK_STATUS(ipmon_free(here), OK);
    capture_remove(&file);
    return verdict();
}
