/* An Arrow stream can be left at any point, moved, and released with its monitor gone; its
 * batches and their columns live as long as they are wanted. What is open is its alone
 * meanwhile, and the rest is there afterwards. A failure comes after every row in front of
 * it. get_next waits for a packet, and a stop, a free or an interrupt ends the wait. */
#include "arrow.h"
#include "capture.h"

#include <sys/stat.h>

enum { COUNT = 1000, SOME = IPMON_COLUMN_SOURCE_PORT | IPMON_COLUMN_SOURCE_ADDRESS | IPMON_COLUMN_FRAME };

static struct capture file;
static char pipe_path[300];

static struct ArrowArrayStream open_stream(ipmon_t *m, const char *path, size_t rows)
{
    struct ArrowArrayStream s;
    CHECK_STATUS(ipmon_open_pcap_file(m, path), OK);
    REQUIRE(ipmon_arrow_stream(m, rows, SOME, &s) == IPMON_STATUS_OK);
    return s;
}

static void left_early(void)
{
    ipmon_t *m = new_monitor();
    struct ArrowArrayStream s = open_stream(m, file.path, 10), second;
    struct ArrowArray batch, column;
    ipmon_packet packet;
    CHECK_STATUS(ipmon_arrow_stream(m, 10, SOME, &second), BUSY);
    CHECK(strstr(last_error(m), "release"));
    CHECK_EQ(ipmon_next_batch(m, &packet, sizeof packet, 1, 0), IPMON_STATUS_BUSY);
    CHECK_STATUS(ipmon_do_events(m, 0), BUSY);
    batch = next(&s);
    check_rows(batch.children[1], 1, 10);

    /* Released, and what it leaves is there for others. */
    s.release(&s);
    CHECK(s.release == NULL);
    CHECK_EQ(ipmon_next_batch(m, &packet, sizeof packet, 1, 0), 1);
    CHECK_EQ(packet.source_port, 11);
    CHECK_STATUS(ipmon_arrow_stream(m, 5, IPMON_COLUMN_SOURCE_PORT, &s), OK);

    /* A column goes its own way, and stays when all else is gone. */
    column = *batch.children[1];
    batch.children[1]->release = NULL;
    batch.release(&batch);
    CHECK(batch.release == NULL);
    batch = next(&s);
    check_rows(batch.children[0], 12, 5);
    CHECK_STATUS(ipmon_free(m), OK);
    s.release(&s);
    check_rows(&column, 1, 10);
    column.release(&column);
    CHECK(column.release == NULL);
    check_rows(batch.children[0], 12, 5);
    batch.release(&batch);
}

/* Memory that batches leave is that of later ones: not before its last column is let go. */
static void used_again(void)
{
    ipmon_t *m = new_monitor();
    struct ArrowArrayStream s = open_stream(m, file.path, 10);
    struct ArrowArray batch = next(&s), column = *batch.children[1], kept;
    int64_t i;
    batch.children[1]->release = NULL;
    batch.release(&batch);
    kept = next(&s);
    for (i = 21; i <= 400; i += 10) {
        batch = next(&s);
        check_rows(batch.children[1], i, 10);
        check_rows(&column, 1, 10);
        batch.release(&batch);
    }
    column.release(&column);
    while (batch = next(&s), batch.release) {
        check_rows(batch.children[1], i, 10);
        check_rows(kept.children[1], 11, 10);
        batch.release(&batch);
        i += 10;
    }
    CHECK_EQ(i, COUNT + 1);
    s.release(&s);
    check_rows(kept.children[1], 11, 10);
    kept.release(&kept);
    CHECK_STATUS(ipmon_free(m), OK);
}

static void moved_and_freed(void)
{
    ipmon_t *m = new_monitor();
    struct ArrowArrayStream one = open_stream(m, file.path, 600), s = one;
    struct ArrowArray batch, there, half;
    memset(&one, 0xff, sizeof one);
    there = next(&s);
    batch = there;
    memset(&there, 0xff, sizeof there);
    check_rows(batch.children[1], 1, 600);
    half = next(&s);
    check_rows(half.children[1], 601, 400);
    half.release(&half);
    CHECK_STATUS(ipmon_free(m), OK);
    /* It had seen the end. */
    CHECK(next(&s).release == NULL);
    batch.release(&batch);
    s.release(&s);

    m = new_monitor();
    s = open_stream(m, file.path, 10);
    CHECK_STATUS(ipmon_free(m), OK);
    fails(&s, EINVAL, "freed");
    fails(&s, EINVAL, "freed");
    CHECK_EQ(schema_columns(&s), SOME);
    s.release(&s);
}

