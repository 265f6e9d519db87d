import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Monitor } from 'ipmon';
import { capture, many, SAMPLE, SAMPLE_PACKETS, tcp6, udp4 } from './capture.js';

const source6 = [0x20, 1, 0xd, 0xb8, ...Array(11).fill(0), 0x2a];
const destination6 = [0xfe, 0x80, ...Array(13).fill(0), 1];

test('every field of a packet is what lies in the file', async () => {
    const payload = Buffer.from('hello');
    const frames = [
        udp4({ source: [192, 168, 0, 255], destination: [8, 8, 4, 4], payload }),
        Buffer.concat([Buffer.alloc(12), Buffer.from('0806', 'hex'), Buffer.alloc(46)]),
        tcp6({ source: source6, destination: destination6 }),
    ];
    const packets = [];
    for await (const batch of new Monitor({ file: capture(frames) })) packets.push(...batch);
    assert.deepEqual(packets, [
        {
            frameNumber: 1,
            timestamp: 1700000000123456,
            timestampNs: 1700000000123456789n,
            ipVersion: 4,
            sourceAddress: '192.168.0.255',
            sourcePort: 1025,
            destinationAddress: '8.8.4.4',
            destinationPort: 53,
            tos: 0x2e,
            id: 7,
            flags: 2,
            offset: 0,
            ttl: 63,
            checksum: 0x1234,
            ipProtocol: 17,
            payloadWireLength: 13,
            frameWireLength: frames[0].length,
            linkType: 1,
            interfaceIndex: 0,
            direction: 0,
            notes: 0,
            payload: Uint8Array.from(frames[0].subarray(34)),
            ip: Uint8Array.from(frames[0].subarray(14)),
            frame: Uint8Array.from(frames[0]),
        },
        {
            frameNumber: 3,
            timestamp: 1700000000123458,
            timestampNs: 1700000000123458791n,
            ipVersion: 6,
            sourceAddress: '2001:db8::2a',
            sourcePort: 80,
            destinationAddress: 'fe80::1',
            destinationPort: 443,
            tos: 0xab,
            id: 0,
            flags: 0,
            offset: 0,
            ttl: 64,
            checksum: 0,
            ipProtocol: 6,
            payloadWireLength: 20,
            frameWireLength: frames[2].length,
            linkType: 1,
            interfaceIndex: 0,
            direction: 0,
            notes: 0,
            payload: Uint8Array.from(frames[2].subarray(54)),
            ip: Uint8Array.from(frames[2].subarray(14)),
            frame: Uint8Array.from(frames[2]),
        },
    ]);
});

test('field by field a batch tells the same as its objects', async () => {
    let seen = 0;
    for await (const batch of new Monitor({ file: SAMPLE, batchSize: 7 })) {
        assert.ok(batch.length <= 7);
        for (let i = 0; i < batch.length; i++) {
            const packet = batch.packet(i);
            for (const [name, value] of Object.entries(packet)) {
                if (!(value instanceof Uint8Array)) assert.equal(batch[name](i), value, name);
            }
            for (const [of, bytes] of [
                ['payload', 'borrowedPayload'],
                ['ip', 'borrowedIp'],
                ['frame', 'borrowedFrame'],
            ]) {
                assert.deepEqual(batch[bytes](i), packet[of]);
                assert.equal(batch[`${of}Length`](i), packet[of].length);
            }
            assert.deepEqual(batch.payload(i), packet.payload);
            assert.equal(Array.from(batch.sourceIp(i)).length, packet.ipVersion === 4 ? 4 : 16);
            if (packet.ipVersion === 4)
                assert.equal(batch.destinationIp(i).join('.'), packet.destinationAddress);
            seen++;
        }
    }
    assert.equal(seen, SAMPLE_PACKETS);
});

test('addresses that share a place in the tables are not mistaken for each other', async () => {
    const address = (i) => [i >>> 24, (i >>> 16) & 255, (i >>> 8) & 255, i & 255];
    const frames = [];
    for (let i = 0; i < 20000; i++) {
        const at = address(Math.imul(i, 2654435761) >>> 0);
        frames.push(
            i % 2
                ? udp4({ source: at, destination: [0, 0, 0, 0] })
                : tcp6({ source: [...at, ...Array(8).fill(0), ...at], destination: source6 }),
        );
    }
    const file = capture(frames);
    for (let round = 0; round < 2; round++) {
        let n = 0;
        for await (const batch of new Monitor({ file })) {
            for (let i = 0; i < batch.length; i++, n++) {
                const ip = [...batch.sourceIp(i)];
                if (n % 2) {
                    assert.equal(batch.sourceAddress(i), ip.join('.'));
                    assert.equal(batch.destinationAddress(i), '0.0.0.0');
                } else {
                    // The way back: a URL reads IPv6 with other code than ours.
                    assert.equal(
                        new URL(`http://[${batch.sourceAddress(i)}]`).hostname,
                        new URL(
                            `http://[${ip
                                .map((b) => b.toString(16).padStart(2, '0'))
                                .join('')
                                .match(/..../g)
                                .join(':')}]`,
                        ).hostname,
                    );
                }
            }
        }
        assert.equal(n, frames.length);
    }
});

test('copies are safe to keep, and what was borrowed is empty when the batch is over', async () => {
    const copies = [],
        objects = [],
        lent = [];
    let old;
    for await (const batch of new Monitor({ file: many(5000), batchSize: 64 })) {
        if (old !== undefined) {
            assert.equal(old.length, 0);
            assert.throws(() => old.ttl(0), { name: 'RangeError', message: /over/ });
            assert.throws(() => old.borrowedFrame(0), RangeError);
        }
        for (let i = 0; i < batch.length; i++) {
            copies.push(batch.payload(i));
            objects.push(batch.packet(i));
            lent.push(batch.borrowedPayload(i));
        }
        assert.equal(Buffer.from(lent.at(-1)).toString(), Buffer.from(copies.at(-1)).toString());
        old = batch;
    }
    assert.equal(copies.length, 5000);
    copies.forEach((copy, i) => {
        assert.equal(Buffer.from(copy).toString('utf8', 8), `packet ${i}`);
        assert.equal(Buffer.from(objects[i].payload).toString('utf8', 8), `packet ${i}`);
        assert.equal(lent[i].length, 0);
    });
});

test('an index that is none is refused', async () => {
    for await (const batch of new Monitor({ file: SAMPLE })) {
        for (const i of [batch.length, 1e9, NaN, undefined]) {
            assert.throws(() => batch.sourcePort(i), RangeError);
            assert.throws(() => batch.packet(i), RangeError);
        }
    }
});
