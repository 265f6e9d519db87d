// Live capture, in a network namespace of this test's own: it starts itself there.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const INSIDE = 'IPMON_TEST_NAMESPACE';
const ip = (...words) => execFileSync('ip', words);

if (process.env[INSIDE] === undefined) {
    test('live capture', (t) => {
        if (process.getuid() !== 0 || spawnSync('unshare', ['-n', 'true']).status !== 0) {
            return t.skip('needs root, and network namespaces');
        }
        const { NODE_TEST_CONTEXT, ...env } = process.env;
        const run = spawnSync(
            'unshare',
            [
                '-n',
                process.execPath,
                '--expose-gc',
                '--test-reporter=spec',
                fileURLToPath(import.meta.url),
            ],
            { env: { ...env, [INSIDE]: '1' }, encoding: 'utf8', timeout: 60_000 },
        );
        assert.equal(run.status, 0, run.stdout + run.stderr);
        assert.match(run.stdout, /tests [1-9]/);
    });
} else {
    const { adapters, checkAccess, ipAddresses, Monitor } = await import('ipmon');
    ip('link', 'set', 'lo', 'up');

    const sent = async (count, port = 9) => {
        const socket = createSocket('udp4');
        for (let i = 0; i < count; i++) {
            await new Promise((resolve) => socket.send(`number ${i}`, port, '127.0.0.1', resolve));
        }
        socket.close();
    };

    test('a loop takes what crosses an interface, and its ledger is exact', async () => {
        const monitor = new Monitor({ interface: 'lo', filter: 'udp port 9' });
        const texts = [];
        setTimeout(() => sent(300), 20);
        for await (const batch of monitor) {
            for (let i = 0; i < batch.length; i++)
                texts.push(Buffer.from(batch.borrowedPayload(i)).toString('utf8', 8));
            if (texts.length >= 300) break;
        }
        assert.deepEqual(
            texts,
            Array.from({ length: 300 }, (_, i) => `number ${i}`),
        );
        const { received, delivered, dropped } = monitor.stats;
        assert.deepEqual(
            { received, delivered, dropped },
            { received: 300, delivered: 300, dropped: 0 },
        );
    });

    test('events come with traffic', async () => {
        const monitor = new Monitor({ interface: 'lo', filter: 'udp port 9' });
        let packets = 0;
        monitor.on('packet', ({ destinationPort, timestamp }) => {
            assert.equal(destinationPort, 9);
            assert.ok(Math.abs(timestamp / 1000 - Date.now()) < 10_000);
            if (++packets === 50) monitor.close();
        });
        sent(50);
        await once(monitor, 'close');
        assert.equal(packets, 50);
    });

    test('a burst while JavaScript is busy is not lost', async () => {
        const monitor = new Monitor({ interface: 'lo', filter: 'udp port 9' });
        let packets = 0;
        monitor.on('packets', (batch) => {
            packets += batch.length;
        });
        await sleep(10);
        // Nothing else goes on here until all of it was sent.
        const sender = spawnSync(process.execPath, [
            '--input-type=module',
            '-e',
            `import { createSocket } from 'node:dgram';
            const socket = createSocket('udp4');
            let left = 2000;
            for (let i = left; i > 0; i--) {
                socket.send('x', 9, '127.0.0.1', (error) => {
                    if (error) throw error;
                    if (--left === 0) socket.close();
                });
            }`,
        ]);
        assert.equal(sender.status, 0, String(sender.stderr));
        assert.equal(packets, 0);
        for (let i = 0; i < 200 && packets < 2000; i++) await sleep(10);
        monitor.close();
        const { received, delivered, dropped } = monitor.stats;
        assert.deepEqual(
            { packets, received, delivered, dropped },
            { packets: 2000, received: 2000, delivered: 2000, dropped: 0 },
        );
    });

    test('close ends a loop that waits on a silent interface, within 50 ms', async () => {
        const times = [];
        for (let i = 0; i < 7; i++) {
            const monitor = new Monitor({ interface: 'lo' });
            let asked;
            setTimeout(() => {
                asked = performance.now();
                monitor.close();
            }, 20);
            for await (const _ of monitor) assert.fail('nothing was sent');
            times.push(performance.now() - asked);
        }
        // The slowest are what the machine was busy with.
        times.sort((a, b) => a - b);
        assert.ok(times[3] < 50, times.join());
    });

    test('an interface that goes is a notice and a failure', async () => {
        ip('link', 'add', 'v0', 'type', 'veth', 'peer', 'name', 'v1');
        ip('link', 'set', 'v0', 'up');
        ip('link', 'set', 'v1', 'up');
        const monitor = new Monitor({ interface: 'v0' });
        const names = [];
        monitor.on('notice', (notice) => names.push(notice.name)).on('packets', () => undefined);
        setTimeout(() => ip('link', 'del', 'v0'), 50);
        const [error] = await once(monitor, 'error');
        assert.equal(error.code, 'DEVICE_GONE');
        assert.ok(names.includes('DEVICE_REMOVED'), names.join());
        assert.equal(names.at(-1), 'ENDED');
    });

    const exitOf = async (program) => {
        const child = spawn(
            process.execPath,
            ['--input-type=module', '-e', `import { Monitor } from 'ipmon';\n${program}`],
            {
                cwd: fileURLToPath(new URL('.', import.meta.url)),
                stdio: ['ignore', 'inherit', 'inherit'],
            },
        );
        const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
        const [code, signal] = await once(child, 'exit');
        clearTimeout(timer);
        return code ?? signal;
    };

    test('a monitor that waits keeps the process alive, unless it is told not to', async () => {
        const listen = "new Monitor({ interface: 'lo' }).on('packets', () => undefined)";
        assert.equal(await exitOf(`${listen}.unref();`), 0);
        assert.equal(
            await exitOf(`const m = ${listen}; setTimeout(() => m.unref(), 50).unref();
            setTimeout(() => undefined, 80);`),
            0,
        );
        assert.equal(
            await exitOf(
                `const m = ${listen}.unref().ref(); setTimeout(() => process.exit(5), 300).unref();`,
            ),
            5,
        );
    });

    test('the process may end while it captures', async () => {
        for (let i = 0; i < 3; i++) {
            assert.equal(
                await exitOf(`const m = new Monitor({ interface: 'lo' });
                m.on('packets', () => undefined);
                setTimeout(() => process.exit(7), 30);`),
                7,
            );
        }
    });

    test('interfaces and addresses are listed, and access is checked', () => {
        const lo = adapters().find(({ name }) => name === 'lo');
        assert.equal(lo.flags & 5, 5);
        assert.deepEqual(
            ipAddresses().filter(({ ipVersion }) => ipVersion === 4),
            [
                {
                    address: '127.0.0.1',
                    ip: Uint8Array.of(127, 0, 0, 1),
                    ipVersion: 4,
                    prefixLength: 8,
                    interfaceIndex: lo.interfaceIndex,
                    interfaceName: 'lo',
                },
            ],
        );
        checkAccess({ interface: 'lo' });
        assert.throws(() => checkAccess({ interface: 'none0' }), { code: 'NO_DEVICE' });
    });
}
