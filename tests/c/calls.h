/* Every function that takes a monitor and returns a status, each in a call that
 * is right but for the monitor. */
#ifndef CALLS_H
#define CALLS_H

#include "check.h"

struct call {
    const char *name;
    ipmon_status (*make)(ipmon_t *m);
};

static inline void ignore_packet(const ipmon_packet *packet, void *user)
{
    (void)packet;
    (void)user;
}

static inline void ignore_error(const ipmon_error *error, void *user)
{
    (void)error;
    (void)user;
}

static inline void ignore_notice(const ipmon_notice *notice, void *user)
{
    (void)notice;
    (void)user;
}

#define CALL_SETTER(name, value) \
    static inline ipmon_status call_##name(ipmon_t *m) { return ipmon_##name(m, value); }
#define CALL_GETTER(name, type)                            \
    static inline ipmon_status call_##name(ipmon_t *m)     \
    {                                                      \
        type value;                                        \
        return ipmon_##name(m, &value);                    \
    }
#define CALL_TEXT(name)                                    \
    static inline ipmon_status call_##name(ipmon_t *m)     \
    {                                                      \
        char text[2048];                                   \
        return ipmon_##name(m, text, sizeof text, NULL);   \
    }

CALL_TEXT(last_error)
CALL_SETTER(set_local_host, "lo")
CALL_TEXT(get_local_host)
CALL_SETTER(set_filter, "")
CALL_TEXT(get_filter)
CALL_SETTER(set_direction, IPMON_DIRECTION_IN)
CALL_GETTER(get_direction, int)
CALL_SETTER(set_promiscuous, 0)
CALL_GETTER(get_promiscuous, int)
CALL_SETTER(set_snap_length, 96)
CALL_GETTER(get_snap_length, uint32_t)
CALL_SETTER(set_buffer_size, 2097152)
CALL_GETTER(get_buffer_size, uint32_t)
CALL_SETTER(set_latency, 2000)
CALL_GETTER(get_latency, uint32_t)
CALL_SETTER(set_address_text, 0)
CALL_GETTER(get_address_text, int)
CALL_SETTER(set_file_access, IPMON_FILE_ACCESS_MAP)
CALL_GETTER(get_file_access, int)
CALL_SETTER(set_reopen, 1)
CALL_GETTER(get_reopen, int)
CALL_SETTER(set_all_multicast, 1)
CALL_GETTER(get_all_multicast, int)
CALL_SETTER(set_time_source, IPMON_TIME_SOURCE_HOST)
CALL_GETTER(get_time_source, int)
CALL_SETTER(set_active, 0)
CALL_GETTER(get_active, int)
CALL_SETTER(wait, 0)
CALL_SETTER(parse_pcap_file, "/dev/null")
CALL_SETTER(set_accept_data, 1)
CALL_GETTER(get_accept_data, int)

static inline ipmon_status call_start(ipmon_t *m) { return ipmon_set_active(m, 1); }
static inline ipmon_status call_get_stats(ipmon_t *m)
{
    ipmon_stats s;
    return ipmon_get_stats(m, &s, sizeof s);
}
static inline ipmon_status call_set_on_ip_packet(ipmon_t *m)
{
    return ipmon_set_on_ip_packet(m, ignore_packet, NULL);
}
static inline ipmon_status call_set_on_error(ipmon_t *m)
{
    return ipmon_set_on_error(m, ignore_error, NULL);
}
static inline ipmon_status call_set_on_notice(ipmon_t *m)
{
    return ipmon_set_on_notice(m, ignore_notice, NULL);
}

/* What it returns is a count, which is as good as OK, or a status. */
static inline ipmon_status call_next_batch(ipmon_t *m)
{
    ipmon_packet packet;
    ptrdiff_t n = ipmon_next_batch(m, &packet, sizeof packet, 1, 0);
    return n > 0 ? IPMON_STATUS_OK : (ipmon_status)n;
}
static inline ipmon_status call_batch_bytes(ipmon_t *m)
{
    const uint8_t *base;
    size_t length;
    return ipmon_batch_bytes(m, &base, &length);
}
static inline ipmon_status call_arrow_stream(ipmon_t *m)
{
    struct ArrowArrayStream stream;
    ipmon_status status = ipmon_arrow_stream(m, 0, 0, &stream);
    if (status == IPMON_STATUS_OK)
        stream.release(&stream);
    return status;
}
CALL_SETTER(open_pcap_file, "/dev/null")
CALL_SETTER(do_events, 0)
CALL_GETTER(get_fd, int)

#define CALL(name) {"ipmon_" #name, call_##name}
static const struct call every_call[] = {
    {"ipmon_reset", ipmon_reset},
    {"ipmon_check_access", ipmon_check_access},
    {"ipmon_set_active(1)", call_start},
    CALL(last_error),       CALL(set_on_ip_packet),  CALL(set_on_error),
    CALL(set_on_notice),    CALL(set_local_host),    CALL(get_local_host),
    CALL(set_filter),       CALL(get_filter),        CALL(set_direction),
    CALL(get_direction),    CALL(set_promiscuous),   CALL(get_promiscuous),
    CALL(set_snap_length),  CALL(get_snap_length),   CALL(set_buffer_size),
    CALL(get_buffer_size),  CALL(set_latency),       CALL(get_latency),
    CALL(set_address_text), CALL(get_address_text),  CALL(set_file_access),
    CALL(get_file_access),  CALL(set_reopen),        CALL(get_reopen),
    CALL(set_all_multicast), CALL(get_all_multicast), CALL(set_time_source),
    CALL(get_time_source),  CALL(set_active),
    CALL(get_active),       CALL(wait),              CALL(parse_pcap_file),
    CALL(set_accept_data),  CALL(get_accept_data),   CALL(get_stats),
    {"ipmon_open_live", ipmon_open_live},
    CALL(open_pcap_file),   CALL(next_batch),        CALL(batch_bytes),
    CALL(do_events),        CALL(get_fd),            CALL(arrow_stream),
};
enum { CALLS = sizeof every_call / sizeof *every_call };

/* Makes every call with this handle and checks that each is answered alike. */
static inline void check_every_call(ipmon_t *m, ipmon_status want)
{
    int i;
    for (i = 0; i < CALLS; i++)
        check_status(every_call[i].make(m), want, every_call[i].name, __FILE__, __LINE__);
}

#endif
