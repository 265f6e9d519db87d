import { EventEmitter } from 'node:events';

/**
 * What a monitor reads, and how. Without `file` and `interface` it watches the interface of the
 * default route.
 */
export interface MonitorOptions {
    /** A capture file, pcap or pcapng, plain or with gzip or zstd; '-' is standard input. */
    file?: string;
    /** The name of an interface, a local address of it, or 'any'. */
    interface?: string;
    /** A filter expression as tcpdump has it: `tcp port 443`. */
    filter?: string;
    /** Live: which packets are taken; 'any' by default. */
    direction?: 'any' | 'in' | 'out';
    /** Live: frames that are not addressed to this host as well; true by default. */
    promiscuous?: boolean;
    /** Live: bytes of each frame that are kept, 1 to 262,144, the default. */
    snapLength?: number;
    /**
     * Live: bytes of the kernel's ring; 33,554,432 by default. It holds what arrives while
     * JavaScript is busy.
     */
    bufferSize?: number;
    /** Live: microseconds for which a packet may wait for others; 1,000 by default. */
    latency?: number;
    /** 'map' maps files into memory: only for files that nobody shortens meanwhile. */
    fileAccess?: 'read' | 'map';
    /** Live: waits for an interface that was removed, instead of ending; false by default. */
    reopen?: boolean;
    /** Live: frames of every multicast group; false by default. */
    allMulticast?: boolean;
    /** Live: whose clock stamps packets; 'host' by default. */
    timeSource?: 'host' | 'adapter';
    /** The most packets of one batch, 1 to 4,096; 1,024 by default. */
    batchSize?: number;
}

/**
 * One packet, copied: safe to keep. The three arrays share one buffer, which is the packet's own.
 */
export interface Packet {
    /** The number of the frame in this run, from 1; frames without an IP packet count too. */
    frameNumber: number;
    /** Microseconds since 1970-01-01 UTC, rounded down; exact until the year 2255. */
    timestamp: number;
    /** Nanoseconds since 1970-01-01 UTC, as exact as the source has them. */
    timestampNs: bigint;
    ipVersion: number;
    /** Dotted decimal, or RFC 5952 for IPv6. */
    sourceAddress: string;
    /** Of TCP, UDP, UDP-Lite, SCTP and DCCP; 0 for others, and for fragments but the first. */
    sourcePort: number;
    destinationAddress: string;
    destinationPort: number;
    /** Type of service of IPv4, traffic class of IPv6. */
    tos: number;
    id: number;
    /** Reserved 4, don't fragment 2, more fragments 1. */
    flags: number;
    /** The fragment offset, in units of 8 bytes. */
    offset: number;
    ttl: number;
    /** The header checksum of IPv4 as it stands there; 0 for IPv6. */
    checksum: number;
    /** The protocol of the payload: 6 is TCP, 17 is UDP. */
    ipProtocol: number;
    /**
     * Bytes of the payload as the IP header states them: more than `payload.length` where the
     * capture cut it.
     */
    payloadWireLength: number;
    frameWireLength: number;
    /** A LINKTYPE_ number: 1 is Ethernet. */
    linkType: number;
    interfaceIndex: number;
    /** One of `DIRECTION`. */
    direction: number;
    /** Bits of `NOTE`. */
    notes: number;
    payload: Uint8Array;
    /** The whole IP packet, headers included. */
    ip: Uint8Array;
    /** The whole frame, link-layer headers included. */
    frame: Uint8Array;
}

/**
 * Packets that came together, read where they lie: field by field, by their index, without an
 * object for each.
 *
 * A batch is over when the next one is taken, when the event's listeners returned, or when the
 * monitor closes: `length` is 0 then, and every function throws a RangeError. What functions
 * return is safe to keep, but for what `borrowed…` lends.
 */
