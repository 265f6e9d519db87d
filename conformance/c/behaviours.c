/* conform behaviour, where files do. */
#include "conform.h"

#include <dirent.h>
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

static ipmon_t *new_monitor(void)
{
    ipmon_t *m = ipmon_new();
    if (!m) exit(fail(m));
    return m;
}

static void must(ipmon_t *m, ipmon_status got, ipmon_status wanted)
{
    if (got != wanted) exit(fail(m));
}

/* --- what callbacks do; the user data of all of them is a struct seen ------------------ */

struct seen {
    ipmon_t *m;
    long packets;
    const char *thrown;
    /* Copies of all payloads, one behind the other. */
    uint8_t *kept;
    size_t length, room;
};

static void count(const ipmon_packet *p, void *user)
{
    (void)p;
    ((struct seen *)user)->packets++;
}

static void stop_at_the_third(const ipmon_packet *p, void *user)
{
    struct seen *s = user;
    count(p, user);
    if (s->packets == 3) must(s->m, ipmon_set_active(s->m, 0), IPMON_STATUS_OK);
}

/* C has no exceptions: a callback keeps what went wrong, and stops. */
static void throw_at_the_second(const ipmon_packet *p, void *user)
{
    struct seen *s = user;
    count(p, user);
    if (s->packets == 2) {
        s->thrown = "mine";
        must(s->m, ipmon_set_active(s->m, 0), IPMON_STATUS_OK);
    }
}

static void keep_the_payload(const ipmon_packet *p, void *user)
{
    struct seen *s = user;
    count(p, user);
    if (s->room - s->length < p->payload_length) {
        s->room = 2 * s->room + p->payload_length;
        s->kept = realloc(s->kept, s->room);
        if (!s->kept) abort();
    }
    memcpy(s->kept + s->length, p->payload, p->payload_length);
    s->length += p->payload_length;
}

/* --- the behaviours -------------------------------------------------------------------- */

static void stop_in_the_callback(const char *path)
{
    struct seen s = {.m = new_monitor()};
    must(s.m, push_file(s.m, path, stop_at_the_third, &s), IPMON_STATUS_INTERRUPTED);
    printf("{\"packets\":%ld}\n", s.packets);
    must(s.m, ipmon_free(s.m), IPMON_STATUS_OK);
}

static void early_break(const char *path)
{
    struct seen s = {.m = new_monitor()};
    ipmon_packet packet;
    long first = 0;
    must(s.m, ipmon_open_pcap_file(s.m, path), IPMON_STATUS_OK);
    while (first < 2 && ipmon_next_batch(s.m, &packet, sizeof packet, 1, -1) == 1) first++;
    must(s.m, ipmon_set_active(s.m, 0), IPMON_STATUS_OK);
    must(s.m, pull_file(s.m, path, count, &s), IPMON_STATUS_END);
    printf("{\"first\":%ld,\"second\":%ld}\n", first, s.packets);
    must(s.m, ipmon_free(s.m), IPMON_STATUS_OK);
}

static void close_twice(const char *path)
{
    struct seen s = {.m = new_monitor()};
    must(s.m, pull_file(s.m, path, count, &s), IPMON_STATUS_END);
    must(s.m, ipmon_free(s.m), IPMON_STATUS_OK);
    int twice = ipmon_free(s.m) == IPMON_STATUS_BAD_HANDLE;
    int refused = ipmon_open_pcap_file(s.m, path) == IPMON_STATUS_BAD_HANDLE;
    printf("{\"closed_twice\":%s,\"refused\":%s}\n", twice ? "true" : "false",
           refused ? "true" : "false");
}

static void a_failure(const char *path, const char *filter)
{
    struct seen s = {.m = new_monitor()};
    ipmon_status status = filter ? ipmon_set_filter(s.m, filter) : IPMON_STATUS_OK;
    if (status == IPMON_STATUS_OK) status = pull_file(s.m, path, count, &s);
    putchar('{');
    put_status(s.m, status);
    puts("}");
    must(s.m, ipmon_free(s.m), IPMON_STATUS_OK);
}

