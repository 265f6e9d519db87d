// A callback that is left otherwise than by its return ends the program: SIGABRT, with a
// line on standard error. That holds for packets and for notices, on the thread of a
// capture and on that of a parse, whoever would catch the exception further up.
#include "ipmon.h"

#include <cstdio>
#include <cstring>
#include <stdexcept>

#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum Where { PACKET, NOTICE };
enum How { THROW, THROW_A_NUMBER, EXIT_THE_THREAD };

static How how;

// A frame with something to destroy, as real ones have.
struct Destroyed {
    ~Destroyed() { static_cast<void>(write(2, "destroyed\n", 10)); }
};

static void leave()
{
    Destroyed destroyed;
    if (how == THROW)
        throw std::runtime_error("planted");
    if (how == THROW_A_NUMBER)
        throw 7;
    pthread_exit(nullptr);
}

static void on_packet(const ipmon_packet *, void *) { leave(); }
static void on_notice(const ipmon_notice *, void *) { leave(); }

static void send_over_loopback()
{
    sockaddr_in there = {};
    there.sin_family = AF_INET;
    there.sin_port = htons(9);
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    for (int i = 0; i < 500; i++) {
        sendto(fd, "x", 1, 0, reinterpret_cast<sockaddr *>(&there), sizeof there);
        usleep(10000);
    }
}

// Does not come back: the exit statuses say what happened instead.
static void child(const char *file, Where where)
{
    alarm(60);
    try {
        ipmon_t *m = ipmon_new();
        if (where == PACKET)
            ipmon_set_on_ip_packet(m, on_packet, nullptr);
        else
            ipmon_set_on_notice(m, on_notice, nullptr);
        if (file) {
            ipmon_parse_pcap_file(m, file);
            _exit(2);
        }
        ipmon_set_local_host(m, "lo");
        ipmon_set_buffer_size(m, 1048576);
        if (ipmon_set_active(m, 1) != IPMON_STATUS_OK)
            _exit(77);
        if (where == NOTICE)
            ipmon_set_active(m, 0);
        send_over_loopback();
        _exit(3);
    } catch (...) {
        _exit(4);
    }
    _exit(5);
}

static int checked, failed, skipped;

static void check(const char *file, Where where)
{
    int ends[2], status = 0;
    if (pipe(ends) != 0)
        _exit(1);
    std::fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        const rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        dup2(ends[1], 2);
        child(file, where);
    }
    close(ends[1]);
    char said[4096];
    size_t length = 0;
    ssize_t n;
    while ((n = read(ends[0], said + length, sizeof said - 1 - length)) > 0)
        length += static_cast<size_t>(n);
    said[length] = 0;
    close(ends[0]);
    waitpid(pid, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        skipped++;
        return;
    }
    checked++;
    const char *line = std::strstr(said, "ipmon: a callback did not return");
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT || !line) {
        failed++;
        std::printf("%s, %d, %d: status 0x%x, \"%s\"\n", file ? file : "live", where, how, status,
                    said);
    }
}

int main(int argc, char **argv)
{
    static const How all[] = {THROW, THROW_A_NUMBER, EXIT_THE_THREAD};
    const char *file = argc > 1 ? argv[1] : "tests/data/sample.pcap";
    for (How one : all) {
        how = one;
        for (Where where : {PACKET, NOTICE}) {
            check(file, where);
            check(nullptr, where);
        }
    }
    if (failed)
        return 1;
    if (skipped) {
        std::puts("the live part needs the right to capture");
        return 77;
    }
    std::printf("%d checks; %d callbacks left by an exception: %d times SIGABRT with a line\n",
                checked, checked, checked);
    return 0;
}
