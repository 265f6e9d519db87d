// The ledger: what became of every frame.
import { getStats } from './library.js';
import { camel, stats as layout } from './layout.js';

const counters = Object.entries(layout.fields)
    .filter(([, { type }]) => type === 'u64')
    .map(([name, { offset }]) => [camel(name), offset]);
const bytes = new DataView(new ArrayBuffer(layout.size));

export const noStats = Object.fromEntries(counters.map(([name]) => [name, 0]));

export function readStats(handle) {
    getStats(handle, bytes.buffer, layout.size);
    return Object.fromEntries(
        counters.map(([name, offset]) => [name, Number(bytes.getBigUint64(offset, true))]),
    );
}
