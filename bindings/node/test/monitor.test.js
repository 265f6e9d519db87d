import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { IpmonError, Monitor, STATUS } from 'ipmon';
import { capture, many, SAMPLE, SAMPLE_PACKETS, udp4 } from './capture.js';

async function count(monitor) {
    let packets = 0;
    for await (const batch of monitor) packets += batch.length;
    return packets;
}

test('a loop reads a file to its end, and the ledger adds up', async () => {
    const monitor = new Monitor({ file: SAMPLE });
    const notices = [];
    monitor.on('notice', (notice) => notices.push(notice));
    assert.equal(await count(monitor), SAMPLE_PACKETS);
    assert.ok(monitor.closed);
    const { received, delivered, bytes, ...others } = monitor.stats;
    assert.equal(delivered, SAMPLE_PACKETS);
    assert.equal(received, delivered + Object.values(others).reduce((a, b) => a + b));
    assert.equal(bytes, readFileSync(SAMPLE).length);
    assert.equal(notices.length, 1);
    const { name, code, status, count: frames } = notices[0];
    assert.deepEqual(
        { name, code, status, frames },
        { name: 'ENDED', code: 1, status: 'OK', frames: 0 },
    );
});

test('a filter, and a mapped file', async () => {
    const udp = await count(new Monitor({ file: SAMPLE, filter: 'udp' }));
    const others = await count(new Monitor({ file: SAMPLE, filter: 'not udp', fileAccess: 'map' }));
    assert.ok(udp > 0 && others > 0);
    assert.equal(udp + others, SAMPLE_PACKETS);
});

test("failures carry their status and the library's text", async () => {
    const file = 'no/such/file.pcap';
    assert.throws(
        () => new Monitor({ file }),
        (error) =>
            error instanceof IpmonError &&
            error.code === 'NOT_FOUND' &&
            error.status === STATUS.NOT_FOUND &&
            error.message.includes(file),
    );
    assert.throws(() => new Monitor({ file: SAMPLE, filter: 'tcp port port' }), {
        code: 'BAD_FILTER',
        message: /syntax error/,
    });
    assert.throws(() => new Monitor({ interface: 'nosuchdevice0' }), { code: 'NO_DEVICE' });
    assert.throws(() => new Monitor({ file: SAMPLE, snapLength: 0 }), { code: 'BAD_ARGUMENT' });
    await assert.rejects(count(new Monitor({ file: 'Cargo.toml' })), { code: 'NOT_A_CAPTURE' });
});

test('options that are none are refused before anything is opened', () => {
    for (const options of [
        { files: SAMPLE },
        { file: 7 },
        { file: 'a\0b' },
        { file: SAMPLE, interface: 'lo' },
        { direction: 'up' },
        { promiscuous: 1 },
        { snapLength: 1.5 },
        { bufferSize: -1 },
        { batchSize: 5000 },
    ]) {
        assert.throws(() => new Monitor(options), TypeError, JSON.stringify(options));
    }
});

test('a file that is cut delivers what is there, and then fails', async () => {
    const file = capture(
        [0, 1, 2].map((id) => udp4({ source: [1, 2, 3, 4], destination: [5, 6, 7, 8], id })),
    );
    writeFileSync(file, readFileSync(file).subarray(0, -5));
    let packets = 0;
    const monitor = new Monitor({ file });
    await assert.rejects(
        async () => {
            for await (const batch of monitor) packets += batch.length;
        },
        { code: 'TRUNCATED', message: /byte/ },
    );
    assert.equal(packets, 2);
    assert.ok(monitor.closed);
});

test('a closed monitor is refused, and says so', async () => {
    const monitor = new Monitor({ file: SAMPLE });
    monitor.close();
    monitor.close();
    await assert.rejects(count(monitor), { code: 'CLOSED', message: /closed/ });
    assert.throws(() => monitor.acceptData, { code: 'CLOSED' });
    assert.throws(
        () => {
            monitor.acceptData = true;
        },
        { code: 'CLOSED' },
    );
    assert.equal(monitor.stats.delivered, 0);
});

