/* The capture thread is named "ipmon" and blocks every signal: a signal to the
 * process is handled by one of the program's own threads. */
#include "net.h"

#include <dirent.h>
#include <sys/syscall.h>

static pid_t main_thread;
static int handled, elsewhere, checked;

static void handler(int signal)
{
    (void)signal;
    ADD(handled, 1);
    if (syscall(SYS_gettid) != main_thread)
        ADD(elsewhere, 1);
}

/* Two signals cannot be blocked, and two belong to the C library. */
static int can_be_blocked(int signal)
{
    return signal != SIGKILL && signal != SIGSTOP && signal != 32 && signal != 33;
}

static void on_packet(const ipmon_packet *packet, void *user)
{
    sigset_t none, blocked;
    char name[32] = "";
    int i;
    (void)packet;
    (void)user;
    if (LOAD(checked))
        return;
    sigemptyset(&none);
    CHECK_EQ(pthread_sigmask(SIG_BLOCK, &none, &blocked), 0);
    for (i = 1; i <= 64; i++)
        if (can_be_blocked(i))
            CHECK_EQ(sigismember(&blocked, i), 1);
    CHECK_EQ(prctl(PR_GET_NAME, name, 0, 0, 0), 0);
    CHECK_TEXT(name, "ipmon");
    STORE(checked, 1);
}

/* What the kernel says of every thread but this one. */
static void check_tasks(void)
{
    DIR *d = opendir("/proc/self/task");
    struct dirent *task;
    int found = 0;
    REQUIRE(d != NULL);
    while ((task = readdir(d)) != NULL) {
        char path[300], line[256], name[64] = "";
        unsigned long long blocked = 0;
        FILE *status;
        int i;
        if (atoi(task->d_name) <= 0 || atoi(task->d_name) == main_thread)
            continue;
        snprintf(path, sizeof path, "/proc/self/task/%s/status", task->d_name);
        status = fopen(path, "r");
        if (!status)
            continue;
        while (fgets(line, sizeof line, status)) {
            sscanf(line, "Name:\t%63s", name);
            sscanf(line, "SigBlk:\t%llx", &blocked);
        }
        fclose(status);
        for (i = 1; i <= 64; i++)
            if (can_be_blocked(i))
                CHECK(blocked >> (i - 1) & 1);
        found += strcmp(name, "ipmon") == 0;
    }
    closedir(d);
    CHECK_EQ(found, 1);
}

int main(void)
{
    ipmon_t *m;
    struct sigaction action;
    sigset_t none, before, after;
    int sender, sink, i;
    watchdog(60);
    need_live();
    main_thread = getpid();
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    REQUIRE(sigaction(SIGUSR1, &action, NULL) == 0);
    sigemptyset(&none);
    pthread_sigmask(SIG_BLOCK, &none, &before);

    m = new_live("lo", NULL);
    CHECK_STATUS(ipmon_set_on_ip_packet(m, on_packet, NULL), OK);
    CHECK_STATUS(ipmon_set_active(m, 1), OK);
    /* The starting thread has the mask that it had. */
    pthread_sigmask(SIG_BLOCK, &none, &after);
    for (i = 1; i <= 64; i++)
        if (can_be_blocked(i))
            CHECK_EQ(sigismember(&after, i), sigismember(&before, i));

    sink = udp_socket("127.0.0.1", OUR_PORT);
    sender = udp_socket("127.0.0.1", PEER_PORT);
    CHECK(send_stamped(sender, "127.0.0.1", OUR_PORT, 0, 64));
    WAIT_UNTIL(LOAD(checked), 10);
    /* An instrument has masks of its own. */
    if (!slow())
        check_tasks();
    for (i = 1; i <= 200; i++) {
        kill(getpid(), SIGUSR1);
        WAIT_UNTIL(LOAD(handled) == i, 10);
    }
    CHECK_EQ(LOAD(elsewhere), 0);
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    CHECK_STATUS(ipmon_free(m), OK);
    close(sink);
    close(sender);
    return verdict();
}
