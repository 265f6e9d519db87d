import { readFileSync, readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { fnv, hex } from './fnv.js';

// Loaded by what is to be done, as another_abi has it fail.
const load = () => import('ipmon');
const say = (object) => console.log(JSON.stringify(object));

function collector() {
    setFlagsFromString('--expose-gc');
    return runInNewContext('gc');
}

async function count(monitor) {
    let packets = 0;
    for await (const batch of monitor) packets += batch.length;
    return packets;
}

async function statusOf(options) {
    const { Monitor } = await load();
    try {
        await count(new Monitor(options));
    } catch ({ code, message }) {
        return say({ status: code, text: message });
    }
    return say({ status: 'END', text: '' });
}

const files = () => readdirSync('/proc/self/fd').length;
const threads = () => readdirSync('/proc/self/task').length;
const resident = () =>
    Number(/^VmRSS:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]);

const behaviours = {
    async stop_in_the_callback(file) {
        const { Monitor } = await load();
        const monitor = new Monitor({ file });
        let packets = 0;
        monitor.on('packet', () => {
            if (++packets === 3) monitor.close();
        });
        await new Promise((resolve) => monitor.on('close', resolve));
        say({ packets });
    },

    async early_break(file) {
        const { Monitor } = await load();
        let first = 0;
        reading: for await (const batch of new Monitor({ file })) {
            for (const _ of batch) if (++first === 2) break reading;
        }
        say({ first, second: await count(new Monitor({ file })) });
    },

    async close_twice(file) {
        const { Monitor } = await load();
        const monitor = new Monitor({ file });
        await count(monitor);
        monitor.close();
        monitor.close();
        let refused = false;
        try {
            await count(monitor);
        } catch ({ code }) {
            refused = code === 'CLOSED';
        }
        say({ closed_twice: monitor.closed, refused });
    },

    missing_file: () => statusOf({ file: 'no/such/file.pcap' }),
    bad_filter: (file) => statusOf({ file, filter: 'tcp port port' }),
    not_a_capture: () => statusOf({ file: 'Cargo.toml' }),

    async throw_in_the_callback(file) {
        const { Monitor } = await load();
        let packets = 0,
            thrown;
        try {
            for await (const batch of new Monitor({ file })) {
                for (const _ of batch) if (++packets === 2) throw new Error('mine');
            }
        } catch (error) {
            thrown = error.message;
        }
        say({ thrown, second: await count(new Monitor({ file })) });
    },

    async collector_stress(file) {
        const { Monitor } = await load();
        const collect = collector();
        const kept = [];
        for (let i = 0; i < 10; i++) {
            for await (const batch of new Monitor({ file })) {
                for (let i = 0; i < batch.length; i++) {
                    kept.push(batch.payload(i));
                    collect();
                }
            }
        }
        let hash;
        for (const payload of kept) hash = fnv(payload, hash);
        say({ packets: kept.length, payload: hex(hash) });
    },

    async thousand_opens(file) {
        // What the compiler of the engine holds comes and goes, by more than is looked for.
        setFlagsFromString('--no-opt');
        setFlagsFromString('--no-sparkplug');
        setFlagsFromString('--no-concurrent-array-buffer-sweeping');
        const { Monitor } = await load();
        const collect = collector();
        const open = async (times) => {
            for (let i = 0; i < times; i++) {
                for await (const batch of new Monitor({ file })) {
                    batch.packet(0);
                    break;
                }
                // What the collector has not come to yet is no leak.
                if (i % 10 === 9) collect();
            }
            let least = Infinity;
            for (let i = 0; i < 10; i++) {
                await new Promise((resolve) => setTimeout(resolve, 5));
                collect();
                least = Math.min(least, resident());
            }
            return [files(), threads(), least];
        };
        const before = await open(10);
        const after = await open(1000);
        const [descriptors, more, kilobytes] = after.map((value, i) => value - before[i]);
        console.error(`${kilobytes} KiB more are resident`);
        say({ descriptors, threads: more, flat: kilobytes < 1024 });
    },

    async silent_stop(name) {
        const { Monitor } = await load();
        let slowest = 0,
            stops = 0;
        for (let i = 0; i < 20; i++) {
            const monitor = new Monitor({ interface: name });
            let asked;
            setTimeout(() => {
                asked = performance.now();
                monitor.close();
            }, 100);
            await count(monitor);
            slowest = Math.max(slowest, performance.now() - asked);
            stops++;
        }
        console.error(`the slowest stop took ${slowest.toFixed(2)} ms`);
        say({ stops, within_50_ms: slowest < 50 });
    },

    async wait_for_the_descriptor(name, wanted) {
        const { Monitor } = await load();
        const monitor = new Monitor({ interface: name });
        console.log('ready');
        let packets = 0;
        for await (const batch of monitor) {
            for (let i = 0; i < batch.length && packets < wanted; i++) packets++;
            if (packets >= wanted) break;
        }
        say({ packets });
    },

    async exit_while_capturing(name) {
        const { Monitor } = await load();
        let packets = 0;
        new Monitor({ interface: name }).on('packet', () => {
            if (++packets === 10) process.exit(7);
        });
    },

    async another_abi() {
        let refused = false;
        try {
            await load();
        } catch (error) {
            refused = /ABI version is 0/.test(error.message);
        }
        say({ refused });
    },
};

export const behave = (name, ...args) => {
    if (!Object.hasOwn(behaviours, name)) throw new Error(`no behaviour ${name}`);
    return behaviours[name](...args);
};
