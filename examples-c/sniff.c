/*
 * sniff: prints a line for every IP packet of an interface or a capture file.
 *
 *     cc -o sniff sniff.c -lipmon -pthread
 *
 * An example to start from, in plain C99 and POSIX: the order of the calls (new, set,
 * run, free), how a signal or a callback ends a run, how to tell what went wrong.
 */
#define _POSIX_C_SOURCE 200809L

#include <ipmon.h>

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* How late a line may be, and how often the progress is told, in milliseconds. */
#define TICK_MS 200

static const char USAGE[] =
    "usage: sniff [OPTION...] [--] [FILTER...]\n"
    "Prints a line for every IP packet; FILTER is an expression as tcpdump has it.\n"
    "  -i INTERFACE|ADDRESS  watch this interface, or the one that has this address;\n"
    "                        \"any\" is all (unset: the one of the default route)\n"
    "  -r FILE               read a pcap or pcapng file instead, - is standard input\n"
    "  -c COUNT              stop after COUNT packets\n"
    "  --format text|tsv     lines for people (the default), or columns for programs\n"
    "  --list                list the interfaces and their addresses\n"
    "  --help, --version     tell that and stop\n"
    "In text, len is the number of bytes behind the IP headers. Ctrl-C stops.\n"
    "Exit status: 0 done, 1 failed, 2 wrong usage; 3 truncated, 4 malformed,\n"
    "5 unsupported capture file.\n";

struct sniff {
    ipmon_t *monitor;
    int tsv;
    uint64_t limit, printed; /* A limit of 0 is none. */
    int write_error;         /* Guarded by the lock of stdout: two threads write. */
    int progress;            /* Whether to tell it. */
    uint64_t file_size;      /* 0 where it is not known. */
    int stop_pipe[2];
    const char *time_format;
    time_t second; /* The second that second_text is of, as localtime is slow. */
    char second_text[32];
    uint32_t crc_table[256];
};

/* ---- Lines for programs ---- */

static void make_crc_table(uint32_t *table)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
        table[byte] = crc;
    }
}

static void print_tsv(const struct sniff *s, const ipmon_packet *p)
{
    uint32_t crc = 0xffffffffu;
    for (uint32_t i = 0; i < p->payload_length; i++)
        crc = crc >> 8 ^ s->crc_table[(crc ^ p->payload[i]) & 0xff];
    printf("%" PRIu64 "\t%" PRId64 "\t%u\t%s\t%u\t%s\t%u\t%u\t%" PRIu32
           "\t%u\t%u\t%u\t%u\t%u\t%" PRIu32 "\t%08" PRIx32 "\n",
           p->frame_number, p->timestamp_ns, p->ip_version, p->source_address,
           p->source_port, p->destination_address, p->destination_port, p->tos, p->id,
           p->flags, p->offset, p->ttl, p->checksum, p->ip_protocol, p->payload_length,
           crc ^ 0xffffffffu);
}

/* ---- Lines for people ---- */

/* The common ones; others are printed as numbers. */
static const char *const PROTOCOLS[256] = {
    [0] = "HOPOPT",  [1] = "ICMP",  [2] = "IGMP",   [4] = "IPIP",     [6] = "TCP",
    [17] = "UDP",    [33] = "DCCP", [41] = "IPv6",  [43] = "Routing", [44] = "Fragment",
    [47] = "GRE",    [50] = "ESP",  [51] = "AH",    [58] = "ICMPv6",  [60] = "DestOpts",
    [89] = "OSPF",   [103] = "PIM", [112] = "VRRP", [115] = "L2TP",   [132] = "SCTP",
    [136] = "UDP-Lite",
};

