/*
 * libpcap, loaded when it is first needed.
 *
 * The pcap crate links against these names. Linking libpcap itself would ask
 * for its development files at build time and for one distribution's SONAME
 * (libpcap.so.1 or libpcap.so.0.8) at start, even of a program that only reads
 * files. So each name is a forwarding function here, and dlopen finds the
 * library under whichever name it has.
 *
 * libpcap's headers are not needed: what is only passed on is opaque.
 */
#define _GNU_SOURCE /* secure_getenv */
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct pcap pcap_t;
typedef struct pcap_dumper pcap_dumper_t;
typedef struct pcap_if pcap_if_t;
struct bpf_program;
struct pcap_pkthdr;
struct pcap_stat;
typedef void (*pcap_handler)(unsigned char *, const struct pcap_pkthdr *, const unsigned char *);

/* Exporting the names would put them in front of the real ones for every
 * library in the process. */
#define HIDDEN __attribute__((visibility("hidden")))

/* From pcap/pcap.h, whose numbers are its ABI. */
#define PCAP_ERRBUF_SIZE 256
#define PCAP_ERROR (-1)
#define PCAP_ERROR_TSTAMP_PRECISION_NOTSUP (-12)
#define PCAP_TSTAMP_PRECISION_MICRO 0
#define PCAP_WARNING_TSTAMP_TYPE_NOTSUP 3

/* What every libpcap since 1.0 has: result, name, parameters, arguments, and
 * the result of a call that comes before a successful load. */
#define FUNCTIONS(F)                                                                              \
    F(pcap_t *, pcap_create, (const char *a, char *e), (a, e), no_handle(e))                      \
    F(int, pcap_set_snaplen, (pcap_t * p, int a), (p, a), PCAP_ERROR)                             \
    F(int, pcap_set_promisc, (pcap_t * p, int a), (p, a), PCAP_ERROR)                             \
    F(int, pcap_set_rfmon, (pcap_t * p, int a), (p, a), PCAP_ERROR)                               \
    F(int, pcap_set_timeout, (pcap_t * p, int a), (p, a), PCAP_ERROR)                             \
    F(int, pcap_set_buffer_size, (pcap_t * p, int a), (p, a), PCAP_ERROR)                         \
    F(int, pcap_activate, (pcap_t * p), (p), PCAP_ERROR)                                          \
    F(pcap_t *, pcap_open_dead, (int a, int b), (a, b), NULL)                                     \
    F(pcap_t *, pcap_open_offline, (const char *a, char *e), (a, e), no_handle(e))                \
    F(pcap_t *, pcap_fopen_offline, (FILE * f, char *e), (f, e), no_handle(e))                    \
    F(int, pcap_loop, (pcap_t * p, int a, pcap_handler h, unsigned char *u), (p, a, h, u),        \
      PCAP_ERROR)                                                                                 \
    F(int, pcap_dispatch, (pcap_t * p, int a, pcap_handler h, unsigned char *u), (p, a, h, u),    \
      PCAP_ERROR)                                                                                 \
    F(int, pcap_next_ex, (pcap_t * p, struct pcap_pkthdr * *h, const unsigned char **d),          \
      (p, h, d), PCAP_ERROR)                                                                      \
    F(int, pcap_stats, (pcap_t * p, struct pcap_stat * s), (p, s), PCAP_ERROR)                    \
    F(int, pcap_setfilter, (pcap_t * p, struct bpf_program * b), (p, b), PCAP_ERROR)              \
    F(int, pcap_setdirection, (pcap_t * p, unsigned a), (p, a), PCAP_ERROR)                       \
    F(int, pcap_setnonblock, (pcap_t * p, int a, char *e), (p, a, e), no_result(e))               \
    F(int, pcap_sendpacket, (pcap_t * p, const unsigned char *d, int n), (p, d, n), PCAP_ERROR)   \
    F(char *, pcap_geterr, (pcap_t * p), (p), not_loaded)                                         \
    F(int, pcap_compile, (pcap_t * p, struct bpf_program * b, const char *s, int o, unsigned m),  \
      (p, b, s, o, m), PCAP_ERROR)                                                                \
    F(int, pcap_offline_filter,                                                                   \
      (const struct bpf_program *b, const struct pcap_pkthdr *h, const unsigned char *d),         \
      (b, h, d), 0)                                                                               \
    F(int, pcap_datalink, (pcap_t * p), (p), PCAP_ERROR)                                          \
    F(int, pcap_list_datalinks, (pcap_t * p, int **l), (p, l), PCAP_ERROR)                        \
    F(int, pcap_set_datalink, (pcap_t * p, int a), (p, a), PCAP_ERROR)                            \
    F(int, pcap_datalink_name_to_val, (const char *n), (n), PCAP_ERROR)                           \
    F(const char *, pcap_datalink_val_to_name, (int a), (a), NULL)                                \
    F(const char *, pcap_datalink_val_to_description, (int a), (a), NULL)                         \
    F(int, pcap_major_version, (pcap_t * p), (p), 0)                                              \
    F(int, pcap_minor_version, (pcap_t * p), (p), 0)                                              \
    F(int, pcap_fileno, (pcap_t * p), (p), PCAP_ERROR)                                            \
    F(int, pcap_get_selectable_fd, (pcap_t * p), (p), PCAP_ERROR)                                 \
    F(pcap_dumper_t *, pcap_dump_open, (pcap_t * p, const char *n), (p, n), NULL)                 \
    F(pcap_dumper_t *, pcap_dump_fopen, (pcap_t * p, FILE * f), (p, f), NULL)                     \
    F(int, pcap_dump_flush, (pcap_dumper_t * d), (d), PCAP_ERROR)                                 \
    F(int, pcap_findalldevs, (pcap_if_t * *l, char *e), (l, e), no_result(e))

