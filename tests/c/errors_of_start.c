/* A start that fails says why, in its status and in a line that helps; the monitor
 * is as if it had not been tried. */
#include "calls.h"
#include "capture.h"
#include "net.h"

static struct seen s;
static struct capture file;

static void check_refused(ipmon_t *m, const char *local_host, ipmon_status want,
                          const char *hint)
{
    CHECK_STATUS(ipmon_set_local_host(m, local_host), OK);
    check_status(ipmon_set_active(m, 1), want, local_host, __FILE__, __LINE__);
    CHECK(is_one_line(last_error(m)));
    if (!strstr(last_error(m), hint)) {
        fprintf(stderr, "\"%s\" does not say \"%s\"\n", last_error(m), hint);
        CHECK(!"the error text helps");
    }
    check_status(ipmon_check_access(m), want, "ipmon_check_access", __FILE__, __LINE__);
    CHECK_EQ(is_active(m), 0);
    CHECK_EQ(s.ended + s.errors + s.notices, 0);
}

static void check_unstamped(ipmon_t *m, const char *local_host)
{
    CHECK_STATUS(ipmon_set_local_host(m, local_host), OK);
    CHECK_STATUS(ipmon_set_active(m, 1), UNSUPPORTED);
    CHECK(strstr(last_error(m), "time_source can be host") != NULL);
    CHECK(is_one_line(last_error(m)));
    CHECK_EQ(is_active(m), 0);
}

/* As a user without privileges, in a child that has not used the library yet. */
static void without_privileges(void)
{
    int status = -1;
    pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ipmon_t *m;
        as_root();
        REQUIRE(setgid(65534) == 0 && setuid(65534) == 0);
        m = new_monitor();
        see_all(m, &s);
        check_refused(m, "lo", IPMON_STATUS_NO_PERMISSION, "setcap");
        /* Whether an interface exists may be told to anybody. */
        check_refused(m, "nosuch9", IPMON_STATUS_NO_DEVICE, "lo");
        CHECK_STATUS(ipmon_free(m), OK);
        exit(LOAD(checks_failed) ? 1 : 0);
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void on_packet(const ipmon_packet *packet, void *user)
{
    (void)packet;
    CHECK_STATUS(ipmon_set_active((ipmon_t *)user, 1), BUSY);
}

static void busy(void)
{
    ipmon_t *m = new_live("lo", &s);
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), BUSY);
    CHECK_STATUS(ipmon_set_local_host(m, "any"), BUSY);
    CHECK_STATUS(ipmon_set_filter(m, "udp"), BUSY);
    CHECK_STATUS(ipmon_set_direction(m, 0), BUSY);
    CHECK_STATUS(ipmon_set_promiscuous(m, 0), BUSY);
    CHECK_STATUS(ipmon_set_snap_length(m, 100), BUSY);
    CHECK_STATUS(ipmon_set_buffer_size(m, 1048576), BUSY);
    CHECK_STATUS(ipmon_set_latency(m, 0), BUSY);
    CHECK_STATUS(ipmon_set_address_text(m, 0), BUSY);
    CHECK_STATUS(ipmon_set_file_access(m, IPMON_FILE_ACCESS_MAP), BUSY);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, ignore_packet, NULL), BUSY);
    CHECK_STATUS(ipmon_set_accept_data(m, 0), OK);
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    CHECK_STATUS(ipmon_wait(m, 0), TIMEOUT);
    /* Outside of callbacks a reset ends the run. */
    CHECK_STATUS(ipmon_reset(m), OK);
    CHECK_EQ(is_active(m), 0);
    CHECK_EQ(s.ended, 1);

    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, m), OK);
    CHECK_STATUS(ipmon_set_accept_data(m, 1), OK);
    CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), OK);
    CHECK_STATUS(ipmon_free(m), OK);
}

int main(void)
{
    ipmon_t *m;
    watchdog(60);
    if (!own_namespace())
        SKIP("needs root: network namespaces");
    without_privileges();
    need_live();
    REQUIRE(ip_command("link add " OUR_END " type veth peer name ipm1") == 0);
    pcap_of_datagrams(&file, 2);

    m = new_live("", &s);
    check_refused(m, "nosuch9", IPMON_STATUS_NO_DEVICE, OUR_END);
    check_refused(m, "192.0.2.77", IPMON_STATUS_NO_DEVICE, "127.0.0.1");
    check_refused(m, OUR_END, IPMON_STATUS_DEVICE_DOWN, OUR_END);
    /* Here there is no default route, and so no interface of it. */
    check_refused(m, "", IPMON_STATUS_NO_DEVICE, "lo");
    /* These have no clock of their own. */
    CHECK_STATUS(ipmon_set_time_source(m, IPMON_TIME_SOURCE_ADAPTER), OK);
    check_unstamped(m, "any");
    check_unstamped(m, "lo");
    CHECK_STATUS(ipmon_set_time_source(m, IPMON_TIME_SOURCE_HOST), OK);
    CHECK_STATUS(ipmon_set_local_host(m, "lo"), OK);
    CHECK_STATUS(ipmon_check_access(m), OK);
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    CHECK_EQ(s.ended, 1);
    CHECK_STATUS(ipmon_free(m), OK);
    busy();
    capture_remove(&file);
    return verdict();
}