static void print_time(struct sniff *s, int64_t us)
{
    /* Division rounds to zero and clocks round down: that differs before 1970. */
    time_t second = (time_t)(us / 1000000 - (us % 1000000 < 0));
    if (second != s->second || !s->second_text[0]) {
        struct tm parts;
        if (!localtime_r(&second, &parts) ||
            !strftime(s->second_text, sizeof s->second_text, s->time_format, &parts))
            snprintf(s->second_text, sizeof s->second_text, "%" PRId64, (int64_t)second);
        s->second = second;
    }
    printf("%s.%06d", s->second_text, (int)(us - (int64_t)second * 1000000));
}

static void print_endpoint(const ipmon_packet *p, const char *address, unsigned port,
                           int width)
{
    char text[IPMON_ADDRESS_TEXT_SIZE + sizeof "[]:65535"];
    if (!p->source_port && !p->destination_port)
        snprintf(text, sizeof text, "%s", address);
    else
        snprintf(text, sizeof text, p->ip_version == 6 ? "[%s]:%u" : "%s:%u", address,
                 port);
    printf("%-*s", width, text);
}

/* What has one width comes first, so that the columns stand although the lengths of
 * addresses differ a lot. */
static void print_text(struct sniff *s, const ipmon_packet *p)
{
    char number[8];
    snprintf(number, sizeof number, "ip-%u", p->ip_protocol);
    const char *name = PROTOCOLS[p->ip_protocol];
    int cut = p->payload_length < p->payload_wire_length;

    print_time(s, p->timestamp);
    printf(" %-8s len %5" PRIu32 " ttl %3u  ", name ? name : number,
           cut ? p->payload_wire_length : p->payload_length, p->ttl);
    print_endpoint(p, p->source_address, p->source_port, 21); /* IPv4 and a port. */
    printf(" > ");
    print_endpoint(p, p->destination_address, p->destination_port, 0);
    if (p->ip_version == 4 && p->flags & 2) printf(" DF");
    if (p->flags & 1) printf(" MF");
    if (p->notes & IPMON_NOTE_FRAGMENT)
        printf(" fragment %" PRIu32 " at %u", p->id, p->offset * 8u);
    if (cut) printf(" captured %" PRIu32, p->payload_length);
    if (p->notes & IPMON_NOTE_EXTENSION_TRUNCATED) printf(" extension-cut");
    if (p->notes & IPMON_NOTE_LENGTH_ZERO) printf(" length-0");
    if (p->notes & IPMON_NOTE_OFFLOADED) printf(" offloaded");
    if (p->notes & IPMON_NOTE_PADDING) printf(" padding");
    if (p->notes & IPMON_NOTE_TIME_OUT_OF_RANGE) printf(" time-out-of-range");
    if (p->notes & IPMON_NOTE_NO_TIME) printf(" no-time");
    putchar('\n');
}

/* ---- What the library calls ---- */

/* Ends the run when the output has failed; called with stdout locked. A stop could wait
 * here for a callback that waits for stdout; ipmon_interrupt() never waits. */
static void check_output(struct sniff *s, int error)
{
    if (!error || s->write_error) return;
    s->write_error = error;
    ipmon_interrupt(s->monitor);
}

static void on_packet(const ipmon_packet *packet, void *user_data)
{
    struct sniff *s = user_data;
    flockfile(stdout);
    if (!s->write_error) {
        if (s->tsv) print_tsv(s, packet);
        else print_text(s, packet);
        check_output(s, ferror(stdout) ? errno : 0);
    }
    funlockfile(stdout);
    /* Inside a callback this returns at once: the current packet is the last. */
    if (++s->printed == s->limit) ipmon_set_active(s->monitor, 0);
}

static void on_notice(const ipmon_notice *notice, void *user_data)
{
    const struct sniff *s = user_data;
    /* Only what is known: a newer library may have more to say. */
    if (notice->code == IPMON_NOTICE_GAP ||
        notice->code == IPMON_NOTICE_FILTER_NOT_APPLICABLE)
        fprintf(stderr, "%ssniff: %s\n", s->progress ? "\r\033[K" : "", notice->text);
}

