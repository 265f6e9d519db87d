// Counts packets by protocol and by pair of addresses, from batches, without an object
// for any of them.

const MOST_PAIRS = 20_000; // that are remembered
const SHOWN = 100;
const SMOOTH = 0.35; // how much the newest half second weighs in a pair's rate

const NAMES = { 1: 'ICMP', 6: 'TCP', 17: 'UDP', 58: 'ICMPv6' };
const OTHER = 'Other';
export const PROTOCOLS = ['TCP', 'UDP', 'ICMP', 'ICMPv6', OTHER];
const placeOf = Uint8Array.from({ length: 256 }, (_, number) =>
    PROTOCOLS.indexOf(NAMES[number] ?? OTHER),
);

export class Traffic {
    #packets = new Float64Array(PROTOCOLS.length);
    #bytes = new Float64Array(PROTOCOLS.length);
    #pairs = new Map(); // of maps: texts of addresses are the same objects each time
    #count = 0;

    add(batch, from, to) {
        for (let i = from; i < to; i++) {
            const bytes = batch.frameWireLength(i);
            const place = placeOf[batch.ipProtocol(i)];
            this.#packets[place]++;
            this.#bytes[place] += bytes;
            const pair = this.#pair(batch.sourceAddress(i), batch.destinationAddress(i));
            pair.packets++;
            pair.bytes += bytes;
            pair.newPackets++;
            pair.newBytes += bytes;
        }
    }

    // Both directions are one pair.
    #pair(a, b) {
        if (b < a) [a, b] = [b, a];
        let peers = this.#pairs.get(a);
        if (peers === undefined) this.#pairs.set(a, (peers = new Map()));
        let pair = peers.get(b);
        if (pair === undefined) {
            pair = {
                a,
                b,
                packets: 0,
                bytes: 0,
                newPackets: 0,
                newBytes: 0,
                packetRate: 0,
                bitRate: 0,
            };
            peers.set(b, pair);
            this.#count++;
        }
        return pair;
    }

    /** What came in the `seconds` since the last time. */
    tick(seconds) {
        const point = {
            packets: Array.from(this.#packets, (n) => n / seconds),
            bits: Array.from(this.#bytes, (n) => (n * 8) / seconds),
        };
        this.#packets.fill(0);
        this.#bytes.fill(0);
        const all = [];
        for (const peers of this.#pairs.values()) {
            for (const pair of peers.values()) {
                pair.packetRate += (pair.newPackets / seconds - pair.packetRate) * SMOOTH;
                pair.bitRate += ((pair.newBytes * 8) / seconds - pair.bitRate) * SMOOTH;
                pair.newPackets = pair.newBytes = 0;
                if (pair.bitRate < 0.5) pair.bitRate = pair.packetRate = 0;
                all.push(pair);
            }
        }
        all.sort((one, other) => other.bitRate - one.bitRate || other.bytes - one.bytes);
        for (const { a, b } of all.slice((MOST_PAIRS / 2) * (this.#count > MOST_PAIRS ? 1 : 2))) {
            this.#forget(a, b);
        }
        const pairs = all.slice(0, SHOWN).map(({ a, b, packets, bytes, packetRate, bitRate }) => ({
            a,
            b,
            packets,
            bytes,
            packetRate,
            bitRate,
        }));
        return { point, pairs, others: Math.max(0, this.#count - SHOWN) };
    }

    #forget(a, b) {
        const peers = this.#pairs.get(a);
        peers.delete(b);
        if (peers.size === 0) this.#pairs.delete(a);
        this.#count--;
    }
}