export interface Batch extends Iterable<Packet> {
    readonly length: number;
    ipVersion(i: number): number;
    tos(i: number): number;
    flags(i: number): number;
    ttl(i: number): number;
    ipProtocol(i: number): number;
    direction(i: number): number;
    sourcePort(i: number): number;
    destinationPort(i: number): number;
    offset(i: number): number;
    checksum(i: number): number;
    id(i: number): number;
    /** Captured bytes of the payload. */
    payloadLength(i: number): number;
    payloadWireLength(i: number): number;
    ipLength(i: number): number;
    frameLength(i: number): number;
    frameWireLength(i: number): number;
    linkType(i: number): number;
    interfaceIndex(i: number): number;
    notes(i: number): number;
    frameNumber(i: number): number;
    timestamp(i: number): number;
    timestampNs(i: number): bigint;
    /** As text; texts of addresses that repeat are not made anew. */
    sourceAddress(i: number): string;
    destinationAddress(i: number): string;
    /** In network order: 4 bytes, or 16; a copy. */
    sourceIp(i: number): Uint8Array;
    destinationIp(i: number): Uint8Array;
    /** A copy. */
    payload(i: number): Uint8Array;
    /** A copy. */
    frame(i: number): Uint8Array;
    /**
     * The library's own bytes, not to be written. When the batch is over the array is empty: its
     * length is 0.
     */
    borrowedPayload(i: number): Uint8Array;
    borrowedIp(i: number): Uint8Array;
    borrowedFrame(i: number): Uint8Array;
    /** Everything about a packet, copied. */
    packet(i: number): Packet;

    /**
     * The array of structs itself, in several widths, for who counts nanoseconds: packet `i`
     * begins at byte `i * PACKET_LAYOUT.size`. Nothing is checked: behind `length`, or in a batch
     * that is over, lies something else.
     */
    readonly u8: Uint8Array;
    readonly u16: Uint16Array;
    readonly u32: Uint32Array;
    readonly i32: Int32Array;
    readonly i64: BigInt64Array;
}

/** What became of every frame: `received` is the sum of all others but `bytes`. */
export interface Stats {
    received: number;
    delivered: number;
    notIp: number;
    unsupported: number;
    truncated: number;
    malformedVersion: number;
    malformedHeaderLength: number;
    malformedTotalLength: number;
    malformedShort: number;
    filtered: number;
    paused: number;
    discarded: number;
    /** Frames that the kernel had no room for. */
    dropped: number;
    bytes: number;
}

export interface Notice {
    name: keyof typeof NOTICE | `NOTICE_${number}`;
    code: number;
    /** ENDED: how the run ended; 'OK' otherwise. */
    status: ErrorCode | 'OK';
    /** GAP: how many frames. */
    count: number;
    /** Microseconds since 1970-01-01 UTC. */
    timestamp: number;
    text: string;
}

/** The names of `IPMON_STATUS_`, and CLOSED for a monitor that was closed. */
export type ErrorCode = Exclude<keyof typeof STATUS, 'OK'> | 'CLOSED';

export class IpmonError extends Error {
    readonly name: 'IpmonError';
    readonly code: ErrorCode;
    /** The number of the status. */
    readonly status: number;
}

interface Events {
    /** A batch, which is over when the listeners returned. */
    packets: [batch: Batch];
    /** One packet, copied. */
    packet: [packet: Packet];
    /** The last packet of a file was told. */
    end: [];
    /** What ended the run. */
    error: [error: IpmonError];
    notice: [notice: Notice];
    close: [];
}

/**
 * Reads a capture file, or watches an interface: as an async iterator of batches, or by events. It
 * opens at once, and throws where that fails. Packets are taken in the event loop's own thread; a
 * turn of the loop takes 5 ms of them at most. When it ends, and when a loop is left, it closes.
 */
export class Monitor extends EventEmitter implements AsyncIterable<Batch> {
    constructor(options?: MonitorOptions);
    /**
     * Batch by batch; leaving the loop closes the monitor, and so does a failure, which it throws.
     */
    [Symbol.asyncIterator](): AsyncIterableIterator<Batch>;
    /** Ends the run and frees what the monitor holds; once more does nothing. */
    close(): void;
    [Symbol.dispose](): void;
    readonly closed: boolean;
    /** The ledger; of a closed monitor, as it ended. */
    readonly stats: Stats;
    /** False pauses: packets that come are counted as `paused` and not delivered. */
    acceptData: boolean;
    /** Whether waiting for packets keeps the process alive; it does by default. */
    ref(): this;
    unref(): this;

