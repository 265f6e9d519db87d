/* exit() inside a callback does not wait for the callback that it is in, and what runs at
 * exit may free the monitor. */
#include "capture.h"

#include <sys/wait.h>

static ipmon_t *m;
static struct capture file;

static void on_exit_free(void)
{
    ipmon_status status = ipmon_free(m);
    if (status != IPMON_STATUS_OK)
        _exit(3);
}

static void on_packet(const ipmon_packet *packet, void *user)
{
    (void)packet;
    (void)user;
    exit(7);
}

int main(void)
{
    int status = 0;
    int64_t began;
    pid_t child;
    watchdog(60);
    pcap_of_datagrams(&file, 3);
    began = now_ns(CLOCK_MONOTONIC);
    fflush(NULL);
    child = fork();
    if (child == 0) {
        atexit(on_exit_free);
        m = new_monitor();
        if (ipmon_set_on_ip_packet(m, on_packet, NULL) != IPMON_STATUS_OK)
            _exit(4);
        /* Has what the library does at exit registered, as a capture would. */
        ipmon_set_local_host(m, "no such interface");
        ipmon_set_active(m, 1);
        alarm(10);
        ipmon_parse_pcap_file(m, file.path);
        _exit(5);
    }
    CHECK(child > 0);
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    CHECK(now_ns(CLOCK_MONOTONIC) - began < (slow() ? 20 : 1) * INT64_C(1000000000));
    capture_remove(&file);
    return verdict();
}