static void another_run(void)
{
    ipmon_t *m = new_monitor();
    struct ArrowArrayStream s = open_stream(m, file.path, 10), t;
    struct ArrowArray batch = next(&s);
    batch.release(&batch);
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    fails(&s, ECANCELED, "stop");
    fails(&s, ECANCELED, "stop");
    CHECK_EQ(check_ledger(m).delivered, 10);
    t = open_stream(m, file.path, 10);
    fails(&s, EINVAL, "no longer open");
    /* The release of the one is not that of the other. */
    s.release(&s);
    CHECK_STATUS(ipmon_do_events(m, 0), BUSY);
    batch = next(&t);
    check_rows(batch.children[1], 1, 10);
    batch.release(&batch);
    t.release(&t);
    CHECK_STATUS(ipmon_do_events(m, 0), OK);

    /* At the end there is nothing to be streamed, and before there is something neither. */
    while (ipmon_do_events(m, -1) == IPMON_STATUS_OK) {
    }
    CHECK_STATUS(ipmon_arrow_stream(m, 0, 0, &s), END);
    CHECK_STATUS(ipmon_reset(m), OK);
    CHECK_STATUS(ipmon_arrow_stream(m, 0, 0, &s), BAD_ARGUMENT);
    CHECK_STATUS(ipmon_open_pcap_file(m, file.path), OK);
    CHECK_STATUS(ipmon_arrow_stream(m, 1048577, 0, &s), BAD_ARGUMENT);
    CHECK_STATUS(ipmon_arrow_stream(m, 0, IPMON_COLUMN_ALL + 1u, &s), BAD_ARGUMENT);
    CHECK_STATUS(ipmon_arrow_stream(m, 0, 0, NULL), NULL_ARGUMENT);
    CHECK_STATUS(ipmon_do_events(m, 0), OK);
    CHECK_STATUS(ipmon_free(m), OK);
}

static void damaged(void)
{
    ipmon_t *m = new_monitor();
    struct capture cut;
    struct bytes half;
    struct ArrowArrayStream s;
    struct ArrowArray batch;
    int rows;
    pcap_of_datagrams(&cut, 5);
    cut.file = fopen(cut.path, "ab");
    REQUIRE(cut.file != NULL);
    half.length = 0;
    put_times(&half, 0, 20);
    half.at[8] = 60;
    capture_put(&cut, &half);
    capture_close(&cut);
    for (rows = 3; rows < 7; rows++) {
        s = open_stream(m, cut.path, (size_t)rows);
        batch = next(&s);
        check_rows(batch.children[1], 1, rows < 5 ? rows : 5);
        batch.release(&batch);
        if (rows < 5) {
            batch = next(&s);
            check_rows(batch.children[1], rows + 1, 5 - rows);
            batch.release(&batch);
        }
        fails(&s, EIO, "byte");
        CHECK_TEXT(s.get_last_error(&s), last_error(m));
        fails(&s, EIO, "byte");
        s.release(&s);
        CHECK_STATUS(ipmon_arrow_stream(m, 0, 0, &s), TRUNCATED);
    }
    CHECK_STATUS(ipmon_open_pcap_file(m, "/dev/null"), OK);
    CHECK_STATUS(ipmon_arrow_stream(m, 0, 0, &s), OK);
    fails(&s, EIO, "capture");
    s.release(&s);
    CHECK_STATUS(ipmon_free(m), OK);
    capture_remove(&cut);
}

/* --- A pipe, on which packets come when this program says. --- */

struct waiter {
    struct ArrowArrayStream s;
    int error;
};

static void *wait_for_rows(void *waiter)
{
    struct waiter *w = (struct waiter *)waiter;
    struct ArrowArray batch;
    int error = w->s.get_next(&w->s, &batch);
    if (error == 0)
        batch.release(&batch);
    STORE(w->error, error);
    return NULL;
}

static void send_records(int writer, int from, int count)
{
    /* A datagram of 22 bytes of data, 64 in all, behind its header of 16. */
    static uint8_t all[24 + 80 * 100];
    FILE *f = fopen(file.path, "rb");
    size_t offset = from ? 24 + 80 * (size_t)from : 0;
    size_t length = 24 + 80 * (size_t)(from + count) - offset;
    REQUIRE(f != NULL && fread(all, 1, sizeof all, f) == sizeof all);
    fclose(f);
    REQUIRE(write(writer, all + offset, length) == (ssize_t)length);
}

