// A batch: the packets of one call of ipmon_next_batch(), read where they lie.
import { batchBytes, view } from './library.js';
import { packet as layout } from './layout.js';
import { detach } from './detach.js';
import { text4, text6 } from './address.js';

export const STRIDE = layout.size;

// In units of the array that reads them: places from a packet's beginning to a field.
const at = (field, unit) => layout.fields[field].offset / unit;
const S8 = STRIDE, S16 = STRIDE / 2, S32 = STRIDE / 4, S64 = STRIDE / 8;
const VERSION = at('ip_version', 1), TOS = at('tos', 1), FLAGS = at('flags', 1), TTL = at('ttl', 1);
const PROTOCOL = at('ip_protocol', 1), DIRECTION = at('direction', 1);
const SOURCE_PORT = at('source_port', 2), DESTINATION_PORT = at('destination_port', 2);
const OFFSET = at('offset', 2), CHECKSUM = at('checksum', 2);
const ID = at('id', 4), TIMESTAMP = at('timestamp', 4), TIMESTAMP_NS = at('timestamp_ns', 8);
const PAYLOAD_LENGTH = at('payload_length', 4), PAYLOAD_WIRE = at('payload_wire_length', 4);
const SOURCE_IP = at('source_ip', 4), DESTINATION_IP = at('destination_ip', 4);
const IP = at('ip', 4), FRAME = at('frame', 4), IP_LENGTH = at('ip_length', 4);
const FRAME_LENGTH = at('frame_length', 4), FRAME_WIRE = at('frame_wire_length', 4);
const LINK_TYPE = at('link_type', 4), INTERFACE = at('interface_index', 4), NOTES = at('notes', 4);
const NUMBER = at('frame_number', 4), FRAME_OFFSET = at('frame_offset', 4);
const PAYLOAD_OFFSET = at('payload_offset', 4);
const HIGH = 4294967296;

/** The array that batches are written into, seen in every width. */
export class Room {
    constructor(capacity) {
        const buffer = new ArrayBuffer(capacity * STRIDE);
        this.capacity = capacity;
        this.u8 = new Uint8Array(buffer);
        this.u16 = new Uint16Array(buffer);
        this.u32 = new Uint32Array(buffer);
        this.i32 = new Int32Array(buffer);
        this.i64 = new BigInt64Array(buffer);
    }
}

const base = new BigUint64Array(2);
const length = base.subarray(1);

/** The library takes the memory back: views of it become empty, rather than wild. */
export let retire;

export class Batch {
    #handle;
    #bytes = null;

    constructor(room, length, handle) {
        this.length = length;
        this.u8 = room.u8;
        this.u16 = room.u16;
        this.u32 = room.u32;
        this.i32 = room.i32;
        this.i64 = room.i64;
        this.#handle = handle;
    }

