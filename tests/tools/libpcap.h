/* What the tests need of libpcap, without its headers: they are in a package of their
 * own, which nothing else here needs. The layouts are those of pcap(3PCAP). */
#ifndef TESTS_LIBPCAP_H
#define TESTS_LIBPCAP_H

#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

struct bpf_insn {
    uint16_t code;
    uint8_t jt, jf;
    uint32_t k;
};

struct bpf_program {
    unsigned bf_len;
    struct bpf_insn *bf_insns;
};

struct pcap_pkthdr {
    struct timeval ts;
    uint32_t caplen, len;
};

typedef struct pcap pcap_t;

static struct {
    pcap_t *(*open_offline)(const char *, char *);
    pcap_t *(*create)(const char *, char *);
    int (*activate)(pcap_t *);
    int (*set_datalink)(pcap_t *, int);
    int (*datalink)(pcap_t *);
    int (*compile)(pcap_t *, struct bpf_program *, const char *, int, uint32_t);
    int (*setfilter)(pcap_t *, struct bpf_program *);
    int (*filter)(const struct bpf_program *, const struct pcap_pkthdr *, const uint8_t *);
    int (*next)(pcap_t *, struct pcap_pkthdr **, const uint8_t **);
    int (*fd)(pcap_t *);
    void (*freecode)(struct bpf_program *);
    void (*close)(pcap_t *);
    char *(*error)(pcap_t *);
    void *(*dump_open)(pcap_t *, const char *);
    void (*dump)(uint8_t *, const struct pcap_pkthdr *, const uint8_t *);
    void (*dump_close)(void *);
} libpcap;

/* Status 77 is a test that cannot be run here. */
static void load_libpcap(void)
{
    void *library = dlopen("libpcap.so.0.8", RTLD_NOW);
    if (!library) library = dlopen("libpcap.so.1", RTLD_NOW);
    if (!library) {
        fprintf(stderr, "libpcap is not installed\n");
        exit(77);
    }
    const struct { void *to; const char *name; } functions[] = {
        {&libpcap.open_offline, "pcap_open_offline"},
        {&libpcap.create, "pcap_create"},
        {&libpcap.activate, "pcap_activate"},
        {&libpcap.set_datalink, "pcap_set_datalink"},
        {&libpcap.datalink, "pcap_datalink"},
        {&libpcap.compile, "pcap_compile"},
        {&libpcap.setfilter, "pcap_setfilter"},
        {&libpcap.filter, "pcap_offline_filter"},
        {&libpcap.next, "pcap_next_ex"},
        {&libpcap.fd, "pcap_fileno"},
        {&libpcap.freecode, "pcap_freecode"},
        {&libpcap.close, "pcap_close"},
        {&libpcap.error, "pcap_geterr"},
        {&libpcap.dump_open, "pcap_dump_open"},
        {&libpcap.dump, "pcap_dump"},
        {&libpcap.dump_close, "pcap_dump_close"},
    };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        void *function = dlsym(library, functions[i].name);
        if (!function) {
            fprintf(stderr, "libpcap has no %s\n", functions[i].name);
            exit(77);
        }
        /* POSIX has functions in a void *, C has not. */
        *(void **)functions[i].to = function;
    }
}

#endif
