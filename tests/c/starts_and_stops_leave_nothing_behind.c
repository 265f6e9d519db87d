/* A capture can be started and stopped any number of times: descriptors, threads and
 * mappings are as before, and memory does not grow. */
#include "net.h"
#include "leftovers.h"

#include <malloc.h>

/* Bytes in use on the heap, and those of this process's own pages. */
struct memory {
    double heap, resident;
};

static struct memory memory_now(void)
{
    struct memory m;
    struct mallinfo2 heap = mallinfo2();
    m.heap = (double)(heap.uordblks + heap.hblkhd);
    m.resident = 1024 * (double)status_number("/proc/self/status", "RssAnon:");
    return m;
}

static int mappings(void)
{
    int n = 0, c;
    FILE *f = fopen("/proc/self/maps", "r");
    REQUIRE(f != NULL);
    while ((c = fgetc(f)) != EOF)
        n += c == '\n';
    fclose(f);
    return n;
}

/* A thread that was told to end keeps its stack a moment longer. */
static void settle(const struct held *before, int maps)
{
    WAIT_UNTIL(entries_of("/proc/self/task") <= before->threads, 5);
    CHECK_EQ(entries_of("/proc/self/fd"), before->descriptors);
    CHECK_EQ(rings(), before->rings);
    /* An instrument maps what it likes. */
    if (!instrumented())
        WAIT_UNTIL(mappings() <= maps, 5);
}

static void cycle(ipmon_t **m, struct seen *s, long i)
{
    CHECK_STATUS(ipmon_set_active(*m, 1), OK);
    CHECK_STATUS(ipmon_set_active(*m, 1), OK);
    if (i % 10 != 9) {
        CHECK_STATUS(ipmon_set_active(*m, 0), OK);
        CHECK_STATUS(ipmon_set_active(*m, 0), OK);
        check_ledger(*m);
        return;
    }
    /* A monitor that is freed while it runs is stopped first. */
    CHECK_STATUS(ipmon_free(*m), OK);
    CHECK_EQ(LOAD(s->ended), 10);
    *m = new_live("lo", s);
}

int main(void)
{
    struct memory before_memory, after_memory;
    struct held empty, before;
    struct seen s;
    ipmon_t *m;
    long i, count = full(1000), warm = 20;
    int before_maps;
    double heap, resident;
    watchdog(60);
    need_live();

    empty = held_now();
    m = new_live("lo", &s);
    /* As the header says of ipmon_new(). */
    CHECK_EQ(held_now().descriptors, empty.descriptors + 2);
    /* What is loaded and set up once. Thread stacks and heaps are kept for the next. */
    for (i = 0; i < warm; i++)
        cycle(&m, &s, i);
    sleep_us(100000);
    before = held_now();
    before_maps = mappings();
    before_memory = memory_now();
    for (i = 0; i < count; i++)
        cycle(&m, &s, i);
    settle(&before, before_maps);
    after_memory = memory_now();
    heap = (after_memory.heap - before_memory.heap) / (double)count;
    resident = (after_memory.resident - before_memory.resident) / (double)count;
    /* An instrument's heap is another; one page makes few rounds look like growth. */
    CHECK(slow() || heap < 16);
    CHECK(instrumented() || resident < (count >= 1000 ? 16 : 4 * 4096.0 / (double)count));

    CHECK_STATUS(ipmon_free(m), OK);
    WAIT_UNTIL(held_now().descriptors == empty.descriptors, 5);
    WAIT_UNTIL(held_now().threads <= empty.threads, 5);
    CHECK_EQ(rings(), empty.rings);
    FIGURES("%ld cycles: descriptors, threads and mappings as before; %.1f bytes of heap and %.1f "
            "of pages a cycle",
            count, heap, resident);
    return verdict();
}
