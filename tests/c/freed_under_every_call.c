/* A monitor is freed by two threads at once while another thread is inside a call of it,
 * each call in turn: one of the two frees is OK and the other BAD_HANDLE; the call ends
 * soon, with a status that it may have; from then on it is BAD_HANDLE. */
#include "calls.h"
#include "capture.h"
#include "net.h"

#include <sys/stat.h>

/* Beyond those of calls.h: calls that wait. */
enum { WAIT_FOR_A_CAPTURE = CALLS, READ_A_PIPE, READ_A_FILE, WAIT_FOR_A_PIPE, KINDS };

static ipmon_t *m;
static struct capture file;
static char pipe_path[300];
static int inside, may_be_bad;
static unsigned long ends[32];
static pthread_barrier_t together;

static ipmon_status make(int kind)
{
    if (kind < CALLS)
        return every_call[kind].make(m);
    if (kind == READ_A_PIPE)
        return ipmon_parse_pcap_file(m, pipe_path);
    if (kind == READ_A_FILE)
        return ipmon_parse_pcap_file(m, file.path);
    return ipmon_wait(m, -1);
}

static int is_fine(int kind, ipmon_status status)
{
    switch (status) {
    case IPMON_STATUS_OK:
    case IPMON_STATUS_BUSY:
    case IPMON_STATUS_TIMEOUT:
    case IPMON_STATUS_INTERRUPTED: return 1;
    case IPMON_STATUS_BAD_HANDLE: return LOAD(may_be_bad);
    /* Of what pulls, where nothing is open or all was read. */
    case IPMON_STATUS_BAD_ARGUMENT:
    case IPMON_STATUS_END: return kind < CALLS && strstr("ipmon_next_batch ipmon_batch_bytes "
                                                         "ipmon_do_events ipmon_arrow_stream", every_call[kind].name);
    /* Of /dev/null; of a capture without an interface; without privileges or libpcap. */
    case IPMON_STATUS_NOT_A_CAPTURE:
    case IPMON_STATUS_TRUNCATED:
    case IPMON_STATUS_IO:
    case IPMON_STATUS_NO_DEVICE:
    case IPMON_STATUS_NO_PERMISSION:
    case IPMON_STATUS_NO_LIBPCAP: return kind < READ_A_PIPE;
    default: return 0;
    }
}

/* Makes its call until the monitor is gone. */
static void *caller(void *which)
{
    int kind = *(int *)which;
    ipmon_status status = IPMON_STATUS_OK;
    while (status != IPMON_STATUS_BAD_HANDLE) {
        ADD(inside, 1);
        status = make(kind);
        ADD(ends[-status], 1);
        if (!is_fine(kind, status)) {
            fprintf(stderr, "call %d: ", kind);
            CHECK_STATUS(status, BAD_HANDLE);
            break;
        }
    }
    return NULL;
}

static void *parse_the_pipe(void *unused)
{
    ipmon_status status = ipmon_parse_pcap_file(m, pipe_path);
    CHECK(status == IPMON_STATUS_INTERRUPTED || status == IPMON_STATUS_BAD_HANDLE);
    return unused;
}

static void *freer(void *status)
{
    pthread_barrier_wait(&together);
    *(ipmon_status *)status = ipmon_free(m);
    return NULL;
}

static void one(int kind, uint64_t chance, int live)
{
    ipmon_status frees[2];
    pthread_t call, parse, free_one, free_two;
    int64_t began;
    m = new_monitor();
    CHECK_STATUS(ipmon_set_local_host(m, "lo"), OK);
    CHECK_STATUS(ipmon_set_buffer_size(m, 1048576), OK);
    STORE(inside, 0);
    STORE(may_be_bad, 0);
    if (kind == WAIT_FOR_A_CAPTURE && live)
        CHECK_STATUS(ipmon_set_active(m, 1), OK);
    if (kind == WAIT_FOR_A_PIPE)
        REQUIRE(pthread_create(&parse, NULL, parse_the_pipe, NULL) == 0);
    REQUIRE(pthread_create(&call, NULL, caller, &kind) == 0);
    REQUIRE(pthread_create(&free_one, NULL, freer, &frees[0]) == 0);
    REQUIRE(pthread_create(&free_two, NULL, freer, &frees[1]) == 0);
    WAIT_UNTIL(LOAD(inside) > 0, 10);
    sleep_us((long)(chance % 2000));
    /* Said first: between the free and the saying a call may be refused. */
    STORE(may_be_bad, 1);
    began = now_ns(CLOCK_MONOTONIC);
    pthread_barrier_wait(&together);
    pthread_join(free_one, NULL);
    pthread_join(free_two, NULL);
    pthread_join(call, NULL);
    if (kind == WAIT_FOR_A_PIPE)
        pthread_join(parse, NULL);
    if (!slow())
        CHECK(now_ns(CLOCK_MONOTONIC) - began < INT64_C(3000000000));
    CHECK_EQ(frees[0] + frees[1], IPMON_STATUS_BAD_HANDLE);
    CHECK_STATUS(ipmon_free(m), BAD_HANDLE);
}

int main(void)
{
    uint64_t state = UINT64_C(0x165667b19e3779f9);
    long i, count = full(1000);
    int live = geteuid() == 0 && own_namespace(), writer;
    watchdog(140);
    REQUIRE(pthread_barrier_init(&together, NULL, 3) == 0);
    pcap_of_datagrams(&file, 50);
    /* A pipe with a writer, on which nothing ever comes. */
    snprintf(pipe_path, sizeof pipe_path, "%s.pipe", file.path);
    REQUIRE(mkfifo(pipe_path, 0600) == 0);
    writer = open(pipe_path, O_RDWR | O_CLOEXEC);
    REQUIRE(writer >= 0);
    if (!slow() && count < KINDS)
        count = KINDS;
    for (i = 0; i < count; i++)
        one((int)((i * 7 + KINDS - 1) % KINDS), random_number(&state), live);
    close(writer);
    CHECK_EQ(unlink(pipe_path), 0);
    capture_remove(&file);
    FIGURES("%ld frees under a call: %lu ended with OK, %lu BUSY, %lu INTERRUPTED", count, ends[0],
            ends[-IPMON_STATUS_BUSY], ends[-IPMON_STATUS_INTERRUPTED]);
    return verdict();
}
