/* What a process holds, to be compared before and after. */
#ifndef LEFTOVERS_H
#define LEFTOVERS_H

#include "check.h"

#include <dirent.h>

struct held {
    int descriptors, threads, rings;
    long virtual_kib;
};

static inline int entries_of(const char *folder)
{
    DIR *d = opendir(folder);
    struct dirent *entry;
    int n = 0;
    REQUIRE(d != NULL);
    while ((entry = readdir(d)))
        n += entry->d_name[0] != '.';
    closedir(d);
    return n;
}

/* A number that a line of /proc/self/status begins with a name for. */
static inline long status_number(const char *file, const char *name)
{
    char line[256];
    long number = -1;
    FILE *f = fopen(file, "r");
    if (!f)
        return -1;
    while (number < 0 && fgets(line, sizeof line, f))
        if (strncmp(line, name, strlen(name)) == 0)
            number = atol(line + strlen(name));
    fclose(f);
    return number;
}

/* Rings of packet sockets are mapped under the name of their socket. */
static inline int rings(void)
{
    char line[512];
    int n = 0;
    FILE *f = fopen("/proc/self/maps", "r");
    REQUIRE(f != NULL);
    while (fgets(line, sizeof line, f))
        n += strstr(line, "socket:") != NULL;
    fclose(f);
    return n;
}

static inline struct held held_now(void)
{
    struct held h;
    h.descriptors = entries_of("/proc/self/fd");
    h.threads = entries_of("/proc/self/task");
    h.rings = rings();
    h.virtual_kib = status_number("/proc/self/status", "VmSize:");
    return h;
}

/* A thread that was joined may stand in the list of threads a moment longer. */
static inline void check_nothing_left(const struct held *before)
{
    WAIT_UNTIL(entries_of("/proc/self/task") <= before->threads, 2);
    CHECK_EQ(entries_of("/proc/self/fd"), before->descriptors);
    CHECK_EQ(rings(), before->rings);
}

#endif
