import { writeSync } from 'node:fs';
import { Monitor, PACKET_LAYOUT } from 'ipmon';
import { noStats } from '../src/stats.js';
import { fnv, hex } from './fnv.js';

const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const text = (value) =>
    `"${value
        .replace(/["\\]/g, '\\$&')
        .replace(/[\0-\x1f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`;

/** A line for a packet; `field` has its fields by name, addresses and bytes included. */
const line = (field) =>
    `{"frame_number":${field('frameNumber')},` +
    `"timestamp":${micros(field)},"timestamp_ns":${field('timestampNs')},` +
    `"ip_version":${field('ipVersion')},"source_address":${text(field('sourceAddress'))},` +
    `"source_port":${field('sourcePort')},` +
    `"destination_address":${text(field('destinationAddress'))},` +
    [
        'destinationPort',
        'tos',
        'id',
        'flags',
        'offset',
        'ttl',
        'checksum',
        'ipProtocol',
        'payloadLength',
        'payloadWireLength',
        'ipLength',
        'frameLength',
        'frameWireLength',
        'linkType',
        'interfaceIndex',
        'direction',
        'notes',
    ]
        .map((name) => `"${snake(name)}":${field(name)},`)
        .join('') +
    ['payload', 'ip', 'frame'].map((name) => `"${name}":"${hex(fnv(field(name)))}"`).join(',') +
    '}\n';

// After the year 2255 microseconds are more than a number holds exactly.
function micros(field) {
    const timestamp = field('timestamp');
    if (Number.isSafeInteger(timestamp)) return timestamp;
    const ns = field('timestampNs');
    return (ns - (((ns % 1000n) + 1000n) % 1000n)) / 1000n;
}

const borrowed = { payload: 'borrowedPayload', ip: 'borrowedIp', frame: 'borrowedFrame' };
const inBatch = (batch, i) => (name) => batch[borrowed[name] ?? name](i);
const inObject = (packet) => (name) =>
    name in packet ? packet[name] : packet[name.slice(0, -'Length'.length)].length;

let out = '';
function print(line) {
    out += line;
    if (out.length > 60000) flush();
}
function flush() {
    for (let bytes = Buffer.from(out); bytes.length > 0;)
        bytes = bytes.subarray(writeSync(1, bytes));
    out = '';
}

async function pull(monitor) {
    for await (const batch of monitor) {
        for (let i = 0; i < batch.length; i++) print(line(inBatch(batch, i)));
    }
}

function push(monitor) {
    return new Promise((resolve, reject) => {
        monitor
            .on('packet', (packet) => print(line(inObject(packet))))
            .on('end', resolve)
            .on('error', reject);
    });
}

async function read(mode, file, ...words) {
    const options = { file };
    for (const [name, value] of words.map((word) => word.split(/=(.*)/s))) {
        if (name === 'filter') options.filter = value;
        else if (name === 'file_access') options.fileAccess = ['read', 'map'][value];
        else throw new Error(`no option ${name}`);
    }
    const notices = [];
    let monitor,
        code = 'END',
        message = '';
    try {
        monitor = new Monitor(options);
        // Every run ends with ENDED, which is 1.
        monitor.on('notice', ({ code }) => code === 1 || notices.push(code));
        await { pull, push }[mode](monitor);
    } catch (error) {
        if (error.name !== 'IpmonError') throw error;
        ({ code, message } = error);
    }
    const stats = Object.entries(monitor?.stats ?? noStats);
    print(
        `{"status":${text(code)},"text":${text(message)},"notices":[${notices}],"stats":{${stats.map(
            ([name, value]) => `"${snake(name)}":${value}`,
        )}}}\n`,
    );
    flush();
}

// The fastest way to read a batch: its columns. Where a field lies, in units of 4 bytes; of
// those that share such a word, where it does.
const place = (field) => PACKET_LAYOUT.fields[field].offset / 4;
const STRIDE = PACKET_LAYOUT.size / 4;
const VERSION = place('ip_version'); // and tos, flags, ttl
const PORTS = place('source_port'); // and that of the destination
const ID = place('id');
const OFFSET = place('offset'); // and the checksum
const PROTOCOL = place('ip_protocol');
const PAYLOAD_LENGTH = place('payload_length');
const TIMESTAMP = place('timestamp'); // its lower half
const SOURCE_IP = place('source_ip'); // and the destination behind it

async function sum(mode, file) {
    const monitor = new Monitor({ file });
    let packets = 0;
    let total = 0;
    const add = ({ length, u8, i32 }) => {
        packets += length;
        // Sums of 32 bits at each step: more than that, and the engine counts in doubles.
        let sum = total;
        // Fields that lie in one word are read at once: of its parts each is added.
        for (let word = 0; word < length * STRIDE; word += STRIDE) {
            const first = i32[word + VERSION];
            const ports = i32[word + PORTS];
            const both = i32[word + OFFSET];
            sum = (sum + (ports & 0xffff) + (ports >>> 16)) | 0;
            sum = (sum + (first & 255) + ((first >> 8) & 255)) | 0;
            sum = (sum + ((first >> 16) & 255) + (first >>> 24)) | 0;
            sum = (sum + (both & 0xffff) + (both >>> 16)) | 0;
            sum = (sum + u8[(word + PROTOCOL) * 4]) | 0;
            sum = (sum + i32[word + ID]) | 0;
            sum = (sum + i32[word + PAYLOAD_LENGTH]) | 0;
            sum = (sum + i32[word + TIMESTAMP]) | 0;
            const ip = word + SOURCE_IP;
            sum = (sum + i32[ip]) | 0;
            sum = (sum + i32[ip + 4]) | 0;
            // Of an IPv4 address the rest is 0.
            if (u8[(word + VERSION) * 4] === 4) continue;
            sum = (sum + i32[ip + 1]) | 0;
            sum = (sum + i32[ip + 2]) | 0;
            sum = (sum + i32[ip + 3]) | 0;
            sum = (sum + i32[ip + 5]) | 0;
            sum = (sum + i32[ip + 6]) | 0;
            sum = (sum + i32[ip + 7]) | 0;
        }
        total = sum;
    };
    if (mode === 'pull') {
        for await (const batch of monitor) add(batch);
    } else {
        monitor.on('packets', add);
        await new Promise((resolve, reject) => monitor.on('end', resolve).on('error', reject));
    }
    console.log(`{"packets":${packets},"sum":${total >>> 0}}`);
}

export { read as case, sum };
