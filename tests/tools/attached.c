/* Compares the filter that the library attaches to its packet socket with the one that
 * libpcap attaches for the same expression, instruction by instruction.
 *
 * usage: attached INTERFACE CONDITION EXPRESSION...
 *
 * The library puts before an expression what keeps one of the two copies of each
 * loopback packet; CONDITION is the same for libpcap, "" for none. Prints "ok" or "not
 * ok" for each expression. */

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#include "ipmon.h"
#include "libpcap.h"

#define SLL2 276
#define ROOM 4096

struct filter {
    struct bpf_insn code[ROOM];
    unsigned length;
};

static void die(const char *what)
{
    fprintf(stderr, "attached: %s\n", what);
    exit(1);
}

static void read_back(int fd, struct filter *filter)
{
    /* This option counts instructions, not bytes. */
    socklen_t count = ROOM;
    if (getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, filter->code, &count))
        die("the filter cannot be read back");
    filter->length = count;
}

/* The packet socket that the library opened: there is no other while it runs. */
static int packet_socket(void)
{
    DIR *open = opendir("/proc/self/fd");
    int found = -1;
    for (struct dirent *entry; open && (entry = readdir(open));) {
        int fd = atoi(entry->d_name), domain = 0;
        socklen_t size = sizeof domain;
        if (!getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) && domain == AF_PACKET)
            found = found < 0 ? fd : -2;
    }
    if (open) closedir(open);
    if (found < 0) die("there is not one packet socket");
    return found;
}

/* Whether the library takes the expression; the reason is printed where not. */
static int of_ipmon(const char *interface, const char *expression, struct filter *filter)
{
    char reason[512];
    ipmon_t *m = ipmon_new();
    if (!m || ipmon_set_local_host(m, interface)) die("no monitor");
    int taken = !ipmon_set_filter(m, expression) && !ipmon_set_active(m, 1);
    if (taken) read_back(packet_socket(), filter);
    ipmon_last_error(m, reason, sizeof reason, NULL);
    if (!taken) printf("# ipmon: %s: %s\n", expression, reason);
    if (ipmon_free(m)) die("the monitor cannot be freed");
    return taken;
}

/* Likewise; 0 also where libpcap filters in the program. */
static int of_libpcap(const char *interface, const char *expression, struct filter *filter)
{
    char reason[512];
    struct bpf_program program;
    pcap_t *live = libpcap.create(interface, reason);
    if (!live || libpcap.activate(live) < 0) die("libpcap cannot capture here");
    if (!strcmp(interface, "any") && libpcap.set_datalink(live, SLL2))
        die("this libpcap has no LINKTYPE_LINUX_SLL2");
    int taken = !libpcap.compile(live, &program, expression, 1, 0);
    if (taken && libpcap.setfilter(live, &program)) die(libpcap.error(live));
    if (!taken) printf("# libpcap: %s: %s\n", expression, libpcap.error(live));
    if (taken) {
        libpcap.freecode(&program);
        read_back(libpcap.fd(live), filter);
        /* What cannot be filtered in the kernel has no filter there. */
        taken = filter->length > 0;
    }
    libpcap.close(live);
    return taken;
}

static int same(const struct filter *a, const struct filter *b)
{
    if (a->length != b->length) return 0;
    for (unsigned i = 0; i < a->length; i++) {
        const struct bpf_insn *x = &a->code[i], *y = &b->code[i];
        /* How many bytes of a packet are kept is each one's own matter; none or some is
         * the filter's. */
        int returns = x->code == 0x06;
        if (x->code != y->code || x->jt != y->jt || x->jf != y->jf ||
            (returns ? !x->k != !y->k : x->k != y->k))
            return 0;
    }
    return 1;
}

static void print(const char *who, const struct filter *filter)
{
    printf("#  %s:", who);
    for (unsigned i = 0; i < filter->length; i++)
        printf(" (%02x %u %u %x)", filter->code[i].code, filter->code[i].jt,
               filter->code[i].jf, filter->code[i].k);
    putchar('\n');
}

int main(int argc, char **argv)
{
    static struct filter ours, theirs;
    static char whole[4096];
    int failed = 0;
    if (argc < 4) die("usage: attached INTERFACE CONDITION EXPRESSION...");
    load_libpcap();
    for (int i = 3; i < argc; i++) {
        snprintf(whole, sizeof whole, argv[2][0] ? "(%s) and (%s)" : "%s%s", argv[2], argv[i]);
        int a = of_ipmon(argv[1], argv[i], &ours), b = of_libpcap(argv[1], whole, &theirs);
        int ok = a == b && (!a || same(&ours, &theirs));
        printf("%s %s: %s (%s)\n", ok ? "ok" : "not ok", argv[1], argv[i],
               a ? "the same filter" : "no filter in the kernel");
        if (!ok) {
            if (a) print("ipmon", &ours);
            if (b) print("libpcap", &theirs);
        }
        failed += !ok;
    }
    return failed ? 1 : 0;
}