/* ---- Beside the run ---- */

/* The callback fills a large buffer, which is fast. This thread empties it, so that no
 * line is late for want of a next packet; tells the progress, also while the filter lets
 * nothing through; and sees that the reader of a pipe left, also while nothing is
 * written. */
static void *tick(void *argument)
{
    struct sniff *s = argument;
    struct pollfd wait[2] = {{s->stop_pipe[0], POLLIN, 0}, {STDOUT_FILENO, 0, 0}};
    for (;;) {
        int ready = poll(wait, 2, TICK_MS);
        if (ready > 0 && wait[0].revents) return NULL;
        int gone = ready > 0 && wait[1].revents & POLLERR;
        if (ready > 0 && wait[1].revents) wait[1].fd = -1; /* Or it wakes us for ever. */

        /* Not to be had means that a line is being written, which is fine too: waiting
         * for a lock that a busy callback takes all the time could last. */
        if (ftrylockfile(stdout) == 0) {
            check_output(s, gone ? EPIPE : !s->write_error && fflush(stdout) ? errno : 0);
            funlockfile(stdout);
        }

        ipmon_stats now;
        if (s->progress && !ipmon_get_stats(s->monitor, &now, sizeof now)) {
            int percent = now.bytes < s->file_size;
            fprintf(stderr, "\r\033[K%.0f %s, %" PRIu64 " packets",
                    percent ? 100.0 * (double)now.bytes / (double)s->file_size
                            : (double)now.bytes / 1e6,
                    percent ? "%" : "MB", now.delivered);
        }
    }
}

/* What became of every frame. */
static void print_ledger(ipmon_t *monitor)
{
    ipmon_stats stats;
    if (ipmon_get_stats(monitor, &stats, sizeof stats)) return;
    const struct { uint64_t count; const char *text; } causes[] = {
        {stats.delivered, "delivered"},
        {stats.not_ip, "not IP"},
        {stats.unsupported, "of an unsupported link type or encapsulation"},
        {stats.truncated, "cut off before IP"},
        {stats.malformed_version, "malformed: another IP version than announced"},
        {stats.malformed_header_length, "malformed: header length"},
        {stats.malformed_total_length, "malformed: total length"},
        {stats.malformed_short, "malformed: IP header cut off"},
        {stats.filtered, "filtered out"},
        {stats.paused, "paused"},
        {stats.discarded, "discarded by the stop"},
        {stats.dropped, "dropped by the kernel for want of room"},
    };
    uint64_t sum = 0;
    fprintf(stderr, "%10" PRIu64 " received\n", stats.received);
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++) {
        sum += causes[i].count;
        if (i == 0 || causes[i].count)
            fprintf(stderr, "%10" PRIu64 " %s\n", causes[i].count, causes[i].text);
    }
    if (sum != stats.received)
        fprintf(stderr, "sniff: this adds up to %" PRIu64 ": please report it\n", sum);
}

/* A signal handler reaches nothing but globals. */
static ipmon_t *interrupt_this;
static volatile sig_atomic_t got_signal;

static void on_signal(int number)
{
    got_signal = number;
    ipmon_interrupt(interrupt_this);
}

static ipmon_status run(struct sniff *s, const char *file)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    /* A write goes on after a signal. A second signal kills, should the first be stuck
     * behind an output that nobody reads. */
    action.sa_flags = (int)(SA_RESTART | SA_RESETHAND);
    interrupt_this = s->monitor;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);

    pthread_t ticker;
    int ticks = !pipe(s->stop_pipe) && !pthread_create(&ticker, NULL, tick, s);
    int live = 0;
    ipmon_status status;
    if (file) {
        status = ipmon_parse_pcap_file(s->monitor, file);
    } else if ((status = ipmon_set_active(s->monitor, 1)) == IPMON_STATUS_OK) {
        live = 1;
        fprintf(stderr, "sniff: capturing, Ctrl-C stops\n");
        status = ipmon_wait(s->monitor, -1);
        ipmon_set_active(s->monitor, 0);
    }
    if (ticks) {
        close(s->stop_pipe[1]); /* Wakes it. */
        pthread_join(ticker, NULL);
    }
    /* No other thread is left. Lines come before messages. */
    check_output(s, !s->write_error && fflush(stdout) ? errno : 0);
    if (s->progress) fprintf(stderr, "\r\033[K");
    if ((live || got_signal || (s->progress && s->printed)) && s->write_error != EPIPE)
        print_ledger(s->monitor);
    return status;
}

