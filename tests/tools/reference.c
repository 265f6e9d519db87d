/* Which frames of a capture file pass each of several filters, as libpcap has it: what
 * tcpdump -r FILE EXPRESSION does, for many expressions in one pass.
 *
 * usage: reference FILE EXPRESSION...
 *        reference -w OUT FILE EXPRESSION    writes what passes, as tcpdump -w does
 *
 * The first line: the number of frames that libpcap reads, its link type, and how the
 * file ended, with tabs between. Then one line for each expression: one character for
 * each frame, 1 when it passes, or "refused: " and libpcap's reason. A file that libpcap
 * does not open is status 3. */

#include <string.h>

#include "libpcap.h"

struct filter {
    struct bpf_program program;
    char *verdicts; /* NULL: it was refused. */
    char refusal[512];
};

static void die(const char *what)
{
    fprintf(stderr, "reference: %s\n", what);
    exit(1);
}

int main(int argc, char **argv)
{
    const char *out = NULL;
    char reason[512];
    if (argc > 2 && !strcmp(argv[1], "-w")) {
        out = argv[2];
        argc -= 2;
        argv += 2;
    }
    if (argc < 3) die("usage: reference [-w OUT] FILE EXPRESSION...");
    load_libpcap();

    pcap_t *file = libpcap.open_offline(argv[1], reason);
    if (!file) {
        printf("%s\n", reason);
        return 3;
    }
    int count = argc - 2;
    struct filter *filters = calloc((size_t)count, sizeof *filters);
    size_t room = 1024, frames = 0;
    if (!filters) die("out of memory");
    for (int i = 0; i < count; i++) {
        struct filter *f = &filters[i];
        /* Optimised, and with the netmask that tcpdump has for files. */
        if (libpcap.compile(file, &f->program, argv[i + 2], 1, 0)) {
            snprintf(f->refusal, sizeof f->refusal, "%s", libpcap.error(file));
            for (char *c = f->refusal; *c; c++)
                if (*c == '\n' || *c == '\t') *c = ' ';
        } else if (!(f->verdicts = malloc(room))) {
            die("out of memory");
        }
    }
    void *dump = out ? libpcap.dump_open(file, out) : NULL;
    if (out && !dump) die(libpcap.error(file));

    struct pcap_pkthdr *header;
    const uint8_t *bytes;
    int end;
    while ((end = libpcap.next(file, &header, &bytes)) == 1) {
        int grow = frames == room;
        if (grow) room *= 2;
        for (int i = 0; i < count; i++) {
            struct filter *f = &filters[i];
            if (!f->verdicts) continue;
            if (grow && !(f->verdicts = realloc(f->verdicts, room))) die("out of memory");
            f->verdicts[frames] = libpcap.filter(&f->program, header, bytes) ? '1' : '0';
            if (dump && f->verdicts[frames] == '1') libpcap.dump(dump, header, bytes);
        }
        frames++;
    }
    printf("%zu\t%d\t%s\n", frames, libpcap.datalink(file),
           end == -2 ? "end" : libpcap.error(file));
    for (int i = 0; i < count; i++) {
        struct filter *f = &filters[i];
        if (f->verdicts) printf("%.*s\n", (int)frames, f->verdicts);
        else printf("refused: %s\n", f->refusal);
        if (f->verdicts) libpcap.freecode(&f->program);
        free(f->verdicts);
    }
    free(filters);
    if (dump) libpcap.dump_close(dump);
    libpcap.close(file);
    return fflush(stdout) ? 1 : 0;
}
