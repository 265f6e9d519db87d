/* The fields of the structs, in the order of the header: F(T, field) of each. layout.c
 * checks that none is missing. */
#ifndef FIELDS_H
#define FIELDS_H

#define PACKET_FIELDS(F, T)                                                                \
    F(T, struct_size) F(T, ip_version) F(T, tos) F(T, flags) F(T, ttl)                     \
    F(T, source_address) F(T, destination_address) F(T, source_port)                       \
    F(T, destination_port) F(T, id) F(T, offset) F(T, checksum) F(T, ip_protocol)          \
    F(T, direction) F(T, reserved) F(T, timestamp) F(T, timestamp_ns) F(T, payload)        \
    F(T, payload_length) F(T, payload_wire_length) F(T, source_ip)                         \
    F(T, destination_ip) F(T, ip) F(T, frame) F(T, ip_length) F(T, frame_length)           \
    F(T, frame_wire_length) F(T, link_type) F(T, interface_index) F(T, notes)              \
    F(T, frame_number) F(T, frame_offset) F(T, payload_offset)

#define ERROR_FIELDS(F, T)                                                                 \
    F(T, struct_size) F(T, status) F(T, system_error) F(T, reserved) F(T, offset)          \
    F(T, text)

#define NOTICE_FIELDS(F, T)                                                                \
    F(T, struct_size) F(T, code) F(T, status) F(T, reserved) F(T, count)                   \
    F(T, timestamp) F(T, text)

#define STATS_FIELDS(F, T)                                                                 \
    F(T, struct_size) F(T, reserved) F(T, received) F(T, delivered) F(T, not_ip)           \
    F(T, unsupported) F(T, truncated) F(T, malformed_version)                              \
    F(T, malformed_header_length) F(T, malformed_total_length) F(T, malformed_short)       \
    F(T, filtered) F(T, paused) F(T, discarded) F(T, dropped) F(T, bytes)

#endif
