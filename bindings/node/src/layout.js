// The structs of ipmon.h as they lie in memory. Offsets are computed from the types by
// the rules of C; the tests hold them against a C compiler's.

const SIZES = {
    u8: 1,
    u16: 2,
    i32: 4,
    u32: 4,
    i64: 8,
    u64: 8,
    pointer: 8,
    ip: 16,
    hardware: 8,
    text: 64,
};
const ALIGNED = { ip: 1, hardware: 1, text: 1 };

function struct(fields) {
    const offsets = {};
    let end = 0;
    let widest = 1;
    for (const [name, type] of fields) {
        const align = ALIGNED[type] ?? SIZES[type];
        end = Math.ceil(end / align) * align;
        offsets[name] = { offset: end, size: SIZES[type], type };
        end += SIZES[type];
        widest = Math.max(widest, align);
    }
    return Object.freeze({
        size: Math.ceil(end / widest) * widest,
        fields: Object.freeze(offsets),
    });
}

// "type name name, type name": the fields in their order.
function fields(text) {
    return text
        .trim()
        .split(/\s*,\s*/)
        .flatMap((group) => {
            const [type, ...names] = group.split(/\s+/);
            return names.map((name) => [name, type]);
        });
}

export const packet = struct(
    fields(`
    u32 struct_size, u8 ip_version tos flags ttl, pointer source_address destination_address,
    u16 source_port destination_port, u32 id, u16 offset checksum, u8 ip_protocol direction,
    u16 reserved, i64 timestamp timestamp_ns, pointer payload,
    u32 payload_length payload_wire_length, ip source_ip destination_ip, pointer ip frame,
    u32 ip_length frame_length frame_wire_length link_type interface_index notes,
    u64 frame_number frame_offset payload_offset`),
);

export const error = struct(
    fields('u32 struct_size, i32 status system_error, u32 reserved, i64 offset, pointer text'),
);

export const notice = struct(
    fields(
        'u32 struct_size, i32 code status, u32 reserved, u64 count, i64 timestamp, pointer text',
    ),
);

export const stats = struct(
    fields(`
    u32 struct_size reserved, u64 received delivered not_ip unsupported truncated
    malformed_version malformed_header_length malformed_total_length malformed_short filtered
    paused discarded dropped bytes`),
);

export const adapter = struct(
    fields(`
    u32 struct_size interface_index flags address_count, hardware hardware_address,
    u32 hardware_address_length reserved, text name`),
);

export const ipAddress = struct(
    fields(`
    u32 struct_size interface_index ip_version prefix_length, ip ip, text text interface_name`),
);

export const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
