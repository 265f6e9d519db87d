// What is watched: a monitor, and another one when the filter changes. Whatever comes is
// put into the traffic; what listens gets a state of it twice a second.
import { EventEmitter } from 'node:events';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Monitor } from 'ipmon';
import { Traffic } from './traffic.js';

const TICK = 500; // ms
const POINTS = 240;
const NOTICES = 50;

export class Capture extends EventEmitter {
    #source;
    #speed;
    #monitor = null;
    #past = null; // the ledger of former monitors
    #traffic = new Traffic();
    #timer = null;
    #last = 0;

    filter = '';
    ended = false;
    history = [];
    notices = [];

    constructor({ interface: name, file, speed }) {
        super();
        this.#source = file === undefined ? { interface: name } : { file };
        this.#speed = file === undefined ? 1 : speed;
    }

    get title() {
        const { file, interface: name } = this.#source;
        return file === undefined ? (name ?? 'the default interface') : basename(file);
    }

    get live() {
        return this.#source.file === undefined;
    }

    /** Watches with this filter from now on; throws and changes nothing when that fails. */
    open(filter) {
        const monitor = new Monitor({ ...this.#source, filter });
        this.#retire();
        this.#monitor = monitor;
        this.filter = filter;
        this.ended = false;
        monitor.on('notice', ({ name, text, count }) => {
            if (name !== 'ENDED') this.#note(count > 0 ? `${text} (${count})` : text);
        });
        this.#watch(monitor)
            .catch((error) => this.#note(error.message))
            .finally(() => {
                if (monitor === this.#monitor) this.ended = true;
            });
        if (this.#timer === null) {
            this.#last = performance.now();
            this.#timer = setInterval(() => this.#tick(), TICK);
        }
    }

    close() {
        clearInterval(this.#timer);
        this.#monitor?.close();
    }

    /** The sum of all runs: a filter that changes begins another. */
    get ledger() {
        const stats = this.#monitor.stats;
        for (const name in this.#past) stats[name] += this.#past[name];
        return stats;
    }

    #retire() {
        if (this.#monitor === null) return;
        this.#monitor.close();
        this.#past = this.ledger;
    }

    async #watch(monitor) {
        let began, first;
        for await (const batch of monitor) {
            for (let from = 0; from < batch.length;) {
                let to = batch.length;
                if (!this.live && this.#speed > 0) {
                    first ??= batch.timestamp(from);
                    began ??= performance.now();
                    // The packets that are due; when there are none, the next one is waited for.
                    const due = first + (performance.now() - began) * 1000 * this.#speed;
                    for (to = from; to < batch.length && batch.timestamp(to) <= due;) to++;
                    if (to === from) {
                        const wait = (batch.timestamp(from) - due) / 1000 / this.#speed;
                        await sleep(Math.min(Math.max(wait, 1), 1000));
                        if (monitor.closed) return;
                    }
                }
                this.#traffic.add(batch, from, to);
                from = to;
            }
        }
    }

    #tick() {
        const now = performance.now();
        // Of a replay, seconds are those of the capture.
        const seconds = ((now - this.#last) / 1000) * (this.#speed || 1);
        this.#last = now;
        const { point, pairs, others } = this.#traffic.tick(seconds);
        point.time = Date.now();
        this.history.push(point);
        if (this.history.length > POINTS) this.history.shift();
        this.emit('state', {
            point,
            pairs,
            others,
            ledger: this.ledger,
            ended: this.ended,
            filter: this.filter,
            notices: this.notices,
        });
    }

    #note(text) {
        this.notices.push({ time: Date.now(), text });
        if (this.notices.length > NOTICES) this.notices.shift();
    }
}