    ipVersion(i) { within(this, i); return this.u8[i * S8 + VERSION]; }
    tos(i) { within(this, i); return this.u8[i * S8 + TOS]; }
    flags(i) { within(this, i); return this.u8[i * S8 + FLAGS]; }
    ttl(i) { within(this, i); return this.u8[i * S8 + TTL]; }
    ipProtocol(i) { within(this, i); return this.u8[i * S8 + PROTOCOL]; }
    direction(i) { within(this, i); return this.u8[i * S8 + DIRECTION]; }
    sourcePort(i) { within(this, i); return this.u16[i * S16 + SOURCE_PORT]; }
    destinationPort(i) { within(this, i); return this.u16[i * S16 + DESTINATION_PORT]; }
    offset(i) { within(this, i); return this.u16[i * S16 + OFFSET]; }
    checksum(i) { within(this, i); return this.u16[i * S16 + CHECKSUM]; }
    id(i) { within(this, i); return this.u32[i * S32 + ID]; }
    payloadLength(i) { within(this, i); return this.u32[i * S32 + PAYLOAD_LENGTH]; }
    payloadWireLength(i) { within(this, i); return this.u32[i * S32 + PAYLOAD_WIRE]; }
    ipLength(i) { within(this, i); return this.u32[i * S32 + IP_LENGTH]; }
    frameLength(i) { within(this, i); return this.u32[i * S32 + FRAME_LENGTH]; }
    frameWireLength(i) { within(this, i); return this.u32[i * S32 + FRAME_WIRE]; }
    linkType(i) { within(this, i); return this.u32[i * S32 + LINK_TYPE]; }
    interfaceIndex(i) { within(this, i); return this.u32[i * S32 + INTERFACE]; }
    notes(i) { within(this, i); return this.u32[i * S32 + NOTES]; }
    frameNumber(i) { within(this, i); return this.#u64(i * S32 + NUMBER); }

    timestamp(i) {
        within(this, i);
        const at = i * S32 + TIMESTAMP;
        return this.i32[at + 1] * HIGH + this.u32[at];
    }

    timestampNs(i) {
        within(this, i);
        return this.i64[i * S64 + TIMESTAMP_NS];
    }

    sourceAddress(i) { within(this, i); return this.#text(i, SOURCE_IP); }
    destinationAddress(i) { within(this, i); return this.#text(i, DESTINATION_IP); }
    sourceIp(i) { within(this, i); return this.#ip(i, SOURCE_IP); }
    destinationIp(i) { within(this, i); return this.#ip(i, DESTINATION_IP); }

    borrowedFrame(i) {
        within(this, i);
        const at = i * S32;
        const start = this.#u64(at + FRAME_OFFSET);
        return new Uint8Array(this.#borrow(), start, this.u32[at + FRAME_LENGTH]);
    }

    borrowedIp(i) {
        within(this, i);
        const at = i * S32;
        const start = this.#u64(at + FRAME_OFFSET) + this.#ipInFrame(at);
        return new Uint8Array(this.#borrow(), start, this.u32[at + IP_LENGTH]);
    }

    borrowedPayload(i) {
        within(this, i);
        const at = i * S32;
        const start = this.#u64(at + PAYLOAD_OFFSET);
        return new Uint8Array(this.#borrow(), start, this.u32[at + PAYLOAD_LENGTH]);
    }

    payload(i) { return this.borrowedPayload(i).slice(); }
    frame(i) { return this.borrowedFrame(i).slice(); }

    packet(i) {
        const frame = this.frame(i);
        const at = i * S32;
        const ip = this.#ipInFrame(at);
        const payload = this.#u64(at + PAYLOAD_OFFSET) - this.#u64(at + FRAME_OFFSET);
        return {
            frameNumber: this.frameNumber(i),
            timestamp: this.timestamp(i),
            timestampNs: this.timestampNs(i),
            ipVersion: this.ipVersion(i),
            sourceAddress: this.sourceAddress(i),
            sourcePort: this.sourcePort(i),
            destinationAddress: this.destinationAddress(i),
            destinationPort: this.destinationPort(i),
            tos: this.tos(i),
            id: this.id(i),
            flags: this.flags(i),
            offset: this.offset(i),
            ttl: this.ttl(i),
            checksum: this.checksum(i),
            ipProtocol: this.ipProtocol(i),
            payloadWireLength: this.payloadWireLength(i),
            frameWireLength: this.frameWireLength(i),
            linkType: this.linkType(i),
            interfaceIndex: this.interfaceIndex(i),
            direction: this.direction(i),
            notes: this.notes(i),
            payload: frame.subarray(payload, payload + this.payloadLength(i)),
            ip: frame.subarray(ip, ip + this.ipLength(i)),
            frame,
        };
    }

    *[Symbol.iterator]() {
        for (let i = 0; i < this.length; i++) yield this.packet(i);
    }

    #u64(at) { return this.u32[at + 1] * HIGH + this.u32[at]; }

    // Pointers into one frame differ by less than 2^32.
    #ipInFrame(at) { return this.u32[at + IP] - this.u32[at + FRAME] >>> 0; }

    #text(i, field) {
        const at = i * S32 + field;
        return this.u8[i * S8 + VERSION] === 4 ? text4(this.u32[at]) : text6(this.u32, at);
    }

    #ip(i, field) {
        const at = i * S8 + field * 4;
        return this.u8.slice(at, at + (this.u8[i * S8 + VERSION] === 4 ? 4 : 16));
    }

    #borrow() {
        if (this.#bytes === null) {
            batchBytes(this.#handle, base, length);
            this.#bytes = view(base[0], Number(length[0]));
        }
        return this.#bytes;
    }

    static {
        retire = (batch) => {
            batch.length = 0;
            if (batch.#bytes !== null) detach(batch.#bytes);
            batch.#bytes = null;
        };
    }
}

function within(batch, i) {
    if (!(i < batch.length)) outside(batch, i);
}

function outside(batch, i) {
    throw new RangeError(batch.length === 0 && Number.isInteger(i)
        ? 'this batch is over: another was taken, or the monitor closed'
        : `a batch of ${batch.length} packets has none at ${i}`);
}