#define PROCEDURES(F)                                                                             \
    F(pcap_close, (pcap_t * p), (p))                                                              \
    F(pcap_breakloop, (pcap_t * p), (p))                                                          \
    F(pcap_freecode, (struct bpf_program * b), (b))                                               \
    F(pcap_free_datalinks, (int *l), (l))                                                         \
    F(pcap_dump_close, (pcap_dumper_t * d), (d))                                                  \
    F(pcap_dump, (unsigned char *u, const struct pcap_pkthdr *h, const unsigned char *d),         \
      (u, h, d))                                                                                  \
    F(pcap_freealldevs, (pcap_if_t * l), (l))

/* What came after 1.0 (1.2.1, 1.5.0, 1.7.2); the last column is what an older
 * libpcap can do instead. */
#define LATER_FUNCTIONS(F)                                                                        \
    F(int, pcap_set_tstamp_type, (pcap_t * p, int a), (p, a), PCAP_WARNING_TSTAMP_TYPE_NOTSUP)    \
    F(int, pcap_set_immediate_mode, (pcap_t * p, int a), (p, a), PCAP_ERROR)                      \
    F(int, pcap_set_tstamp_precision, (pcap_t * p, int a), (p, a),                                \
      a == PCAP_TSTAMP_PRECISION_MICRO ? 0 : PCAP_ERROR_TSTAMP_PRECISION_NOTSUP)                  \
    F(pcap_t *, pcap_open_dead_with_tstamp_precision, (int a, int b, unsigned t), (a, b, t),      \
      t == PCAP_TSTAMP_PRECISION_MICRO ? pcap_open_dead(a, b) : NULL)                             \
    F(pcap_t *, pcap_open_offline_with_tstamp_precision, (const char *n, unsigned t, char *e),    \
      (n, t, e), t == PCAP_TSTAMP_PRECISION_MICRO ? pcap_open_offline(n, e) : no_handle(e))       \
    F(pcap_t *, pcap_fopen_offline_with_tstamp_precision, (FILE * f, unsigned t, char *e),        \
      (f, t, e), t == PCAP_TSTAMP_PRECISION_MICRO ? pcap_fopen_offline(f, e) : no_handle(e))      \
    F(pcap_dumper_t *, pcap_dump_open_append, (pcap_t * p, const char *n), (p, n), NULL)

#define FIELD(type, name, parameters, arguments, failure) type(*name) parameters;
#define PROCEDURE_FIELD(name, parameters, arguments) void(*name) parameters;
static struct {
    FUNCTIONS(FIELD)
    PROCEDURES(PROCEDURE_FIELD)
    LATER_FUNCTIONS(FIELD)
} libpcap;

/* Set last, after libpcap is filled; read before it is used. */
static atomic_int loaded;
static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;

static char not_loaded[] = "libpcap is not loaded, or too old for this";

static void explain(char *error) {
    if (error != NULL) {
        snprintf(error, PCAP_ERRBUF_SIZE, "%s", not_loaded);
    }
}

static void *no_handle(char *error) {
    explain(error);
    return NULL;
}

static int no_result(char *error) {
    explain(error);
    return PCAP_ERROR;
}

HIDDEN int ipmon_libpcap_load(char *error, size_t size);

