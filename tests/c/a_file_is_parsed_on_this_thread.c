/* A file is read on the thread that asks for it: every callback comes from that
 * thread, before the call returns, and no thread is started. */
#include "capture.h"
#include "leftovers.h"

static pthread_t reader;
static int calls, elsewhere, returned;

static void look(void)
{
    calls++;
    if (!pthread_equal(pthread_self(), reader) || returned)
        elsewhere++;
}

static void on_packet(const ipmon_packet *packet, void *user)
{
    (void)packet;
    CHECK(user == &calls);
    look();
}

static void on_notice(const ipmon_notice *notice, void *user)
{
    (void)notice;
    CHECK(user == &elsewhere);
    look();
}

int main(void)
{
    ipmon_t *m = new_monitor();
    struct capture file;
    int before = entries_of("/proc/self/task");
    sigset_t none, now;
    watchdog(30);

    reader = pthread_self();
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, &calls), OK);
    CHECK_STATUS(ipmon_set_on_notice(m, on_notice, &elsewhere), OK);
    pcap_of_datagrams(&file, 100);
    CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), OK);
    returned = 1;
    CHECK_EQ(calls, 101);
    CHECK_EQ(entries_of("/proc/self/task"), before);

    /* The signals of this thread are none of the library's business. */
    sigemptyset(&none);
    pthread_sigmask(SIG_BLOCK, &none, &now);
    CHECK(!sigismember(&now, SIGINT));

    CHECK_STATUS(ipmon_free(m), OK);
    CHECK_EQ(calls, 101);
    CHECK_EQ(elsewhere, 0);
    capture_remove(&file);
    return verdict();
}