/* ---- The command line ---- */

static int fail_usage(const char *what, const char *about)
{
    fprintf(stderr, "sniff: %s%s (sniff --help lists the options)\n", what, about);
    return 2;
}

/* Who closes the pipe has read enough; every other failure to write is one. */
static int finish_output(int error)
{
    if (!error || error == EPIPE) return 0;
    fprintf(stderr, "sniff: cannot write the output: %s\n", strerror(error));
    return 1;
}

static int list(void)
{
    ipmon_adapter *adapters = NULL;
    ipmon_ip_address *addresses = NULL;
    size_t adapter_count = 0, address_count = 0;
    ipmon_status status = IPMON_STATUS_BAD_SIZE;
    /* Ask how many there are, make room, ask for them; again when some came in between,
     * though not for ever. */
    for (int tries = 0; tries < 10 && status == IPMON_STATUS_BAD_SIZE; tries++) {
        adapters = realloc(adapters, (adapter_count + 1) * sizeof *adapters);
        addresses = realloc(addresses, (address_count + 1) * sizeof *addresses);
        status = IPMON_STATUS_NO_MEMORY;
        if (!adapters || !addresses) break;
        status = ipmon_list_adapters(adapters, sizeof *adapters, adapter_count + 1,
                                     &adapter_count);
        if (status == IPMON_STATUS_OK)
            status = ipmon_list_ip_addresses(addresses, sizeof *addresses,
                                             address_count + 1, &address_count);
    }
    if (status != IPMON_STATUS_OK) {
        fprintf(stderr, "sniff: %s\n", ipmon_status_text(status));
        adapter_count = 0;
    }
    for (size_t i = 0; i < adapter_count; i++) {
        const ipmon_adapter *a = &adapters[i];
        printf("%-15s %s%s%s%s", a->name, a->flags & IPMON_ADAPTER_UP ? "up" : "down",
               a->flags & IPMON_ADAPTER_RUNNING ? ", running" : "",
               a->flags & IPMON_ADAPTER_LOOPBACK ? ", loopback" : "",
               a->flags & IPMON_ADAPTER_DEFAULT ? ", default" : "");
        for (uint32_t k = 0; k < a->hardware_address_length; k++)
            printf("%s%02x", k ? ":" : ", ", a->hardware_address[k]);
        putchar('\n');
        for (size_t k = 0; k < address_count; k++)
            if (addresses[k].interface_index == a->interface_index)
                printf("    %s/%" PRIu32 "\n", addresses[k].text,
                       addresses[k].prefix_length);
    }
    free(adapters);
    free(addresses);
    int unwritten = finish_output(fflush(stdout) ? errno : 0);
    return status != IPMON_STATUS_OK || unwritten;
}

