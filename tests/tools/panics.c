/* A panic at every point of one function: usage: panics NAME CAPTURE
 *
 * Linked with a library whose panics can be ordered (cfg ipmon_faults) and with
 * what calls.py writes. Exit status 0 when each came back as the function's
 * failure and the library worked afterwards; the last line says how many came. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ipmon.h"

uint32_t ipmon_fault(uint32_t nth);
const char *call(const char *name, ipmon_t *m);

/* No function has so many points: one that never ends is a failure. */
enum { POINTS = 1000 };

static int fail(const char *name, uint32_t nth, const char *what)
{
    printf("%s, panic at point %u: %s\n", name, (unsigned)nth, what);
    return 1;
}

static void on_packet(const ipmon_packet *packet, void *count)
{
    (void)packet;
    ++*(unsigned *)count;
}

/* NULL when the library does all that it should, on a monitor that saw a panic. */
static const char *works(ipmon_t *m, const char *capture)
{
    unsigned packets = 0;
    char text[256];
    if (strcmp(ipmon_version(), IPMON_VERSION) != 0)
        return "then the version is wrong";
    if (ipmon_abi_version() != IPMON_ABI_VERSION)
        return "then the version of the ABI is wrong";
    if (strcmp(ipmon_status_text(IPMON_STATUS_OK), "ok") != 0)
        return "then a status has the wrong text";
    if (ipmon_set_on_ip_packet(m, on_packet, &packets) != IPMON_STATUS_OK)
        return "then no callback can be set";
    if (ipmon_parse_pcap_file(m, capture) != IPMON_STATUS_OK || !packets)
        return "then no capture can be read";
    if (ipmon_wait(m, -1) != IPMON_STATUS_OK)
        return "then a wait fails";
    if (ipmon_set_active(m, 0) != IPMON_STATUS_OK)
        return "then a stop fails";
    if (ipmon_last_error(m, text, sizeof text, NULL) != IPMON_STATUS_OK)
        return "then there is no text of the last error";
    return NULL;
}

/* Whether the newest failure's text is that of a bug. */
static int blames_itself(ipmon_t *m)
{
    char text[256] = "";
    return ipmon_last_error(m, text, sizeof text, NULL) == IPMON_STATUS_OK
           && strstr(text, "bug in ipmon") && !strchr(text, '\n');
}

int main(int argc, char **argv)
{
    const char *name, *capture, *wrong;
    uint32_t nth, panics = 0;
    int with_monitor;
    if (argc != 3)
        return 2;
    name = argv[1];
    capture = argv[2];
    alarm(60);
    /* First a NULL monitor, then one that is there. */
    for (with_monitor = 0; with_monitor < 2; with_monitor++) {
        for (nth = 1;; nth++) {
            ipmon_t *m = ipmon_new(), *spare = ipmon_new();
            if (!m || !spare)
                return fail(name, nth, "no monitor can be made");
            ipmon_fault(nth);
            wrong = call(name, with_monitor ? m : NULL);
            if (ipmon_fault(0) != 0) {
                ipmon_free(m);
                ipmon_free(spare);
                break; /* the call was over before its nth point */
            }
            panics++;
            if (wrong)
                return fail(name, nth, wrong);
            /* The first point comes before the monitor is looked up. */
            if (with_monitor && nth == 2 && !blames_itself(m))
                return fail(name, nth, "the monitor does not say that it was a bug");
            wrong = works(m, capture);
            if (wrong)
                return fail(name, nth, wrong);
            wrong = works(spare, capture);
            if (wrong)
                return fail(name, nth, wrong);
            if (ipmon_free(m) != IPMON_STATUS_OK || ipmon_free(spare) != IPMON_STATUS_OK)
                return fail(name, nth, "then a monitor cannot be freed");
            if (nth == POINTS)
                return fail(name, nth, "there is no end of them");
        }
        if (nth == 1)
            return fail(name, nth, "it never came: the body runs unguarded");
    }
    printf("%u panics\n", (unsigned)panics);
    return 0;
}
