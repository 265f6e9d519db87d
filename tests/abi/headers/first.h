#ifndef IPMON_H
#define IPMON_H 
#include <stddef.h>
#include <stdint.h>
#define IPMON_VERSION "0.1.0"
#define IPMON_VERSION_MAJOR 0
#define IPMON_VERSION_MINOR 1
#define IPMON_VERSION_PATCH 0
#ifndef IPMON_API
#if defined(_WIN32) && !defined(IPMON_STATIC)
#define IPMON_API __declspec(dllimport)
#else
#define IPMON_API 
#endif
#endif
#ifndef IPMON_NODISCARD
#if defined(__GNUC__) || defined(__clang__)
#define IPMON_NODISCARD __attribute__((warn_unused_result))
#else
#define IPMON_NODISCARD 
#endif
#endif
#define IPMON_HAS(object,field) \
    ((size_t)((const char *)(&(object)->field + 1) - (const char *)(object)) <= \
     (size_t)(object)->struct_size)
#define IPMON_ABI_VERSION 1
#define IPMON_STATUS_OK 0
#define IPMON_STATUS_NULL_ARGUMENT -1
#define IPMON_STATUS_BAD_ARGUMENT -2
#define IPMON_STATUS_BAD_HANDLE -3
#define IPMON_STATUS_BAD_SIZE -4
#define IPMON_STATUS_BUSY -5
#define IPMON_STATUS_PENDING -6
#define IPMON_STATUS_INTERRUPTED -7
#define IPMON_STATUS_TIMEOUT -8
#define IPMON_STATUS_END -9
#define IPMON_STATUS_NO_MEMORY -10
#define IPMON_STATUS_NO_PERMISSION -11
#define IPMON_STATUS_NO_DEVICE -12
#define IPMON_STATUS_DEVICE_DOWN -13
#define IPMON_STATUS_DEVICE_GONE -14
#define IPMON_STATUS_NO_LIBPCAP -15
#define IPMON_STATUS_BAD_FILTER -16
#define IPMON_STATUS_FILTER_TOO_COMPLEX -17
#define IPMON_STATUS_NOT_FOUND -18
#define IPMON_STATUS_IO -19
#define IPMON_STATUS_NOT_A_CAPTURE -20
#define IPMON_STATUS_TRUNCATED -21
#define IPMON_STATUS_MALFORMED -22
#define IPMON_STATUS_UNSUPPORTED -23
#define IPMON_STATUS_FORKED -24
#define IPMON_STATUS_PANIC -25
#define IPMON_STATUS_SYSTEM -26
#define IPMON_DIRECTION_ANY 0
#define IPMON_DIRECTION_IN 1
#define IPMON_DIRECTION_OUT 2
#define IPMON_NOTE_TRUNCATED (1 << 0)
#define IPMON_NOTE_FRAGMENT (1 << 1)
#define IPMON_NOTE_PADDING (1 << 2)
#define IPMON_NOTE_LENGTH_ZERO (1 << 3)
#define IPMON_NOTE_EXTENSION_TRUNCATED (1 << 4)
#define IPMON_NOTE_TIME_OUT_OF_RANGE (1 << 5)
#define IPMON_NOTE_NO_TIME (1 << 6)
#define IPMON_NOTE_OFFLOADED (1 << 7)
#define IPMON_NOTICE_ENDED 1
#define IPMON_NOTICE_GAP 2
#define IPMON_NOTICE_FILTER_NOT_APPLICABLE 3
#define IPMON_ADAPTER_UP (1 << 0)
#define IPMON_ADAPTER_RUNNING (1 << 1)
#define IPMON_ADAPTER_LOOPBACK (1 << 2)
#define IPMON_ADAPTER_DEFAULT (1 << 3)
#define IPMON_ADDRESS_TEXT_SIZE 46
typedef struct ipmon_t ipmon_t;
typedef int32_t ipmon_status;
typedef struct ipmon_packet {
    uint32_t struct_size;
    uint8_t ip_version;
    uint8_t tos;
    uint8_t flags;
    uint8_t ttl;
    const char *source_address;
    const char *destination_address;
    uint16_t source_port;
    uint16_t destination_port;
    uint32_t id;
    uint16_t offset;
    uint16_t checksum;
    uint8_t ip_protocol;
    uint8_t direction;
    uint16_t reserved;
    int64_t timestamp;
    int64_t timestamp_ns;
    const uint8_t *payload;
    uint32_t payload_length;
    uint32_t payload_wire_length;
    uint8_t source_ip[16];
    uint8_t destination_ip[16];
    const uint8_t *ip;
    const uint8_t *frame;
    uint32_t ip_length;
    uint32_t frame_length;
    uint32_t frame_wire_length;
    uint32_t link_type;
    uint32_t interface_index;
    uint32_t notes;
    uint64_t frame_number;
    uint64_t frame_offset;
    uint64_t payload_offset;
} ipmon_packet;
typedef void (*ipmon_on_ip_packet_fn)(const struct ipmon_packet *packet, void *user_data);
typedef struct ipmon_error {
    uint32_t struct_size;
    ipmon_status status;
    int32_t system_error;
    uint32_t reserved;
    int64_t offset;
    const char *text;
} ipmon_error;
typedef void (*ipmon_on_error_fn)(const struct ipmon_error *error, void *user_data);
typedef struct ipmon_notice {
    uint32_t struct_size;
    int32_t code;
    ipmon_status status;
    uint32_t reserved;
    uint64_t count;
    int64_t timestamp;
    const char *text;
} ipmon_notice;
typedef void (*ipmon_on_notice_fn)(const struct ipmon_notice *notice, void *user_data);
typedef struct ipmon_stats {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t received;
    uint64_t delivered;
    uint64_t not_ip;
    uint64_t unsupported;
    uint64_t truncated;
    uint64_t malformed_version;
    uint64_t malformed_header_length;
    uint64_t malformed_total_length;
    uint64_t malformed_short;
    uint64_t filtered;
    uint64_t paused;
    uint64_t discarded;
    uint64_t dropped;
    uint64_t bytes;
} ipmon_stats;
typedef struct ipmon_adapter {
    uint32_t struct_size;
    uint32_t interface_index;
    uint32_t flags;
    uint32_t address_count;
    uint8_t hardware_address[8];
    uint32_t hardware_address_length;
    uint32_t reserved;
    char name[64];
} ipmon_adapter;
typedef struct ipmon_ip_address {
    uint32_t struct_size;
    uint32_t interface_index;
    uint32_t ip_version;
    uint32_t prefix_length;
    uint8_t ip[16];
    char text[64];
    char interface_name[64];
} ipmon_ip_address;
#ifdef __cplusplus
extern "C" {
#endif
IPMON_API const char *ipmon_version(void);
IPMON_API uint32_t ipmon_abi_version(void);
IPMON_API const char *ipmon_status_text(ipmon_status status);
IPMON_API IPMON_NODISCARD struct ipmon_t *ipmon_new(void);
IPMON_API ipmon_status ipmon_free(struct ipmon_t *m);
IPMON_API ipmon_status ipmon_reset(struct ipmon_t *m);
IPMON_API
ipmon_status ipmon_last_error(struct ipmon_t *m,
                              char *text,
                              size_t size,
                              size_t *needed);
IPMON_API
ipmon_status ipmon_set_on_ip_packet(struct ipmon_t *m,
                                    ipmon_on_ip_packet_fn callback,
                                    void *user_data);
IPMON_API
ipmon_status ipmon_set_on_error(struct ipmon_t *m,
                                ipmon_on_error_fn callback,
                                void *user_data);
IPMON_API
ipmon_status ipmon_set_on_notice(struct ipmon_t *m,
                                 ipmon_on_notice_fn callback,
                                 void *user_data);
IPMON_API
ipmon_status ipmon_set_local_host(struct ipmon_t *m,
                                  const char *local_host);
IPMON_API
ipmon_status ipmon_get_local_host(struct ipmon_t *m,
                                  char *text,
                                  size_t size,
                                  size_t *needed);
IPMON_API
ipmon_status ipmon_set_filter(struct ipmon_t *m,
                              const char *expression);
IPMON_API
ipmon_status ipmon_get_filter(struct ipmon_t *m,
                              char *text,
                              size_t size,
                              size_t *needed);
IPMON_API
ipmon_status ipmon_set_direction(struct ipmon_t *m,
                                 int direction);
IPMON_API ipmon_status ipmon_get_direction(struct ipmon_t *m, int *direction);
IPMON_API
ipmon_status ipmon_set_promiscuous(struct ipmon_t *m,
                                   int promiscuous);
IPMON_API ipmon_status ipmon_get_promiscuous(struct ipmon_t *m, int *promiscuous);
IPMON_API
ipmon_status ipmon_set_snap_length(struct ipmon_t *m,
                                   uint32_t snap_length);
IPMON_API ipmon_status ipmon_get_snap_length(struct ipmon_t *m, uint32_t *snap_length);
IPMON_API
ipmon_status ipmon_set_buffer_size(struct ipmon_t *m,
                                   uint32_t buffer_size);
IPMON_API ipmon_status ipmon_get_buffer_size(struct ipmon_t *m, uint32_t *buffer_size);
IPMON_API
ipmon_status ipmon_set_latency(struct ipmon_t *m,
                               uint32_t latency);
IPMON_API ipmon_status ipmon_get_latency(struct ipmon_t *m, uint32_t *latency);
IPMON_API
ipmon_status ipmon_set_address_text(struct ipmon_t *m,
                                    int address_text);
IPMON_API ipmon_status ipmon_get_address_text(struct ipmon_t *m, int *address_text);
IPMON_API ipmon_status ipmon_set_active(struct ipmon_t *m, int active);
IPMON_API ipmon_status ipmon_get_active(struct ipmon_t *m, int *active);
IPMON_API ipmon_status ipmon_wait(struct ipmon_t *m, int timeout_ms);
IPMON_API ipmon_status ipmon_parse_pcap_file(struct ipmon_t *m, const char *path);
IPMON_API ipmon_status ipmon_set_accept_data(struct ipmon_t *m, int accept);
IPMON_API ipmon_status ipmon_get_accept_data(struct ipmon_t *m, int *accept);
IPMON_API void ipmon_interrupt(struct ipmon_t *m);
IPMON_API
ipmon_status ipmon_get_stats(struct ipmon_t *m,
                             struct ipmon_stats *out,
                             size_t stats_size);
IPMON_API
ipmon_status ipmon_list_adapters(struct ipmon_adapter *out,
                                 size_t adapter_size,
                                 size_t capacity,
                                 size_t *count);
IPMON_API
ipmon_status ipmon_list_ip_addresses(struct ipmon_ip_address *out,
                                     size_t address_size,
                                     size_t capacity,
                                     size_t *count);
IPMON_API ipmon_status ipmon_check_access(struct ipmon_t *m);
IPMON_API
ipmon_status ipmon_format_address(const uint8_t *ip,
                                  uint32_t ip_version,
                                  char *text,
                                  size_t size);
#ifdef __cplusplus
}
#endif
#endif
