/* "-" reads standard input: a file or a pipe, blocking or not, which afterwards is
 * open and has the flags that it had. */
#include "capture.h"

static struct seen s;
static struct capture file;

/* Writes the capture into a pipe in small pieces, as a slow program would. */
static void *dribble(void *data)
{
    int to = *(int *)data;
    char piece[61];
    size_t length;
    FILE *from = fopen(file.path, "rb");
    REQUIRE(from != NULL);
    while ((length = fread(piece, 1, sizeof piece, from)) > 0) {
        if (write(to, piece, length) != (ssize_t)length)
            break;
        sleep_us(1000);
    }
    fclose(from);
    close(to);
    return NULL;
}

static void check_parse(ipmon_t *m, int flags)
{
    REQUIRE(fcntl(0, F_SETFL, flags) == 0);
    flags = fcntl(0, F_GETFL);
    see_all(m, &s);
    CHECK_STATUS(ipmon_parse_pcap_file(m, "-"), OK);
    CHECK_EQ(s.packets, 30);
    CHECK_EQ(s.ended, 1);
    CHECK_EQ(check_ledger(m).received, 30);
    CHECK_EQ(fcntl(0, F_GETFL), flags);
    CHECK_EQ(fcntl(0, F_GETFD), 0);
}

static void from_file(ipmon_t *m)
{
    int fd = open(file.path, O_RDONLY);
    REQUIRE(fd >= 0 && dup2(fd, 0) == 0);
    close(fd);
    check_parse(m, 0);
}

static void from_pipe(ipmon_t *m, int flags)
{
    int ends[2];
    pthread_t writer;
    REQUIRE(pipe(ends) == 0 && dup2(ends[0], 0) == 0);
    close(ends[0]);
    REQUIRE(pthread_create(&writer, NULL, dribble, &ends[1]) == 0);
    check_parse(m, flags);
    pthread_join(writer, NULL);
}

int main(void)
{
    ipmon_t *m = new_monitor();
    watchdog(60);
    signal(SIGPIPE, SIG_IGN);
    pcap_of_datagrams(&file, 30);
    from_file(m);
    from_pipe(m, 0);
    from_pipe(m, O_NONBLOCK);
    CHECK_STATUS(ipmon_free(m), OK);
    capture_remove(&file);
    return verdict();
}