test('leaving a loop closes, and so does what is thrown in it', async () => {
    const left = new Monitor({ file: SAMPLE });
    for await (const _ of left) break;
    assert.ok(left.closed);
    const thrown = new Monitor({ file: SAMPLE });
    await assert.rejects(
        async () => {
            for await (const _ of thrown) throw new Error('mine');
        },
        { message: 'mine' },
    );
    assert.ok(thrown.closed);
});

test('packets have one taker at a time', async () => {
    const monitor = new Monitor({ file: SAMPLE });
    const loop = monitor[Symbol.asyncIterator]();
    assert.throws(() => monitor[Symbol.asyncIterator](), { code: 'BUSY' });
    assert.throws(() => monitor.on('packets', () => undefined), { code: 'BUSY' });
    const first = loop.next();
    await assert.rejects(loop.next(), { code: 'BUSY' });
    assert.ok((await first).value.length > 0);
    await loop.return();
    assert.deepEqual(await loop.next(), { done: true, value: undefined });
});

test('paused packets are counted and not delivered', async () => {
    const monitor = new Monitor({ file: SAMPLE });
    assert.equal(monitor.acceptData, true);
    monitor.acceptData = false;
    assert.equal(monitor.acceptData, false);
    assert.equal(await count(monitor), 0);
    assert.equal(monitor.stats.paused, SAMPLE_PACKETS);
});

test('a long file leaves the event loop its turns', async () => {
    const file = many(200_000);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const until = performance.now() + 60;
    while (performance.now() < until) {
        for await (const batch of new Monitor({ file })) void batch;
    }
    clearInterval(timer);
    assert.ok(ticks >= 3, `${ticks} turns`);
});

test('standard input is waited for in the event loop', async () => {
    const child = spawn(
        process.execPath,
        [
            '--input-type=module',
            '-e',
            `
        import { Monitor } from 'ipmon';
        let packets = 0, ticks = 0;
        const timer = setInterval(() => ticks++, 5);
        console.error('ready');
        for await (const batch of new Monitor({ file: '-' })) packets += batch.length;
        clearInterval(timer);
        console.log(packets, ticks > 3);`,
        ],
        { cwd: fileURLToPath(new URL('.', import.meta.url)) },
    );
    const bytes = readFileSync(SAMPLE);
    await once(child.stderr, 'data');
    child.stdin.write(bytes.subarray(0, 3000));
    await sleep(150);
    child.stdin.end(bytes.subarray(3000));
    let out = '';
    for await (const chunk of child.stdout) out += chunk;
    assert.equal(out, `${SAMPLE_PACKETS} true\n`);
});

const descriptors = () => readdirSync('/proc/self/fd').length;

test('a monitor works in a worker thread, and ends with it', async () => {
    await count(new Monitor({ file: SAMPLE }));
    const before = descriptors();
    const worker = new Worker(new URL('worker.js', import.meta.url), { workerData: SAMPLE });
    const [[answer]] = await Promise.all([
        once(worker, 'message'),
        once(worker, 'exit'),
        count(new Monitor({ file: SAMPLE })),
    ]);
    assert.deepEqual(answer, { packets: SAMPLE_PACKETS, notices: ['ENDED'] });
    assert.ok(descriptors() <= before, `${descriptors()} of ${before}`);
});

test(
    'a monitor that nobody holds is freed',
    { skip: typeof gc !== 'function' && 'needs --expose-gc' },
    async () => {
        const before = descriptors();
        await (async () => {
            for (let i = 0; i < 50; i++) {
                const monitor = new Monitor({ file: SAMPLE });
                if (i % 2) await monitor[Symbol.asyncIterator]().next();
            }
        })();
        assert.ok(descriptors() > before + 50);
        for (let i = 0; i < 50 && descriptors() > before; i++) {
            gc();
            await sleep(10);
        }
        assert.ok(descriptors() <= before, `${descriptors()} of ${before}`);
    },
);
