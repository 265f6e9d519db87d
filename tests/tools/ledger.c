/*
 * ledger: reads capture files and prints what became of their frames, a line of
 * columns for each file.
 *
 * usage: ledger FILE...     or a list of files, one a line, on standard input
 *
 * There is no callback: the counters alone are looked at.
 */
#include <ipmon.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define COLUMNS(X)                                                               \
    X(received) X(delivered) X(not_ip) X(unsupported) X(truncated)               \
    X(malformed_version) X(malformed_header_length) X(malformed_total_length)    \
    X(malformed_short) X(filtered) X(paused) X(discarded) X(dropped) X(bytes)

static const char *word(ipmon_status status)
{
    switch (status) {
    case IPMON_STATUS_OK: return "OK";
    case IPMON_STATUS_TRUNCATED: return "TRUNCATED";
    case IPMON_STATUS_MALFORMED: return "MALFORMED";
    case IPMON_STATUS_UNSUPPORTED: return "UNSUPPORTED";
    default: return "FAILED";
    }
}

/* One monitor reads all the files: the counters begin anew with each. */
static int print_ledger(ipmon_t *m, const char *path)
{
    ipmon_stats stats;
    ipmon_status status = ipmon_parse_pcap_file(m, path);
    if (ipmon_get_stats(m, &stats, sizeof stats) != IPMON_STATUS_OK) return 1;
    printf("%s\t%s", path, word(status));
#define VALUE(name) printf("\t%" PRIu64, stats.name);
    COLUMNS(VALUE)
#undef VALUE
    putchar('\n');
    return 0;
}

int main(int argc, char **argv)
{
    char path[4096];
    int failed = 0;
    ipmon_t *m = ipmon_new();
    if (!m) return 1;
    printf("file\tstatus");
#define NAME(name) printf("\t" #name);
    COLUMNS(NAME)
#undef NAME
    putchar('\n');
    if (argc > 1) {
        for (int i = 1; i < argc; i++) failed |= print_ledger(m, argv[i]);
    } else {
        while (fgets(path, sizeof path, stdin)) {
            path[strcspn(path, "\n")] = 0;
            failed |= print_ledger(m, path);
        }
    }
    failed |= ipmon_free(m) != IPMON_STATUS_OK;
    return failed || fflush(stdout) ? 1 : 0;
}
