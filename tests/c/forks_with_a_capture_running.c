/* A thousand forks of a process that captures, some inside callbacks and while other
 * threads start and stop captures and make monitors: in each child every call is FORKED,
 * a free is fine, and it ends as it wants to: by exit(), _exit() or exec(). The parent's
 * capture does not notice. */
#include "calls.h"
#include "net.h"

enum { CODE = 9 };

enum how { BY_EXIT, AT_ONCE, BY_EXEC, IN_A_CALLBACK, FIRST_USE, KINDS };

static ipmon_t *m;
static char *self;
static int over;
static unsigned long calls, toggled;
static pid_t from_callback;
static int fork_now;

/* What every child is told; its own failures are in its exit status. */
static void child_calls(ipmon_t *parents)
{
    ipmon_adapter adapter;
    ipmon_ip_address address;
    static const uint8_t ip[4] = {1, 2, 3, 4};
    char text[IPMON_ADDRESS_TEXT_SIZE];
    size_t count;
    alarm(slow() ? 100 : 20);
    checks_failed = 0;
    check_every_call(parents, IPMON_STATUS_FORKED);
    CHECK(ipmon_new() == NULL);
    CHECK_STATUS(ipmon_list_adapters(&adapter, sizeof adapter, 1, &count), FORKED);
    CHECK_STATUS(ipmon_list_ip_addresses(&address, sizeof address, 1, &count), FORKED);
    CHECK_STATUS(ipmon_format_address(ip, 4, text, sizeof text), FORKED);
    ipmon_interrupt(parents);
    CHECK_STATUS(ipmon_free(parents), OK);
    CHECK_STATUS(ipmon_free(parents), OK);
}

static void child_ends(int at_once)
{
    int code = checks_failed ? 1 : CODE;
    if (leaks_are_looked_for() && code == CODE)
        raise(SIGKILL);
    if (at_once)
        _exit(code);
    exit(code);
}

static void check_end(pid_t child)
{
    int status = -1;
    CHECK_EQ(waitpid(child, &status, 0), child);
    if (leaks_are_looked_for())
        CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    else
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == CODE);
}

static void on_packet(const ipmon_packet *packet, void *user)
{
    (void)packet;
    (void)user;
    ADD(calls, 1);
    if (LOAD(fork_now)) {
        pid_t child = fork();
        if (child == 0) {
            child_calls(m);
            child_ends(1);
        }
        STORE(fork_now, 0);
        STORE(from_callback, child);
    }
}

static void *new_monitors(void *unused)
{
    while (!LOAD(over)) {
        ipmon_t *other = new_monitor();
        CHECK_STATUS(ipmon_set_latency(other, 0), OK);
        CHECK_STATUS(ipmon_free(other), OK);
    }
    return unused;
}

static void *toggles(void *unused)
{
    ipmon_t *other = new_live("lo", NULL);
    while (!LOAD(over)) {
        CHECK_STATUS(ipmon_set_active(other, 1), OK);
        CHECK_STATUS(ipmon_set_active(other, 0), OK);
        ADD(toggled, 1);
    }
    CHECK_STATUS(ipmon_free(other), OK);
    return unused;
}

/* A child of a process that uses the library for the first time, on another thread, at
 * this moment: it is told, or all is new for it; it never hangs. */
static void *first_use(void *unused)
{
    ipmon_free(ipmon_new());
    return unused;
}

static void first_use_main(unsigned wait)
{
    pthread_t thread;
    pid_t child;
    volatile unsigned i;
    alarm(20);
    REQUIRE(pthread_create(&thread, NULL, first_use, NULL) == 0);
    for (i = 0; i < wait; i++) {
    }
    child = fork();
    if (child == 0) {
        ipmon_t *mine;
        alarm(10);
        mine = ipmon_new();
        if (mine && ipmon_set_latency(mine, 0) != IPMON_STATUS_OK)
            _exit(1);
        if (ipmon_free(mine) != IPMON_STATUS_OK)
            _exit(2);
        child_ends(1);
    }
    check_end(child);
    pthread_join(thread, NULL);
    child_ends(1);
}

static void one(enum how how)
{
    char number[32];
    pid_t child;
    if (how == IN_A_CALLBACK) {
        STORE(from_callback, 0);
        STORE(fork_now, 1);
        WAIT_UNTIL(LOAD(from_callback) != 0, 10);
        check_end(LOAD(from_callback));
        return;
    }
    snprintf(number, sizeof number, "%d", (int)(LOAD(calls) * 37 % 100000));
    child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        if (how == FIRST_USE)
            execl(self, self, "first", number, (char *)NULL);
        child_calls(m);
        if (how == BY_EXEC)
            execl(self, self, "new", (char *)NULL);
        child_ends(how == AT_ONCE);
    }
    check_end(child);
}

/* After exec() all is as new. */
static void exec_main(void)
{
    ipmon_t *mine = new_monitor();
    CHECK_STATUS(ipmon_set_latency(mine, 0), OK);
    CHECK_STATUS(ipmon_free(mine), OK);
    child_ends(0);
}

int main(int argc, char **argv)
{
    pthread_t threads[2];
    unsigned long before;
    long i, count;
    pid_t sender;
    if (argc > 2)
        first_use_main((unsigned)atoi(argv[2]));
    if (argc > 1)
        exec_main();
    self = argv[0];
    watchdog(140);
    need_live();
    sender = loopback_traffic();
    m = new_live("lo", NULL);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, NULL), OK);
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    REQUIRE(pthread_create(&threads[0], NULL, new_monitors, NULL) == 0);
    REQUIRE(pthread_create(&threads[1], NULL, toggles, NULL) == 0);
    count = full(1000) < KINDS ? KINDS : full(1000);
    for (i = 0; i < count; i++) {
        /* At every place of what the others do. */
        sleep_us(i * 173 % 3000);
        one((enum how)(i % KINDS));
    }
    STORE(over, 1);
    for (i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    /* The capture goes on. */
    before = LOAD(calls);
    WAIT_UNTIL(LOAD(calls) > before + 3, 10);
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    check_ledger(m);
    CHECK_STATUS(ipmon_free(m), OK);
    end_traffic(sender);
    FIGURES("%ld forks, %lu starts and stops meanwhile", count, toggled);
    return verdict();
}