int main(int argc, char **argv)
{
    static struct sniff s;
    static char buffer[1 << 18];
    const char *interface = NULL, *file = NULL;
    int i, want_list = 0;

    /* A reader that leaves is an error of write() here, and not the end by a signal. */
    signal(SIGPIPE, SIG_IGN);

    for (i = 1; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        const char *option = argv[i], *value = NULL;
        if (!strcmp(option, "--")) { i++; break; }
        if (!strcmp(option, "--list")) { want_list = 1; continue; }
        if (!strcmp(option, "--help") || !strcmp(option, "--version")) {
            if (option[2] == 'h') fputs(USAGE, stdout);
            else printf("sniff %s, with ipmon %s\n", IPMON_VERSION, ipmon_version());
            return finish_output(fflush(stdout) ? errno : 0);
        }
        /* The others have a value, in the same word or the next one. */
        if (!strncmp(option, "--format", 8) && (!option[8] || option[8] == '='))
            value = option[8] ? option + 9 : NULL;
        else if (strchr("irc", option[1]))
            value = option[2] ? option + 2 : NULL;
        else
            return fail_usage("no such option: ", option);
        if (!value && ++i < argc) value = argv[i];
        if (!value) return fail_usage("a value is missing after ", option);
        if (option[1] == 'i') {
            interface = value;
        } else if (option[1] == 'r') {
            file = value;
        } else if (option[1] == 'c') {
            char *end;
            errno = 0;
            s.limit = strtoull(value, &end, 10);
            if (value[0] < '0' || value[0] > '9' || *end || errno || !s.limit)
                return fail_usage("COUNT is a number from 1, not ", value);
        } else {
            s.tsv = !strcmp(value, "tsv");
            if (!s.tsv && strcmp(value, "text"))
                return fail_usage("the format is text or tsv, not ", value);
        }
    }
    if (file && interface) return fail_usage("-i and -r exclude each other", "");
    if (want_list) return list();

    /* The filter is the rest of the words. */
    size_t length = 1;
    for (int k = i; k < argc; k++) length += strlen(argv[k]) + 1;
    char *filter = calloc(length, 1);
    ipmon_t *m = s.monitor = ipmon_new();
    if (!filter || !m) {
        fprintf(stderr, "sniff: out of memory or file descriptors\n");
        return 1;
    }
    for (int k = i; k < argc; k++) strcat(strcat(filter, k > i ? " " : ""), argv[k]);

    make_crc_table(s.crc_table);
    if (!isatty(STDOUT_FILENO)) setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    s.time_format = file ? "%Y-%m-%d %H:%M:%S" : "%H:%M:%S"; /* Files are from any day. */
    /* Where lines go to the terminal, they are the progress. */
    s.progress = file && isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO);
    struct stat about;
    if (file && !(strcmp(file, "-") ? stat(file, &about) : fstat(STDIN_FILENO, &about)))
        s.file_size = S_ISREG(about.st_mode) ? (uint64_t)about.st_size : 0;
    if (s.tsv)
        printf("frame\tts_ns\tversion\tsrc\tsport\tdst\tdport\ttos\tid\tflags\toffset\tttl"
               "\tchecksum\tproto\tpayload_len\tpayload_crc32\n");

    ipmon_status status = ipmon_set_local_host(m, interface);
    if (status == IPMON_STATUS_OK) status = ipmon_set_filter(m, filter);
    if (status == IPMON_STATUS_OK) status = ipmon_set_on_ip_packet(m, on_packet, &s);
    if (status == IPMON_STATUS_OK) status = ipmon_set_on_notice(m, on_notice, &s);
    if (status == IPMON_STATUS_OK) status = run(&s, file);
    free(filter);

    int result = finish_output(s.write_error);
    /* It is we who interrupt: for a signal, for COUNT, or as the output failed. */
    if (status == IPMON_STATUS_INTERRUPTED) status = IPMON_STATUS_OK;
    if (status != IPMON_STATUS_OK && !s.write_error) {
        char text[1024];
        ipmon_last_error(m, text, sizeof text, NULL);
        fprintf(stderr, "sniff: %s\n", text);
        result = status == IPMON_STATUS_TRUNCATED     ? 3
                 : status == IPMON_STATUS_MALFORMED   ? 4
                 : status == IPMON_STATUS_UNSUPPORTED ? 5
                                                      : 1;
    }
    ipmon_free(m);
    return result;
}
