/* What the parts of the C program share: canonical lines, and the ways to read a file. */
#ifndef CONFORM_H
#define CONFORM_H

#include <ipmon.h>

#include <stdio.h>
#include <string.h>

#define FNV_OF_NOTHING UINT32_C(0x811c9dc5)
enum { CAPACITY = 256 };

/* --- lines.c ------------------------------------------------------------------------- */

/* The FNV-1a hash goes on over these bytes. */
uint32_t fnv(uint32_t hash, const void *bytes, size_t length);
/* A text in quotes. */
void put_text(const char *text);
/* "status":"NAME","text":"TEXT", the text being the monitor's where that failed. */
void put_status(ipmon_t *m, ipmon_status status);
void put_packet(const ipmon_packet *p);
void put_layout(void);

/* --- the commands --------------------------------------------------------------------- */

/* They return the program's exit code. */
int run_case(int count, char **arguments);
int run_sum(int count, char **arguments);
int run_behaviour(int count, char **arguments);
int run_live(int count, char **arguments);

enum { FAILED = 1, USAGE = 2, NOT_MINE = -1 };

/* A monitor with an error that ends the program: its text, on standard error. */
int fail(ipmon_t *m);

/* --- reading -------------------------------------------------------------------------- */

/* Calls fn for every packet of the file, in one of the three ways; the status that ended
 * it, END after the last packet. Inline, so that a loop can take fn into itself. */
static inline ipmon_status pull_file(ipmon_t *m, const char *path, ipmon_on_ip_packet_fn fn,
                                     void *user)
{
    static ipmon_packet batch[CAPACITY];
    ptrdiff_t n = ipmon_open_pcap_file(m, path);
    if (n != IPMON_STATUS_OK) return (ipmon_status)n;
    while ((n = ipmon_next_batch(m, batch, sizeof *batch, CAPACITY, -1)) > 0)
        for (const ipmon_packet *p = batch; p < batch + n; p++) fn(p, user);
    return (ipmon_status)n;
}

static inline ipmon_status push_file(ipmon_t *m, const char *path, ipmon_on_ip_packet_fn fn,
                                     void *user)
{
    ipmon_status status = ipmon_set_on_ip_packet(m, fn, user);
    if (!status) status = ipmon_parse_pcap_file(m, path);
    return status == IPMON_STATUS_OK ? IPMON_STATUS_END : status;
}

static inline ipmon_status file_by_events(ipmon_t *m, const char *path,
                                          ipmon_on_ip_packet_fn fn, void *user)
{
    ipmon_status status = ipmon_set_on_ip_packet(m, fn, user);
    if (!status) status = ipmon_open_pcap_file(m, path);
    while (status == IPMON_STATUS_OK) status = ipmon_do_events(m, -1);
    return status;
}

static inline int is_mode(const char *mode)
{
    return !strcmp(mode, "push") || !strcmp(mode, "pull") || !strcmp(mode, "events");
}

static inline ipmon_status read_file(ipmon_t *m, const char *mode, const char *path,
                                     ipmon_on_ip_packet_fn fn, void *user)
{
    if (!strcmp(mode, "push")) return push_file(m, path, fn, user);
    if (!strcmp(mode, "pull")) return pull_file(m, path, fn, user);
    return file_by_events(m, path, fn, user);
}

#endif
