/* A monitor may be freed in its own callback: the handle is refused at once, the
 * current packet is the last, ENDED follows, and there the user data may go. */
#include "capture.h"

struct user {
    ipmon_t *m;
    unsigned long packets;
};

static unsigned long packets, ended;

static void on_packet(const ipmon_packet *packet, void *data)
{
    struct user *user = (struct user *)data;
    packets = ++user->packets;
    if (user->packets == 2) {
        CHECK_STATUS(ipmon_free(user->m), OK);
        CHECK_STATUS(ipmon_free(user->m), BAD_HANDLE);
        CHECK_STATUS(ipmon_set_active(user->m, 0), BAD_HANDLE);
        /* What was lent stays until the callback returns. */
        CHECK_TEXT(packet->source_address, "10.0.0.1");
        CHECK_EQ(packet->payload[8], 'x');
    }
}

static void on_notice(const ipmon_notice *notice, void *data)
{
    struct user *user = (struct user *)data;
    CHECK_EQ(notice->code, IPMON_NOTICE_ENDED);
    ended++;
    if (user->packets != 2)
        CHECK_STATUS(ipmon_free(user->m), OK);
    free(user);
}

static ipmon_t *prepare(void)
{
    struct user *user = (struct user *)calloc(1, sizeof *user);
    REQUIRE(user != NULL);
    user->m = new_monitor();
    packets = ended = 0;
    CHECK_STATUS(ipmon_set_on_ip_packet(user->m, on_packet, user), OK);
    CHECK_STATUS(ipmon_set_on_notice(user->m, on_notice, user), OK);
    return user->m;
}

int main(void)
{
    struct capture three, one;
    ipmon_t *m;
    watchdog(30);
    pcap_of_datagrams(&three, 3);
    pcap_of_datagrams(&one, 1);

    /* In the packet callback ... */
    m = prepare();
    CHECK_STATUS(ipmon_parse_pcap_file(m, three.path), INTERRUPTED);
    CHECK_EQ(packets, 2);
    CHECK_EQ(ended, 1);
    CHECK_STATUS(ipmon_free(m), BAD_HANDLE);

    /* ... and in the last callback of all. */
    m = prepare();
    CHECK_STATUS(ipmon_parse_pcap_file(m, one.path), OK);
    CHECK_EQ(packets, 1);
    CHECK_EQ(ended, 1);
    CHECK_STATUS(ipmon_free(m), BAD_HANDLE);

    capture_remove(&three);
    capture_remove(&one);
    return verdict();
}
