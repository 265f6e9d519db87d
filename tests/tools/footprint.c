/*
 * footprint: reads capture files, each in a process of its own, and prints what
 * that cost: a line of columns for each file.
 *
 * usage: footprint FILE...
 *
 * The memory is the peak of what was resident, above what was before the parse;
 * the descriptors are those that stayed open behind the parse, and behind the
 * monitor's end.
 */
#define _POSIX_C_SOURCE 200809L

#include <ipmon.h>

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long peak_kib(void)
{
    char line[256];
    long kib = -1;
    FILE *f = fopen("/proc/self/status", "r");
    if (!f) return -1;
    while (fgets(line, sizeof line, f))
        if (sscanf(line, "VmHWM: %ld", &kib) == 1) break;
    fclose(f);
    return kib;
}

static int descriptors(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    if (!folder) return -1;
    while (readdir(folder)) count++;
    closedir(folder);
    return count;
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int measure(const char *path)
{
    char text[512] = "";
    ipmon_stats stats;
    int first = descriptors();
    ipmon_t *m = ipmon_new();
    if (!m) return 1;
    int before = descriptors();
    long idle = peak_kib();
    double begin = seconds();
    ipmon_status status = ipmon_parse_pcap_file(m, path);
    double took = seconds() - begin;
    long peak = peak_kib();
    int after = descriptors();
    if (ipmon_get_stats(m, &stats, sizeof stats) != IPMON_STATUS_OK) return 1;
    if (status != IPMON_STATUS_OK) ipmon_last_error(m, text, sizeof text, NULL);
    if (ipmon_free(m) != IPMON_STATUS_OK || idle < 0 || peak < 0) return 1;
    printf("%s\t%" PRId32 "\t%ld\t%d\t%d\t%.2f\t%" PRIu64 "\t%" PRIu64 "\t%s\n", path, status,
           peak - idle, after - before, descriptors() - first, took, stats.received,
           stats.delivered, text);
    return fflush(stdout) ? 1 : 0;
}

int main(int argc, char **argv)
{
    int failed = 0;
    printf("file\tstatus\tpeak_kib\topen_after_parse\topen_after_free\tseconds\treceived"
           "\tdelivered\ttext\n");
    fflush(stdout);
    for (int i = 1; i < argc; i++) {
        int result = 1;
        pid_t child = fork();
        if (child == 0) _exit(measure(argv[i]));
        if (child < 0 || waitpid(child, &result, 0) != child || result != 0) {
            fprintf(stderr, "footprint: %s: the process failed (%d)\n", argv[i], result);
            failed = 1;
        }
    }
    return failed;
}