/* A call may come before the load: in a program that links the static library
 * and calls libpcap itself, its calls end here too. */
static int ready(void) {
    return atomic_load_explicit(&loaded, memory_order_acquire) ||
           ipmon_libpcap_load(NULL, 0) == 0;
}

/* The prototypes first: the fallbacks call each other. */
#define PROTOTYPE(type, name, parameters, arguments, failure) HIDDEN type name parameters;
#define PROCEDURE_PROTOTYPE(name, parameters, arguments) HIDDEN void name parameters;
FUNCTIONS(PROTOTYPE)
PROCEDURES(PROCEDURE_PROTOTYPE)
LATER_FUNCTIONS(PROTOTYPE)

#define FORWARD(type, name, parameters, arguments, failure)                                       \
    type name parameters { return ready() ? libpcap.name arguments : failure; }
#define FORWARD_PROCEDURE(name, parameters, arguments)                                            \
    void name parameters {                                                                        \
        if (ready()) {                                                                            \
            libpcap.name arguments;                                                               \
        }                                                                                         \
    }
#define FORWARD_IF_THERE(type, name, parameters, arguments, failure)                              \
    type name parameters {                                                                        \
        return ready() && libpcap.name != NULL ? libpcap.name arguments : failure;                \
    }
FUNCTIONS(FORWARD)
PROCEDURES(FORWARD_PROCEDURE)
LATER_FUNCTIONS(FORWARD_IF_THERE)

/* Both names of the SONAME (upstream's and Debian's), then the development
 * link, which some systems have alone. */
static const char *const candidates[] = {"libpcap.so.1", "libpcap.so.0.8", "libpcap.so"};

/* Keeps the first reason: of the names tried, the first is the likeliest. */
static void keep_reason(char *error, size_t size) {
    const char *reason = dlerror();
    if (size > 0 && error[0] == '\0' && reason != NULL) {
        snprintf(error, size, "%s", reason);
    }
}

static void *open_libpcap(char *error, size_t size) {
    /* Not in a setuid program or one with file capabilities: whoever starts
     * it must not choose its code. */
    const char *chosen = secure_getenv("IPMON_LIBPCAP");
    if (chosen != NULL && chosen[0] != '\0') {
        void *library = dlopen(chosen, RTLD_NOW | RTLD_LOCAL);
        if (library == NULL) {
            keep_reason(error, size);
        }
        return library;
    }
    for (size_t i = 0; i < sizeof candidates / sizeof candidates[0]; i++) {
        void *library = dlopen(candidates[i], RTLD_NOW | RTLD_LOCAL);
        if (library != NULL) {
            if (size > 0) {
                error[0] = '\0';
            }
            return library;
        }
        keep_reason(error, size);
    }
    return NULL;
}

/* ISO C has no cast from an object pointer to a function pointer; POSIX
 * promises that the bits are the same. */
static int find(void *library, const char *name, void *function) {
    void *symbol = dlsym(library, name);
    memcpy(function, &symbol, sizeof symbol);
    return symbol != NULL;
}

static int fill(void *library, char *error, size_t size) {
#define FIND(type, name, parameters, arguments, failure)                                          \
    if (!find(library, #name, &libpcap.name)) {                                                   \
        keep_reason(error, size);                                                                 \
        return PCAP_ERROR;                                                                        \
    }
#define FIND_PROCEDURE(name, parameters, arguments) FIND(void, name, parameters, arguments, )
#define LOOK_FOR(type, name, parameters, arguments, failure)                                      \
    (void)find(library, #name, &libpcap.name);
    FUNCTIONS(FIND)
    PROCEDURES(FIND_PROCEDURE)
    LATER_FUNCTIONS(LOOK_FOR)
    return 0;
}

/* 0, or -1 with the dynamic linker's reason. A failure is tried anew with the
 * next call: the package may have been installed meanwhile. The library stays
 * for the life of the process. */
int ipmon_libpcap_load(char *error, size_t size) {
    int result = 0;
    if (size > 0) {
        error[0] = '\0';
    }
    pthread_mutex_lock(&loading);
    if (!atomic_load_explicit(&loaded, memory_order_relaxed)) {
        void *library = open_libpcap(error, size);
        result = library == NULL ? PCAP_ERROR : fill(library, error, size);
        if (result == 0) {
            atomic_store_explicit(&loaded, 1, memory_order_release);
        } else if (library != NULL) {
            dlclose(library);
        }
    }
    pthread_mutex_unlock(&loading);
    return result;
}
