import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Monitor } from 'ipmon';
import { many, SAMPLE, SAMPLE_PACKETS } from './capture.js';

test('events tell every packet, then end, then close', async () => {
    const told = [];
    let batches = 0,
        packets = 0;
    const monitor = new Monitor({ file: SAMPLE, batchSize: 10 })
        .on('packets', (batch) => {
            batches += batch.length;
        })
        .on('packet', (packet) => {
            packets++;
            assert.ok(packet.frame.length >= packet.ip.length);
        })
        .on('notice', ({ name }) => told.push(name))
        .on('end', () => told.push('end'))
        .on('close', () => told.push('close'));
    await once(monitor, 'close');
    assert.deepEqual([batches, packets], [SAMPLE_PACKETS, SAMPLE_PACKETS]);
    assert.deepEqual(told, ['ENDED', 'end', 'close']);
});

test('a failure is an error event, and close follows', async () => {
    const monitor = new Monitor({ file: 'Cargo.toml' }).on('packets', () => undefined);
    const close = once(monitor, 'close').catch(() => undefined);
    const [error] = await once(monitor, 'error');
    assert.equal(error.code, 'NOT_A_CAPTURE');
    await close;
    assert.ok(monitor.closed);
});

test('nothing is told after a listener closes', async () => {
    let packets = 0,
        late = 0;
    const monitor = new Monitor({ file: many(5000) });
    monitor.on('packet', () => {
        if (monitor.closed) late++;
        if (++packets === 3) monitor.close();
    });
    monitor.on('end', () => late++);
    await once(monitor, 'close');
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual([packets, late], [3, 0]);
});

test('a close between two turns is not overtaken by what was due', async () => {
    for (let i = 0; i < 200; i++) {
        let packets = 0;
        const monitor = new Monitor({ file: SAMPLE, batchSize: 1 });
        monitor.on('packets', (batch) => {
            packets += batch.length;
            if (packets === 1 + (i % 5)) setImmediate(() => monitor.close());
        });
        await once(monitor, 'close');
        assert.ok(packets >= 1);
    }
});

test('events rest while nobody listens, and go on', async () => {
    const monitor = new Monitor({ file: many(3000), batchSize: 100 });
    let first = 0;
    await new Promise((resolve) =>
        monitor.on('packets', function listener(batch) {
            first += batch.length;
            monitor.off('packets', listener);
            resolve();
        }),
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(first, 100);
    let rest = 0;
    monitor.on('packets', (batch) => {
        rest += batch.length;
    });
    await once(monitor, 'end');
    assert.equal(first + rest, 3000);
});

test('a listener for notices may close', async () => {
    const monitor = new Monitor({ file: SAMPLE }).on('packets', () => undefined);
    monitor.on('notice', () => monitor.close());
    await once(monitor, 'close');
    assert.equal(monitor.stats.delivered, SAMPLE_PACKETS);
});

test("what a listener throws is the process's, and the next packets come", async () => {
    let caught = 0,
        packets = 0;
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (error) => {
        if (error.message === 'mine') caught++;
    });
    const monitor = new Monitor({ file: SAMPLE, batchSize: 8 });
    monitor.on('packets', (batch) => {
        packets += batch.length;
        if (packets === 8) throw new Error('mine');
    });
    await once(monitor, 'close');
    process.removeAllListeners('uncaughtException');
    for (const listener of listeners) process.on('uncaughtException', listener);
    assert.deepEqual([caught, packets], [1, SAMPLE_PACKETS]);
});
