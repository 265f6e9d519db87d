/* The layout that programs are built with, and the numbers that they hold: neither
 * ever changes. A struct that grows adds lines here and changes its SIZE; every
 * FIELD and every IS stays. There is nothing to run: it compiles, or it does not. */
#include "ipmon.h"

#if defined(__cplusplus)
#define HOLDS(condition, why) static_assert(condition, why)
#else
#define HOLDS(condition, why) _Static_assert(condition, why)
#endif

#define SIZE(type, size) HOLDS(sizeof(type) == size, "the size of " #type)
#define FIELD(type, name, at, size)                                              \
    HOLDS(offsetof(type, name) == at && sizeof(((type *)0)->name) == size,       \
          "where " #type "." #name " is")
#define IS(name, number) HOLDS(name == number, #name)

/* A callback is a pointer to a function of C, and a handle one to nothing. */
HOLDS(sizeof(ipmon_status) == 4 && (ipmon_status)-1 < 0, "a status has 32 bits and a sign");
HOLDS(sizeof(ipmon_on_ip_packet_fn) == sizeof(void *), "callbacks");
HOLDS(sizeof(ipmon_t *) == sizeof(void *), "handles");

IS(IPMON_ABI_VERSION, 1);

IS(IPMON_STATUS_OK, 0);
IS(IPMON_STATUS_NULL_ARGUMENT, -1);
IS(IPMON_STATUS_BAD_ARGUMENT, -2);
IS(IPMON_STATUS_BAD_HANDLE, -3);
IS(IPMON_STATUS_BAD_SIZE, -4);
IS(IPMON_STATUS_BUSY, -5);
IS(IPMON_STATUS_PENDING, -6);
IS(IPMON_STATUS_INTERRUPTED, -7);
IS(IPMON_STATUS_TIMEOUT, -8);
IS(IPMON_STATUS_END, -9);
IS(IPMON_STATUS_NO_MEMORY, -10);
IS(IPMON_STATUS_NO_PERMISSION, -11);
IS(IPMON_STATUS_NO_DEVICE, -12);
IS(IPMON_STATUS_DEVICE_DOWN, -13);
IS(IPMON_STATUS_DEVICE_GONE, -14);
IS(IPMON_STATUS_NO_LIBPCAP, -15);
IS(IPMON_STATUS_BAD_FILTER, -16);
IS(IPMON_STATUS_FILTER_TOO_COMPLEX, -17);
IS(IPMON_STATUS_NOT_FOUND, -18);
IS(IPMON_STATUS_IO, -19);
IS(IPMON_STATUS_NOT_A_CAPTURE, -20);
IS(IPMON_STATUS_TRUNCATED, -21);
IS(IPMON_STATUS_MALFORMED, -22);
IS(IPMON_STATUS_UNSUPPORTED, -23);
IS(IPMON_STATUS_FORKED, -24);
IS(IPMON_STATUS_PANIC, -25);
IS(IPMON_STATUS_SYSTEM, -26);

IS(IPMON_DIRECTION_ANY, 0);
IS(IPMON_DIRECTION_IN, 1);
IS(IPMON_DIRECTION_OUT, 2);

IS(IPMON_NOTE_TRUNCATED, 1);
IS(IPMON_NOTE_FRAGMENT, 2);
IS(IPMON_NOTE_PADDING, 4);
IS(IPMON_NOTE_LENGTH_ZERO, 8);
IS(IPMON_NOTE_EXTENSION_TRUNCATED, 16);
IS(IPMON_NOTE_TIME_OUT_OF_RANGE, 32);
IS(IPMON_NOTE_NO_TIME, 64);
IS(IPMON_NOTE_OFFLOADED, 128);
IS(IPMON_NOTE_CHECKSUM_NOT_READY, 256);

IS(IPMON_NOTICE_ENDED, 1);
IS(IPMON_NOTICE_GAP, 2);
IS(IPMON_NOTICE_FILTER_NOT_APPLICABLE, 3);
IS(IPMON_NOTICE_DEVICE_DOWN, 4);
IS(IPMON_NOTICE_DEVICE_UP, 5);
IS(IPMON_NOTICE_DEVICE_RENAMED, 6);
IS(IPMON_NOTICE_DEVICE_REMOVED, 7);
IS(IPMON_NOTICE_DEVICE_ADDRESS, 8);
IS(IPMON_NOTICE_DEVICE_LINK_TYPE, 9);
IS(IPMON_NOTICE_DEVICE_AGAIN, 10);

IS(IPMON_FILE_ACCESS_READ, 0);
IS(IPMON_FILE_ACCESS_MAP, 1);

IS(IPMON_TIME_SOURCE_HOST, 0);
IS(IPMON_TIME_SOURCE_ADAPTER, 1);

IS(IPMON_ADAPTER_UP, 1);
IS(IPMON_ADAPTER_RUNNING, 2);
IS(IPMON_ADAPTER_LOOPBACK, 4);
IS(IPMON_ADAPTER_DEFAULT, 8);

IS(IPMON_ADDRESS_TEXT_SIZE, 46);

IS(IPMON_COLUMN_FRAME_NUMBER, 1);
IS(IPMON_COLUMN_TIMESTAMP, 2);
IS(IPMON_COLUMN_INTERFACE_INDEX, 4);
IS(IPMON_COLUMN_DIRECTION, 8);
IS(IPMON_COLUMN_LINK_TYPE, 0x10);
IS(IPMON_COLUMN_FRAME_LENGTH, 0x20);
IS(IPMON_COLUMN_FRAME_WIRE_LENGTH, 0x40);
IS(IPMON_COLUMN_IP_VERSION, 0x80);
IS(IPMON_COLUMN_SOURCE_ADDRESS, 0x100);
IS(IPMON_COLUMN_SOURCE_PORT, 0x200);
IS(IPMON_COLUMN_DESTINATION_ADDRESS, 0x400);
IS(IPMON_COLUMN_DESTINATION_PORT, 0x800);
IS(IPMON_COLUMN_TOS, 0x1000);
IS(IPMON_COLUMN_ID, 0x2000);
IS(IPMON_COLUMN_FLAGS, 0x4000);
IS(IPMON_COLUMN_OFFSET, 0x8000);
IS(IPMON_COLUMN_TTL, 0x10000);
IS(IPMON_COLUMN_CHECKSUM, 0x20000);
IS(IPMON_COLUMN_IP_PROTOCOL, 0x40000);
IS(IPMON_COLUMN_IP_LENGTH, 0x80000);
IS(IPMON_COLUMN_PAYLOAD_LENGTH, 0x100000);
IS(IPMON_COLUMN_PAYLOAD_WIRE_LENGTH, 0x200000);
IS(IPMON_COLUMN_NOTES, 0x400000);
IS(IPMON_COLUMN_SOURCE_IP, 0x800000);
IS(IPMON_COLUMN_DESTINATION_IP, 0x1000000);
IS(IPMON_COLUMN_PAYLOAD, 0x2000000);
IS(IPMON_COLUMN_IP, 0x4000000);
IS(IPMON_COLUMN_FRAME, 0x8000000);
/* Not frozen: both grow with the columns. */
HOLDS((IPMON_COLUMN_DEFAULT & 0x7fffff) == 0x7fffff, "IPMON_COLUMN_DEFAULT");
HOLDS((IPMON_COLUMN_ALL & 0xfffffff) == 0xfffffff, "IPMON_COLUMN_ALL");

/* Of the Arrow specification. */
IS(ARROW_FLAG_DICTIONARY_ORDERED, 1);
IS(ARROW_FLAG_NULLABLE, 2);
IS(ARROW_FLAG_MAP_KEYS_SORTED, 4);

/* Where pointers have 64 bits. */
#if UINTPTR_MAX == UINT64_MAX
SIZE(ipmon_packet, 168);
FIELD(ipmon_packet, struct_size, 0, 4);
FIELD(ipmon_packet, ip_version, 4, 1);
FIELD(ipmon_packet, tos, 5, 1);
FIELD(ipmon_packet, flags, 6, 1);
FIELD(ipmon_packet, ttl, 7, 1);
FIELD(ipmon_packet, source_address, 8, 8);
FIELD(ipmon_packet, destination_address, 16, 8);
FIELD(ipmon_packet, source_port, 24, 2);
FIELD(ipmon_packet, destination_port, 26, 2);
FIELD(ipmon_packet, id, 28, 4);
FIELD(ipmon_packet, offset, 32, 2);
FIELD(ipmon_packet, checksum, 34, 2);
FIELD(ipmon_packet, ip_protocol, 36, 1);
FIELD(ipmon_packet, direction, 37, 1);
FIELD(ipmon_packet, reserved, 38, 2);
FIELD(ipmon_packet, timestamp, 40, 8);
FIELD(ipmon_packet, timestamp_ns, 48, 8);
FIELD(ipmon_packet, payload, 56, 8);
FIELD(ipmon_packet, payload_length, 64, 4);
FIELD(ipmon_packet, payload_wire_length, 68, 4);
FIELD(ipmon_packet, source_ip, 72, 16);
FIELD(ipmon_packet, destination_ip, 88, 16);
FIELD(ipmon_packet, ip, 104, 8);
FIELD(ipmon_packet, frame, 112, 8);
FIELD(ipmon_packet, ip_length, 120, 4);
FIELD(ipmon_packet, frame_length, 124, 4);
FIELD(ipmon_packet, frame_wire_length, 128, 4);
FIELD(ipmon_packet, link_type, 132, 4);
FIELD(ipmon_packet, interface_index, 136, 4);
FIELD(ipmon_packet, notes, 140, 4);
FIELD(ipmon_packet, frame_number, 144, 8);
FIELD(ipmon_packet, frame_offset, 152, 8);
FIELD(ipmon_packet, payload_offset, 160, 8);

SIZE(ipmon_error, 32);
FIELD(ipmon_error, struct_size, 0, 4);
FIELD(ipmon_error, status, 4, 4);
FIELD(ipmon_error, system_error, 8, 4);
FIELD(ipmon_error, reserved, 12, 4);
FIELD(ipmon_error, offset, 16, 8);
FIELD(ipmon_error, text, 24, 8);

SIZE(ipmon_notice, 40);
FIELD(ipmon_notice, struct_size, 0, 4);
FIELD(ipmon_notice, code, 4, 4);
FIELD(ipmon_notice, status, 8, 4);
FIELD(ipmon_notice, reserved, 12, 4);
FIELD(ipmon_notice, count, 16, 8);
FIELD(ipmon_notice, timestamp, 24, 8);
FIELD(ipmon_notice, text, 32, 8);

SIZE(ipmon_stats, 120);
FIELD(ipmon_stats, struct_size, 0, 4);
FIELD(ipmon_stats, reserved, 4, 4);
FIELD(ipmon_stats, received, 8, 8);
FIELD(ipmon_stats, delivered, 16, 8);
FIELD(ipmon_stats, not_ip, 24, 8);
FIELD(ipmon_stats, unsupported, 32, 8);
FIELD(ipmon_stats, truncated, 40, 8);
FIELD(ipmon_stats, malformed_version, 48, 8);
FIELD(ipmon_stats, malformed_header_length, 56, 8);
FIELD(ipmon_stats, malformed_total_length, 64, 8);
FIELD(ipmon_stats, malformed_short, 72, 8);
FIELD(ipmon_stats, filtered, 80, 8);
FIELD(ipmon_stats, paused, 88, 8);
FIELD(ipmon_stats, discarded, 96, 8);
FIELD(ipmon_stats, dropped, 104, 8);
FIELD(ipmon_stats, bytes, 112, 8);

SIZE(ipmon_adapter, 96);
FIELD(ipmon_adapter, struct_size, 0, 4);
FIELD(ipmon_adapter, interface_index, 4, 4);
FIELD(ipmon_adapter, flags, 8, 4);
FIELD(ipmon_adapter, address_count, 12, 4);
FIELD(ipmon_adapter, hardware_address, 16, 8);
FIELD(ipmon_adapter, hardware_address_length, 24, 4);
FIELD(ipmon_adapter, reserved, 28, 4);
FIELD(ipmon_adapter, name, 32, 64);

SIZE(ipmon_ip_address, 160);
FIELD(ipmon_ip_address, struct_size, 0, 4);
FIELD(ipmon_ip_address, interface_index, 4, 4);
FIELD(ipmon_ip_address, ip_version, 8, 4);
FIELD(ipmon_ip_address, prefix_length, 12, 4);
FIELD(ipmon_ip_address, ip, 16, 16);
FIELD(ipmon_ip_address, text, 32, 64);
FIELD(ipmon_ip_address, interface_name, 96, 64);

SIZE(struct ArrowSchema, 72);
FIELD(struct ArrowSchema, format, 0, 8);
FIELD(struct ArrowSchema, name, 8, 8);
FIELD(struct ArrowSchema, metadata, 16, 8);
FIELD(struct ArrowSchema, flags, 24, 8);
FIELD(struct ArrowSchema, n_children, 32, 8);
FIELD(struct ArrowSchema, children, 40, 8);
FIELD(struct ArrowSchema, dictionary, 48, 8);
FIELD(struct ArrowSchema, release, 56, 8);
FIELD(struct ArrowSchema, private_data, 64, 8);

SIZE(struct ArrowArray, 80);
FIELD(struct ArrowArray, length, 0, 8);
FIELD(struct ArrowArray, null_count, 8, 8);
FIELD(struct ArrowArray, offset, 16, 8);
FIELD(struct ArrowArray, n_buffers, 24, 8);
FIELD(struct ArrowArray, n_children, 32, 8);
FIELD(struct ArrowArray, buffers, 40, 8);
FIELD(struct ArrowArray, children, 48, 8);
FIELD(struct ArrowArray, dictionary, 56, 8);
FIELD(struct ArrowArray, release, 64, 8);
FIELD(struct ArrowArray, private_data, 72, 8);

SIZE(struct ArrowArrayStream, 40);
FIELD(struct ArrowArrayStream, get_schema, 0, 8);
FIELD(struct ArrowArrayStream, get_next, 8, 8);
FIELD(struct ArrowArrayStream, get_last_error, 16, 8);
FIELD(struct ArrowArrayStream, release, 24, 8);
FIELD(struct ArrowArrayStream, private_data, 32, 8);
#endif
