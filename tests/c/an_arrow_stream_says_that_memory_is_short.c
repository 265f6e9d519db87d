/* Where memory is short an Arrow stream says so, behind the rows that there was room for, and
 * goes on when there is some. */
#include "arrow.h"
#include "capture.h"

#include <malloc.h>
#include <sys/resource.h>

/* Memory for so many bytes more than there are now; -1: as before. */
static void limit_memory(long more)
{
    static struct rlimit before;
    struct rlimit limit;
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    REQUIRE(f != NULL && fscanf(f, "%lu", &pages) == 1);
    fclose(f);
    if (more >= 0)
        REQUIRE(getrlimit(RLIMIT_AS, &before) == 0);
    limit = before;
    if (more >= 0)
        limit.rlim_cur = pages * (unsigned long)sysconf(_SC_PAGESIZE) + (unsigned long)more;
    REQUIRE(setrlimit(RLIMIT_AS, &limit) == 0);
}

/* For none of the rows. */
static void for_a_batch(ipmon_t *m)
{
    struct capture file;
    struct ArrowArrayStream s;
    struct ArrowArray batch;
    pcap_of_datagrams(&file, 1000);
    CHECK_STATUS(ipmon_open_pcap_file(m, file.path), OK);
    CHECK_STATUS(ipmon_arrow_stream(m, 1048576, IPMON_COLUMN_DEFAULT, &s), OK);
    limit_memory(16 << 20);
    fails(&s, ENOMEM, "memory");
    fails(&s, ENOMEM, "memory");
    limit_memory(-1);
    batch = next(&s);
    check_rows(batch.children[9], 1, 1000);
    batch.release(&batch);
    s.release(&s);
    capture_remove(&file);
}

/* For some of 16 MiB of frames. */
static void for_bytes(ipmon_t *m)
{
    const uint32_t columns = IPMON_COLUMN_SOURCE_PORT | IPMON_COLUMN_FRAME;
    struct capture large;
    struct ArrowArrayStream s;
    struct ArrowArray batch;
    int64_t rows;
    int i;
    pcap_new(&large, ETHERNET);
    for (i = 1; i <= 2000; i++) {
        struct bytes frame;
        frame.length = 0;
        put_datagram(&frame, (unsigned)i, 53, 8150);
        pcap_frame(&large, &frame);
    }
    capture_close(&large);
    CHECK_STATUS(ipmon_open_pcap_file(m, large.path), OK);
    CHECK_STATUS(ipmon_arrow_stream(m, 0, columns, &s), OK);
    limit_memory(8 << 20);
    batch = next(&s);
    rows = batch.length;
    CHECK(rows > 100 && rows < 1999);
    fails(&s, ENOMEM, "memory");
    limit_memory(-1);
    check_rows(batch.children[0], 1, rows);
    batch.release(&batch);
    batch = next(&s);
    check_rows(batch.children[0], rows + 2, 2000 - rows - 1);
    batch.release(&batch);
    CHECK(next(&s).release == NULL);
    s.release(&s);
    capture_remove(&large);
}

int main(void)
{
    ipmon_t *m = new_monitor();
    watchdog(60);
    if (instrumented())
        SKIP("the instrument needs memory of its own");
    /* Large blocks go back to the system when they are freed. */
    mallopt(M_MMAP_THRESHOLD, 1 << 17);
    for_a_batch(m);
    for_bytes(m);
    CHECK_STATUS(ipmon_free(m), OK);
    return verdict();
}