static void waits_and_is_ended(int writer)
{
    int what;
    for (what = 0; what < 3; what++) {
        ipmon_t *m = new_monitor();
        struct waiter w;
        pthread_t thread;
        struct ArrowArray batch;
        int i;
        int64_t began;
        w.s = open_stream(m, pipe_path, 0);
        for (i = 0; i < 10; i++) {
            send_records(writer, i * 3, 3);
            batch = next(&w.s);
            check_rows(batch.children[1], i * 3 + 1, 3);
            batch.release(&batch);
        }
        STORE(w.error, -1);
        /* Another thread goes on with it. */
        REQUIRE(pthread_create(&thread, NULL, wait_for_rows, &w) == 0);
        sleep_us(20000);
        CHECK_EQ(LOAD(w.error), -1);
        began = now_ns(CLOCK_MONOTONIC);
        if (what == 0)
            ipmon_interrupt(m);
        else
            CHECK_STATUS(what == 1 ? ipmon_set_active(m, 0) : ipmon_free(m), OK);
        pthread_join(thread, NULL);
        if (!slow())
            CHECK(now_ns(CLOCK_MONOTONIC) - began < 50000000);
        CHECK_EQ(w.error, ECANCELED);
        if (what == 0) {
            /* It goes on after an interrupt. */
            send_records(writer, 30, 3);
            batch = next(&w.s);
            check_rows(batch.children[1], 31, 3);
            batch.release(&batch);
        } else {
            fails(&w.s, what == 1 ? ECANCELED : EINVAL, what == 1 ? "stop" : "freed");
        }
        w.s.release(&w.s);
        if (what != 2)
            CHECK_STATUS(ipmon_free(m), OK);
    }
}

/* --- Inside of a callback that get_next makes. --- */

struct inside {
    struct ArrowArrayStream s;
    int release, ended;
};

static void on_notice(const ipmon_notice *notice, void *user)
{
    struct inside *in = (struct inside *)user;
    struct ArrowArray batch;
    struct ArrowSchema schema;
    CHECK_EQ(notice->code, IPMON_NOTICE_ENDED);
    in->ended++;
    CHECK_EQ(in->s.get_next(&in->s, &batch), EBUSY);
    CHECK_EQ(in->s.get_schema(&in->s, &schema), EBUSY);
    CHECK(is_one_line(in->s.get_last_error(&in->s)));
    if (in->release)
        in->s.release(&in->s);
}

static void in_a_callback(void)
{
    int release;
    for (release = 0; release < 2; release++) {
        ipmon_t *m = new_monitor();
        struct inside in = {0};
        struct ArrowArray batch;
        in.release = release;
        CHECK_STATUS(ipmon_set_on_notice(m, on_notice, &in), OK);
        in.s = open_stream(m, file.path, 0);
        batch = next(&in.s);
        CHECK_EQ(in.ended, 1);
        check_rows(batch.children[1], 1, COUNT);
        batch.release(&batch);
        if (release)
            CHECK(in.s.release == NULL);
        else
            in.s.release(&in.s);
        CHECK_STATUS(ipmon_free(m), OK);
    }
}

/* A child can do nothing with it but let go. */
static void forked(void)
{
    ipmon_t *m = new_monitor();
    struct ArrowArrayStream s = open_stream(m, file.path, 10);
    struct ArrowArray batch = next(&s), none;
    pid_t child = fork();
    int status = 0;
    REQUIRE(child >= 0);
    if (child == 0) {
        long failed = LOAD(checks_failed);
        check_rows(batch.children[1], 1, 10);
        CHECK_EQ(s.get_next(&s, &none), EINVAL);
        CHECK(strstr(s.get_last_error(&s), "fork"));
        s.release(&s);
        batch.release(&batch);
        _exit(LOAD(checks_failed) != failed);
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    batch.release(&batch);
    batch = next(&s);
    check_rows(batch.children[1], 11, 10);
    batch.release(&batch);
    s.release(&s);
    CHECK_STATUS(ipmon_free(m), OK);
}

int main(void)
{
    int writer;
    watchdog(60);
    pcap_of_datagrams(&file, COUNT);
    snprintf(pipe_path, sizeof pipe_path, "%s.pipe", file.path);
    REQUIRE(mkfifo(pipe_path, 0600) == 0);
    writer = open(pipe_path, O_RDWR | O_CLOEXEC);
    REQUIRE(writer >= 0);
    left_early();
    used_again();
    moved_and_freed();
    another_run();
    damaged();
    waits_and_is_ended(writer);
    in_a_callback();
    forked();
    close(writer);
    CHECK_EQ(unlink(pipe_path), 0);
    capture_remove(&file);
    return verdict();
}
