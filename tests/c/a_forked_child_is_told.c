/* In a child of fork() every call but ipmon_free() is FORKED, and the parent does
 * not notice; after exec(), and in a child from before the first use, all is new. */
#include "calls.h"
#include "capture.h"

static struct capture file;

/* Runs `test` in a child and takes its failures over. The child ends without the
 * usual end of a program: what it has is only a copy of its parent's. */
static void in_a_child(void test(ipmon_t *), ipmon_t *m)
{
    int result[2];
    long failed = -1;
    pid_t child;
    REQUIRE(pipe(result) == 0);
    child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        checks_failed = 0;
        test(m);
        if (write(result[1], &checks_failed, sizeof checks_failed) < 0)
            abort();
        raise(SIGKILL);
    }
    close(result[1]);
    CHECK_EQ(read(result[0], &failed, sizeof failed), (ssize_t)sizeof failed);
    CHECK_EQ(failed, 0);
    close(result[0]);
    CHECK_EQ(waitpid(child, NULL, 0), child);
}

static void check_forked(ipmon_t *m)
{
    ipmon_adapter adapter;
    ipmon_ip_address address;
    static const uint8_t ip[4] = {1, 2, 3, 4};
    char text[IPMON_ADDRESS_TEXT_SIZE];
    size_t count;
    watchdog(20);
    check_every_call(m, IPMON_STATUS_FORKED);
    CHECK(ipmon_new() == NULL);
    CHECK_STATUS(ipmon_list_adapters(&adapter, sizeof adapter, 1, &count), FORKED);
    CHECK_STATUS(ipmon_list_ip_addresses(&address, sizeof address, 1, &count), FORKED);
    CHECK_STATUS(ipmon_format_address(ip, 4, text, sizeof text), FORKED);
    ipmon_interrupt(m);
    CHECK_STATUS(ipmon_free(m), OK);
    /* These have no status to say it with, and nothing to be afraid of. */
    CHECK_TEXT(ipmon_version(), IPMON_VERSION);
    CHECK_EQ(ipmon_abi_version(), IPMON_ABI_VERSION);
    CHECK(is_one_line(ipmon_status_text(IPMON_STATUS_FORKED)));
}

static void check_works(ipmon_t *unused)
{
    ipmon_t *m = new_monitor();
    struct seen s;
    (void)unused;
    see_all(m, &s);
    CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), OK);
    CHECK_EQ(s.packets, 4);
    CHECK_STATUS(ipmon_free(m), OK);
}

static char *self;

static void check_exec(ipmon_t *unused)
{
    (void)unused;
    execl(self, self, file.path, (char *)NULL);
    CHECK(!"the program starts itself");
}

static void after_exec(void)
{
    pid_t child = fork();
    int status = 0;
    REQUIRE(child >= 0);
    if (child == 0) {
        check_exec(NULL);
        _exit(1);
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* The fork comes while a callback runs, in the middle of a run. */
static void on_packet(const ipmon_packet *packet, void *user)
{
    if (packet->source_port == 2)
        in_a_child(check_forked, (ipmon_t *)user);
}

int main(int argc, char **argv)
{
    ipmon_t *m;
    struct seen s;
    watchdog(60);
    if (argc > 1) {
        snprintf(file.path, sizeof file.path, "%s", argv[1]);
        check_works(NULL);
        return LOAD(checks_failed) ? 1 : 0;
    }
    self = argv[0];
    pcap_of_datagrams(&file, 4);
    in_a_child(check_works, NULL);

    m = new_monitor();
    in_a_child(check_forked, m);
    see_all(m, &s);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, m), OK);
    CHECK_STATUS(ipmon_parse_pcap_file(m, file.path), OK);
    CHECK_STATUS(s.end, OK);
    after_exec();
    CHECK_STATUS(ipmon_free(m), OK);
    check_works(NULL);
    capture_remove(&file);
    return verdict();
}