static void throw_in_the_callback(const char *path)
{
    struct seen s = {.m = new_monitor()}, again = {.m = s.m};
    must(s.m, push_file(s.m, path, throw_at_the_second, &s), IPMON_STATUS_INTERRUPTED);
    must(s.m, push_file(s.m, path, count, &again), IPMON_STATUS_END);
    printf("{\"thrown\":");
    put_text(s.thrown ? s.thrown : "");
    printf(",\"second\":%ld}\n", again.packets);
    must(s.m, ipmon_free(s.m), IPMON_STATUS_OK);
}

static void collector_stress(const char *path)
{
    struct seen s = {.m = new_monitor()};
    for (int i = 0; i < 10; i++)
        must(s.m, pull_file(s.m, path, keep_the_payload, &s), IPMON_STATUS_END);
    printf("{\"packets\":%ld,\"payload\":\"%08x\"}\n", s.packets,
           (unsigned)fnv(FNV_OF_NOTHING, s.kept, s.length));
    must(s.m, ipmon_free(s.m), IPMON_STATUS_OK);
    free(s.kept);
}

static long entries(const char *folder)
{
    long n = 0;
    DIR *d = opendir(folder);
    if (!d) abort();
    while (readdir(d)) n++;
    closedir(d);
    return n;
}

static long resident_bytes(void)
{
    long pages = 0;
    /* What was freed and is kept for later does not count. */
    malloc_trim(0);
    FILE *f = fopen("/proc/self/statm", "r");
    if (!f || fscanf(f, "%*d %ld", &pages) != 1) abort();
    fclose(f);
    return pages * sysconf(_SC_PAGESIZE);
}

static void thousand_opens(const char *path)
{
    long descriptors = 0, threads = 0, bytes = 0;
    for (int i = 0; i < 1010; i++) {
        if (i == 10) {
            descriptors = entries("/proc/self/fd");
            threads = entries("/proc/self/task");
            bytes = resident_bytes();
        }
        ipmon_t *m = new_monitor();
        ipmon_packet packet;
        must(m, ipmon_open_pcap_file(m, path), IPMON_STATUS_OK);
        must(m, (ipmon_status)ipmon_next_batch(m, &packet, sizeof packet, 1, -1), 1);
        must(m, ipmon_free(m), IPMON_STATUS_OK);
    }
    printf("{\"descriptors\":%ld,\"threads\":%ld,\"flat\":%s}\n",
           entries("/proc/self/fd") - descriptors, entries("/proc/self/task") - threads,
           resident_bytes() - bytes < 1 << 20 ? "true" : "false");
}

int run_behaviour(int count_of, char **arguments)
{
    static const struct {
        const char *name;
        void (*run)(const char *path);
    } of_files[] = {
        {"stop_in_the_callback", stop_in_the_callback},
        {"early_break", early_break},
        {"close_twice", close_twice},
        {"throw_in_the_callback", throw_in_the_callback},
        {"collector_stress", collector_stress},
        {"thousand_opens", thousand_opens},
    };
    const char *name = count_of > 0 ? arguments[0] : "";
    const char *path = count_of > 1 ? arguments[1] : NULL;
    if (!strcmp(name, "missing_file") && count_of == 1) {
        a_failure("no/such/file.pcap", NULL);
        return 0;
    }
    if (!strcmp(name, "not_a_capture") && count_of == 1) {
        a_failure("Cargo.toml", NULL);
        return 0;
    }
    if (!strcmp(name, "bad_filter") && count_of == 2) {
        a_failure(path, "tcp port port");
        return 0;
    }
    for (size_t i = 0; i < sizeof of_files / sizeof *of_files; i++)
        if (!strcmp(name, of_files[i].name) && count_of == 2) {
            of_files[i].run(path);
            return 0;
        }
    return NOT_MINE;
}
