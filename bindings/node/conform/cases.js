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
        monitor.on('notice', (notice) => notices.push(notice.code));
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

async function sum(mode, file) {
    const monitor = new Monitor({ file });
    let packets = 0,
        total = 0;
    const stride = PACKET_LAYOUT.size / 4;
    const source = PACKET_LAYOUT.fields.source_ip.offset / 4;
    const add = (batch) => {
        packets += batch.length;
        const { i32 } = batch;
        // Sums of 32 bits at each step: more than that, and the engine counts in doubles.
        let sum = total;
        for (let i = 0; i < batch.length; i++) {
            sum = (sum + batch.sourcePort(i)) | 0;
            sum = (sum + batch.destinationPort(i)) | 0;
            sum = (sum + batch.ipVersion(i)) | 0;
            sum = (sum + batch.tos(i)) | 0;
            sum = (sum + batch.id(i)) | 0;
            sum = (sum + batch.flags(i)) | 0;
            sum = (sum + batch.offset(i)) | 0;
            sum = (sum + batch.ttl(i)) | 0;
            sum = (sum + batch.checksum(i)) | 0;
            sum = (sum + batch.ipProtocol(i)) | 0;
            sum = (sum + batch.payloadLength(i)) | 0;
            sum = (sum + batch.timestamp(i)) | 0;
            // Both addresses, one behind the other.
            const at = i * stride + source;
            for (let word = 0; word < 8; word++) sum = (sum + i32[at + word]) | 0;
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
