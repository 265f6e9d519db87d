"""The structs of ipmon.h, as ctypes lays them out; conform layout compares them with C."""

from __future__ import annotations

from ctypes import (
    Structure,
    c_char,
    c_char_p,
    c_int32,
    c_int64,
    c_uint8,
    c_uint16,
    c_uint32,
    c_uint64,
    c_void_p,
)


class ipmon_packet(Structure):
    # Pointers are numbers here: what they point to is reached by the offsets.
    _fields_ = [
        ("struct_size", c_uint32),
        ("ip_version", c_uint8),
        ("tos", c_uint8),
        ("flags", c_uint8),
        ("ttl", c_uint8),
        ("source_address", c_void_p),
        ("destination_address", c_void_p),
        ("source_port", c_uint16),
        ("destination_port", c_uint16),
        ("id", c_uint32),
        ("offset", c_uint16),
        ("checksum", c_uint16),
        ("ip_protocol", c_uint8),
        ("direction", c_uint8),
        ("reserved", c_uint16),
        ("timestamp", c_int64),
        ("timestamp_ns", c_int64),
        ("payload", c_void_p),
        ("payload_length", c_uint32),
        ("payload_wire_length", c_uint32),
        ("source_ip", c_uint8 * 16),
        ("destination_ip", c_uint8 * 16),
        ("ip", c_void_p),
        ("frame", c_void_p),
        ("ip_length", c_uint32),
        ("frame_length", c_uint32),
        ("frame_wire_length", c_uint32),
        ("link_type", c_uint32),
        ("interface_index", c_uint32),
        ("notes", c_uint32),
        ("frame_number", c_uint64),
        ("frame_offset", c_uint64),
        ("payload_offset", c_uint64),
    ]


class ipmon_error(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("status", c_int32),
        ("system_error", c_int32),
        ("reserved", c_uint32),
        ("offset", c_int64),
        ("text", c_char_p),
    ]


class ipmon_notice(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("code", c_int32),
        ("status", c_int32),
        ("reserved", c_uint32),
        ("count", c_uint64),
        ("timestamp", c_int64),
        ("text", c_char_p),
    ]


class ipmon_stats(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved", c_uint32),
        ("received", c_uint64),
        ("delivered", c_uint64),
        ("not_ip", c_uint64),
        ("unsupported", c_uint64),
        ("truncated", c_uint64),
        ("malformed_version", c_uint64),
        ("malformed_header_length", c_uint64),
        ("malformed_total_length", c_uint64),
        ("malformed_short", c_uint64),
        ("filtered", c_uint64),
        ("paused", c_uint64),
        ("discarded", c_uint64),
        ("dropped", c_uint64),
        ("bytes", c_uint64),
    ]


class ipmon_adapter(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("interface_index", c_uint32),
        ("flags", c_uint32),
        ("address_count", c_uint32),
        ("hardware_address", c_uint8 * 8),
        ("hardware_address_length", c_uint32),
        ("reserved", c_uint32),
        ("name", c_char * 64),
    ]


class ipmon_ip_address(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("interface_index", c_uint32),
        ("ip_version", c_uint32),
        ("prefix_length", c_uint32),
        ("ip", c_uint8 * 16),
        ("text", c_char * 64),
        ("interface_name", c_char * 64),
    ]
