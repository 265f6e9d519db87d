/* Data races on purpose: what a thread sanitizer that is on reports.
 * usage: planted_race KIND CAPTURE. Without a report it ends with status 0. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "ipmon.h"

enum { ROUNDS = 2000 };

static const char *capture;
static ipmon_t *shared;
static unsigned long count;
static int output;
static int failed;

static void on_packet(const ipmon_packet *packet, void *user)
{
    (void)packet;
    (void)user;
    count++;
}

/* Two monitors: their callbacks may overlap, and share a plain counter. */
static void *parse(void *unused)
{
    ipmon_t *m = ipmon_new();
    int i;
    (void)unused;
    if (!m || ipmon_set_on_ip_packet(m, on_packet, NULL))
        __atomic_store_n(&failed, 1, __ATOMIC_SEQ_CST);
    for (i = 0; i < 20; i++)
        if (ipmon_parse_pcap_file(m, capture))
            __atomic_store_n(&failed, 1, __ATOMIC_SEQ_CST);
    ipmon_free(m);
    return NULL;
}

/* Two threads have the library write to the same place. */
static void *ask(void *to)
{
    int i;
    for (i = 0; i < ROUNDS; i++)
        if (ipmon_get_accept_data(shared, (int *)to))
            __atomic_store_n(&failed, 1, __ATOMIC_SEQ_CST);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[2];
    int own[2], i;
    const char *kind = argc == 3 ? argv[1] : "";
    capture = argc == 3 ? argv[2] : "";
    shared = ipmon_new();
    if (!shared)
        return 2;
    for (i = 0; i < 2; i++) {
        int started;
        if (strcmp(kind, "callbacks-share-a-counter") == 0)
            started = pthread_create(&threads[i], NULL, parse, NULL);
        else if (strcmp(kind, "calls-share-an-output") == 0)
            started = pthread_create(&threads[i], NULL, ask, &output);
        else if (strcmp(kind, "nothing") == 0)
            started = pthread_create(&threads[i], NULL, ask, &own[i]);
        else
            return 2;
        if (started != 0)
            return 2;
    }
    for (i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    return ipmon_free(shared) || failed ? 2 : 0;
}
