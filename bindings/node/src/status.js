// Statuses by name, and the error that carries one.
import { lastError, statusText } from './library.js';

const NAMES = `OK NULL_ARGUMENT BAD_ARGUMENT BAD_HANDLE BAD_SIZE BUSY PENDING INTERRUPTED
    TIMEOUT END NO_MEMORY NO_PERMISSION NO_DEVICE DEVICE_DOWN DEVICE_GONE NO_LIBPCAP BAD_FILTER
    FILTER_TOO_COMPLEX NOT_FOUND IO NOT_A_CAPTURE TRUNCATED MALFORMED UNSUPPORTED FORKED PANIC
    SYSTEM`.split(/\s+/);

/** Every status by its name; all but OK are negative. */
export const STATUS = Object.freeze(Object.fromEntries(NAMES.map((name, i) => [name, i && -i])));

export const statusName = (status) => NAMES[-status] ?? `STATUS_${status}`;

export class IpmonError extends Error {
    constructor(code, status, message) {
        super(message);
        this.code = code;
        this.status = status;
    }
}
Object.defineProperty(IpmonError.prototype, 'name', { value: 'IpmonError' });

export const textIn = (bytes) => {
    const end = bytes.indexOf(0);
    return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
};

/** What went wrong in a call of the library: its own words, where it has some. */
export function failure(handle, status) {
    const text = Buffer.alloc(4096);
    lastError(handle, text, text.length, null);
    return new IpmonError(statusName(status), status, textIn(text) || statusText(status));
}

export const closed = () =>
    new IpmonError('CLOSED', STATUS.BAD_HANDLE, 'the monitor is closed: make a new one');
export const busy = (why) => new IpmonError('BUSY', STATUS.BUSY, why);
