/* Eight threads make every call on the same monitor for a second: each is answered
 * with a status that makes sense, and nothing hangs. Then it is freed in the midst
 * of them, and from there on they get BAD_HANDLE. */
#include "calls.h"
#include "capture.h"
#include "net.h"

enum { THREADS = 8 };

static struct capture file;
static ipmon_t *m;
static int over, freed;
static unsigned long made, bad_handles;

static int is_fine(ipmon_status status)
{
    switch (status) {
    case IPMON_STATUS_OK:
    case IPMON_STATUS_BUSY:
    case IPMON_STATUS_TIMEOUT:
    case IPMON_STATUS_INTERRUPTED:
    /* Of the parse of /dev/null, and of the wait for it. */
    case IPMON_STATUS_NOT_A_CAPTURE:
    case IPMON_STATUS_TRUNCATED:
    case IPMON_STATUS_IO:
    /* Of a start, and of the check whether one would succeed. */
    case IPMON_STATUS_NO_PERMISSION:
    case IPMON_STATUS_NO_LIBPCAP:
    case IPMON_STATUS_NO_DEVICE:
        return 1;
    default:
        return 0;
    }
}

/* What pulls is told so when nothing is open. */
static int pulls(const char *name)
{
    return strcmp(name, "ipmon_next_batch") == 0 || strcmp(name, "ipmon_batch_bytes") == 0
           || strcmp(name, "ipmon_do_events") == 0 || strcmp(name, "ipmon_arrow_stream") == 0;
}

static void note(ipmon_status status, const char *name)
{
    ADD(made, 1);
    if (status == IPMON_STATUS_BAD_ARGUMENT && pulls(name))
        return;
    if (status == IPMON_STATUS_BAD_HANDLE && LOAD(freed))
        ADD(bad_handles, 1);
    else if (!is_fine(status))
        check_status(status, IPMON_STATUS_OK, name, __FILE__, __LINE__);
}

static void *call_all(void *which)
{
    int i = *(int *)which;
    while (!LOAD(over)) {
        i = (i + 7) % (CALLS + 2);
        if (i < CALLS)
            note(every_call[i].make(m), every_call[i].name);
        else if (i == CALLS)
            note(ipmon_parse_pcap_file(m, file.path), "ipmon_parse_pcap_file");
        else
            ipmon_interrupt(m);
    }
    return NULL;
}

static void run(int with_free)
{
    pthread_t threads[THREADS];
    int numbers[THREADS], i;
    STORE(over, 0);
    STORE(freed, 0);
    m = new_monitor();
    for (i = 0; i < THREADS; i++) {
        numbers[i] = i * 5;
        REQUIRE(pthread_create(&threads[i], NULL, call_all, &numbers[i]) == 0);
    }
    sleep_us(with_free ? 100000 : 1000000);
    if (with_free) {
        /* Said first: between the free and the saying a call may be refused. */
        STORE(freed, 1);
        CHECK_STATUS(ipmon_free(m), OK);
        sleep_us(rounds(10000, 500000));
    }
    STORE(over, 1);
    for (i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    if (!with_free)
        CHECK_STATUS(ipmon_free(m), OK);
}

int main(void)
{
    int i;
    watchdog(60);
    /* Captures are started, too: as root, not of what others do on this machine. */
    if (geteuid() == 0)
        REQUIRE(own_namespace());
    pcap_of_datagrams(&file, 50);
    run(0);
    CHECK(LOAD(made) > THREADS * (unsigned long)CALLS);
    CHECK_EQ(LOAD(bad_handles), 0);
    for (i = 0; i < rounds(20, 1); i++)
        run(1);
    CHECK(LOAD(bad_handles) > 0);
    capture_remove(&file);
    return verdict();
}
