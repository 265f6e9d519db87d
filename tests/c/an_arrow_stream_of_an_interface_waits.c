/* Live, an Arrow stream waits for the first packet and hands out what came with it, in
 * memory of its size; a stop ends it, and the ledger is exact. */
#include "arrow.h"
#include "net.h"

enum { SENT = 100 };

int main(void)
{
    struct ArrowArrayStream s;
    struct ArrowArray batches[SENT + 2];
    struct seen seen;
    ipmon_t *m;
    ipmon_stats stats;
    int sink, sender, n = 0, i;
    int64_t rows = 0, began;
    uint64_t of_the_test = 0;
    watchdog(30);
    need_live();
    m = new_live("lo", &seen);
    sink = udp_socket("127.0.0.1", OUR_PORT);
    sender = udp_socket("127.0.0.1", PEER_PORT);
    CHECK_STATUS(ipmon_open_live(m), OK);
    CHECK_STATUS(ipmon_arrow_stream(m, 0, IPMON_COLUMN_ALL, &s), OK);
    for (i = 0; i < SENT; i++) {
        send_stamped(sender, "127.0.0.1", OUR_PORT, (uint64_t)i, 64);
        /* Of what else there is on the interface the first rows may be. */
        while (of_the_test < (uint64_t)i + 1) {
            const uint16_t *port;
            int64_t row;
            struct ArrowArray *batch = &batches[n++ % (SENT + 2)];
            REQUIRE(n <= SENT + 2);
            began = now_ns(CLOCK_MONOTONIC);
            CHECK_EQ(s.get_next(&s, batch), 0);
            REQUIRE(batch->release != NULL);
            if (!slow())
                CHECK(now_ns(CLOCK_MONOTONIC) - began < 500000000);
            rows += batch->length;
            port = (const uint16_t *)batch->children[11]->buffers[1];
            for (row = 0; row < batch->length; row++)
                of_the_test += port[row] == OUR_PORT;
        }
    }
    CHECK_EQ(of_the_test, SENT);
    for (i = 0; i < n; i++) {
        struct digest d = {0};
        digest_batch(&d, IPMON_COLUMN_ALL, &batches[i]);
        batches[i].release(&batches[i]);
    }
    CHECK_STATUS(ipmon_set_active(m, 0), OK);
    CHECK_EQ(s.get_next(&s, &batches[0]), ECANCELED);
    s.release(&s);
    stats = check_ledger(m);
    CHECK_EQ(stats.delivered, rows);
    CHECK_EQ(seen.packets, 0);
    CHECK_EQ(seen.ended, 1);
    CHECK_STATUS(ipmon_free(m), OK);
    close(sender);
    close(sink);
    FIGURES("%d batches for %d packets", n, SENT);
    return verdict();
}
