// Captures of the tests' own, and the sample of the checkout.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after } from 'node:test';

/** 96 IP packets among 102 frames; tests run in the root of the checkout. */
export const SAMPLE = resolve('tests/data/sample.pcap');
export const SAMPLE_PACKETS = 96;

const folder = mkdtempSync(join(tmpdir(), 'ipmon-node-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** An Ethernet frame with IPv4 and UDP, whose payload is `payload`. */
export function udp4({
    source,
    destination,
    ports = [1025, 53],
    payload = Buffer.alloc(0),
    id = 7,
}) {
    const ip = Buffer.alloc(28);
    ip.set([0x45, 0x2e]);
    ip.writeUInt16BE(28 + payload.length, 2);
    ip.writeUInt16BE(id, 4);
    ip.writeUInt16BE(0x4000, 6);
    ip.set([63, 17, 0x12, 0x34, ...source, ...destination], 8);
    ip.writeUInt16BE(ports[0], 20);
    ip.writeUInt16BE(ports[1], 22);
    ip.writeUInt16BE(8 + payload.length, 24);
    return Buffer.concat([Buffer.from('020000000001020000000002' + '0800', 'hex'), ip, payload]);
}

/** An Ethernet frame with IPv6 and ports of TCP. */
export function tcp6({ source, destination, ports = [80, 443] }) {
    const ip = Buffer.alloc(60);
    ip.set([0x6a, 0xb0]);
    ip.writeUInt16BE(20, 4);
    ip.set([6, 64], 6);
    ip.set(source, 8);
    ip.set(destination, 24);
    ip.writeUInt16BE(ports[0], 40);
    ip.writeUInt16BE(ports[1], 42);
    ip[52] = 0x50;
    return Buffer.concat([Buffer.from('020000000001020000000002' + '86dd', 'hex'), ip]);
}

/** A pcap file of nanoseconds with these frames, a microsecond and a nanosecond apart. */
export function capture(frames, name = `${Math.random()}.pcap`) {
    const header = Buffer.alloc(24);
    header.writeUInt32LE(0xa1b23c4d, 0);
    header.set([2, 0, 4, 0], 4);
    header.writeUInt32LE(262144, 16);
    header.writeUInt32LE(1, 20);
    const records = frames.flatMap((frame, i) => {
        const record = Buffer.alloc(16);
        record.writeUInt32LE(1_700_000_000, 0);
        record.writeUInt32LE(123_456_789 + i * 1001, 4);
        record.writeUInt32LE(frame.length, 8);
        record.writeUInt32LE(frame.length, 12);
        return [record, frame];
    });
    const path = join(folder, name);
    writeFileSync(path, Buffer.concat([header, ...records]));
    return path;
}

/** A capture of `count` packets that differ in their ids and payloads. */
export const many = (count) =>
    capture(
        Array.from({ length: count }, (_, i) =>
            udp4({
                source: [10, 0, (i >>> 8) & 255, i & 255],
                destination: [10, 9, 8, 7],
                payload: Buffer.from(`packet ${i}`),
                id: i & 0xffff,
            }),
        ),
    );
