// The life of a handle: made with its options, freed once.
import { isMainThread } from 'node:worker_threads';
import './gate.js';
import * as native from './library.js';
import { setOptions } from './options.js';
import { onNotice, takeNotices } from './notices.js';
import { failure, IpmonError, STATUS } from './status.js';

const open = new Set();

// What a process leaves open the library ends, and tells: by then no engine is there to
// hear it. What a worker leaves open would stay for as long as the process does; nothing
// of it waits in the loop any more, as gate.js was imported, and is told, before this.
process.on('exit', () => {
    for (const handle of open) {
        native.setOnNotice(handle, null, null);
        if (!isMainThread) native.free(handle);
    }
});

/** A monitor with these options, for which `start` was successful. */
export function makeHandle(options, start) {
    const handle = native.create();
    if (handle === 0) {
        throw new IpmonError(
            'NO_MEMORY',
            STATUS.NO_MEMORY,
            'no descriptor, or no handle, is left for another monitor',
        );
    }
    try {
        // Texts of addresses are made here, for those that are asked for.
        native.setters.addressText(handle, 0);
        setOptions(handle, options);
        native.setOnNotice(handle, onNotice, null);
        const status = start(handle);
        if (status !== STATUS.OK) throw failure(handle, status);
    } catch (error) {
        native.free(handle);
        throw error;
    }
    open.add(handle);
    return handle;
}

export function freeHandle(handle) {
    open.delete(handle);
    native.free(handle);
}

/** Frees what nobody closed and nobody holds any more. */
export const forgotten = new FinalizationRegistry((handle) => {
    freeHandle(handle);
    takeNotices();
});
