import { EventEmitter } from 'node:events';
import * as native from './library.js';
import { Batch, Room, STRIDE, retire } from './batch.js';
import { checkOptions } from './options.js';
import { Gate } from './gate.js';
import { forgotten, freeHandle, makeHandle } from './handle.js';
import { takeNotices } from './notices.js';
import { busy, closed, failure, STATUS } from './status.js';
import { noStats, readStats } from './stats.js';

/** For how long, in milliseconds, packets may hold up the event loop before others come. */
const TURN = 5;

export class Monitor extends EventEmitter {
    #handle; // 0 once it is closed
    #room;
    #batch = null;
    #stats = noStats;
    #gate = new Gate();
    #reader = null; // who takes the packets: null, 'loop' or 'events'
    #taking = false;
    #turnEnds = 0;

    constructor(options = {}) {
        super();
        checkOptions(options);
        this.#room = new Room(options.batchSize ?? 1024);
        const { file } = options;
        this.#handle = makeHandle(options, (handle) =>
            file === undefined ? native.openLive(handle) : native.openPcapFile(handle, file),
        );
        forgotten.register(this, this.#handle, this);
        this.on('newListener', (event) => {
            if (event === 'packets' || event === 'packet') this.#flow();
        });
    }

    get closed() {
        return this.#handle === 0;
    }

    get stats() {
        return this.#handle === 0 ? { ...this.#stats } : readStats(this.#handle);
    }

    get acceptData() {
        const accept = new Int32Array(1);
        native.getAcceptData(this.#opened(), accept);
        return accept[0] !== 0;
    }

    set acceptData(accept) {
        native.setAcceptData(this.#opened(), accept ? 1 : 0);
    }

    ref() {
        this.#gate.reference(true);
        return this;
    }

    unref() {
        this.#gate.reference(false);
        return this;
    }

    close() {
        const handle = this.#handle;
        if (handle === 0) return;
        this.#retire();
        native.setActive(handle, 0);
        this.#stats = readStats(handle);
        this.#handle = 0;
        forgotten.unregister(this);
        this.#gate.close();
        freeHandle(handle);
        process.nextTick(() => this.emit('close'));
        this.#tell();
    }

    [Symbol.dispose]() {
        this.close();
    }

    [Symbol.asyncIterator]() {
        this.#opened();
        if (this.#reader !== null) throw busy('the packets of this monitor are taken already');
        this.#reader = 'loop';
        return {
            next: () => this.#next(),
            return: async (value) => {
                this.close();
                return { done: true, value };
            },
            [Symbol.asyncIterator]() {
                return this;
            },
        };
    }

    async #next() {
        if (this.#taking) throw busy('the batch before is still waited for');
        this.#taking = true;
        try {
            while (this.#handle !== 0) {
                if (performance.now() >= this.#turnEnds) {
                    await new Promise((resolve) => this.#gate.soon(resolve));
                    this.#turnEnds = performance.now() + TURN;
                    continue;
                }
                const batch = this.#pull();
                if (batch !== null) return { done: false, value: batch };
                if (this.#handle === 0) break;
                await new Promise((resolve) => this.#gate.wait(this.#handle, resolve));
            }
            return { done: true, value: undefined };
        } finally {
            this.#taking = false;
        }
    }

    // Events flow from the first listener for packets until there is none.
    #flow() {
        if (this.#reader === 'loop') throw busy('a loop takes the packets of this monitor');
        if (this.#handle === 0 || this.#reader === 'events') return;
        this.#reader = 'events';
        this.#gate.soon(this.#drain);
    }

    #drain = () => {
        let wait = false;
        try {
            const turnEnds = performance.now() + TURN;
            do {
                if (this.listenerCount('packets') + this.listenerCount('packet') === 0) {
                    this.#reader = null;
                }
                if (this.#handle === 0 || this.#reader === null) return;
                const batch = this.#pull(); // During which it may be closed.
                if (batch !== null) this.#deliver(batch);
                else wait = true;
            } while (!wait && performance.now() < turnEnds);
        } catch (error) {
            // A listener's, or the failure that ended the run and that nobody listens for.
            wait = false;
            throw error;
        } finally {
            if (this.#handle !== 0 && this.#reader === 'events') {
                if (wait) this.#gate.wait(this.#handle, this.#drain);
                else this.#gate.soon(this.#drain);
            }
        }
    };

    #deliver(batch) {
        this.emit('packets', batch);
        if (this.listenerCount('packet') === 0) return;
        // Its length is 0 once a listener closes.
        for (let i = 0; i < batch.length; i++) this.emit('packet', batch.packet(i));
    }

    // The next packets that are there: null when there are none yet, or no more and it is
    // closed. A failure that ended the run is thrown, or told where events flow.
    #pull() {
        this.#retire();
        const { capacity, u8 } = this.#room;
        const count = native.nextBatch(this.#handle, u8, STRIDE, capacity, 0);
        if (count > 0) this.#batch = new Batch(this.#room, count, this.#handle);
        const error = count < 0 && count !== STATUS.END ? failure(this.#handle, count) : null;
        if (count < 0) this.close();
        else this.#tell();
        if (error !== null) {
            if (this.#reader === 'loop') throw error;
            this.emit('error', error);
        } else if (count < 0) {
            this.emit('end');
        }
        return this.#batch;
    }

    #tell() {
        for (const notice of takeNotices()) this.emit('notice', notice);
    }

    #retire() {
        if (this.#batch !== null) retire(this.#batch);
        this.#batch = null;
    }

    #opened() {
        if (this.#handle === 0) throw closed();
        return this.#handle;
    }
}