    on<E extends keyof Events>(event: E, listener: (...args: Events[E]) => void): this;
    once<E extends keyof Events>(event: E, listener: (...args: Events[E]) => void): this;
    addListener<E extends keyof Events>(event: E, listener: (...args: Events[E]) => void): this;
    off<E extends keyof Events>(event: E, listener: (...args: Events[E]) => void): this;
    removeListener<E extends keyof Events>(event: E, listener: (...args: Events[E]) => void): this;
}

export interface Adapter {
    name: string;
    interfaceIndex: number;
    /** Bits of `ADAPTER`. */
    flags: number;
    addressCount: number;
    hardwareAddress: Uint8Array;
}

export interface IpAddress {
    address: string;
    ip: Uint8Array;
    ipVersion: number;
    prefixLength: number;
    interfaceIndex: number;
    interfaceName: string;
}

/** The network interfaces, by index. */
export function adapters(): Adapter[];
/** The addresses of this machine. */
export function ipAddresses(): IpAddress[];
/** Throws what keeps a live capture with these options from starting. */
export function checkAccess(options?: MonitorOptions): void;

/** The version of the library that was loaded. */
export const version: string;

/** Where each field of a packet lies, in bytes, in `Batch.u8` and its like. */
export const PACKET_LAYOUT: {
    readonly size: number;
    readonly fields: Readonly<Record<string, { offset: number; size: number; type: string }>>;
};

export const STATUS: {
    readonly OK: 0;
    readonly NULL_ARGUMENT: number;
    readonly BAD_ARGUMENT: number;
    readonly BAD_HANDLE: number;
    readonly BAD_SIZE: number;
    readonly BUSY: number;
    readonly PENDING: number;
    readonly INTERRUPTED: number;
    readonly TIMEOUT: number;
    readonly END: number;
    readonly NO_MEMORY: number;
    readonly NO_PERMISSION: number;
    readonly NO_DEVICE: number;
    readonly DEVICE_DOWN: number;
    readonly DEVICE_GONE: number;
    readonly NO_LIBPCAP: number;
    readonly BAD_FILTER: number;
    readonly FILTER_TOO_COMPLEX: number;
    readonly NOT_FOUND: number;
    readonly IO: number;
    readonly NOT_A_CAPTURE: number;
    readonly TRUNCATED: number;
    readonly MALFORMED: number;
    readonly UNSUPPORTED: number;
    readonly FORKED: number;
    readonly PANIC: number;
    readonly SYSTEM: number;
};

export const NOTICE: {
    readonly ENDED: 1;
    readonly GAP: 2;
    readonly FILTER_NOT_APPLICABLE: 3;
    readonly DEVICE_DOWN: 4;
    readonly DEVICE_UP: 5;
    readonly DEVICE_RENAMED: 6;
    readonly DEVICE_REMOVED: 7;
    readonly DEVICE_ADDRESS: 8;
    readonly DEVICE_LINK_TYPE: 9;
    readonly DEVICE_AGAIN: 10;
};

export const NOTE: {
    readonly TRUNCATED: 1;
    readonly FRAGMENT: 2;
    readonly PADDING: 4;
    readonly LENGTH_ZERO: 8;
    readonly EXTENSION_TRUNCATED: 16;
    readonly TIME_OUT_OF_RANGE: 32;
    readonly NO_TIME: 64;
    readonly OFFLOADED: 128;
    readonly CHECKSUM_NOT_READY: 256;
};

export const DIRECTION: { readonly ANY: 0; readonly IN: 1; readonly OUT: 2 };
export const ADAPTER: {
    readonly UP: 1;
    readonly RUNNING: 2;
    readonly LOOPBACK: 4;
    readonly DEFAULT: 8;
};
