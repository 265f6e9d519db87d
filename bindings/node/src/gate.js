// Waiting in the event loop, without holding it up.
import * as native from './library.js';

// A poll handle that is still started when Node takes its loop down may find something
// there, and its call into an engine that is gone would abort the process.
const waiting = new Set();
process.on('exit', () => waiting.forEach((gate) => gate.leave()));

/**
 * The one place where a monitor waits. What the event loop holds on to is this and, while
 * it waits, what is to be done then: a monitor that does not wait can be forgotten.
 */
export class Gate {
    #poll = null;
    #next = null;
    #referenced = true;

    /** Calls `next` when there is something to pull from `handle`, or on close. */
    wait(handle, next) {
        this.#next = next;
        waiting.add(this);
        if (this.#poll !== null) {
            this.#poll.start(this.#readable);
            return;
        }
        const fd = new Int32Array(1);
        native.getFd(handle, fd);
        this.#poll = native.poll(fd[0], this.#readable);
        if (!this.#referenced) this.#poll.unref();
    }

    #readable = () => {
        this.#poll.stop();
        // Out of the poll handle's call, in which what is thrown would be lost.
        this.soon(this.#take());
    };

    /** Calls `next` when all else that is due had its turn. */
    soon(next) {
        const immediate = setImmediate(next);
        if (!this.#referenced) immediate.unref();
    }

    reference(referenced) {
        this.#referenced = referenced;
        if (referenced) this.#poll?.ref();
        else this.#poll?.unref();
    }

    /** Before the monitor is freed: its descriptor has to leave the loop. */
    close() {
        this.leave();
        this.#take()?.();
    }

    leave() {
        this.#poll?.close();
        this.#poll = null;
    }

    #take() {
        const next = this.#next;
        this.#next = null;
        waiting.delete(this);
        return next;
    }
}
