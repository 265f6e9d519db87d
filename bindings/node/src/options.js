// The options of a monitor: names, and what their values are in C.
import { setters } from './library.js';
import { failure, STATUS } from './status.js';

const oneOf = (...names) => ({
    to: (value) => names.indexOf(value),
    is: (value) => names.includes(value),
    what: names.map((name) => `'${name}'`).join(' or '),
});
const boolean = { to: Number, is: (value) => typeof value === 'boolean', what: 'true or false' };
const text = {
    to: (value) => value,
    is: (value) => typeof value === 'string' && !value.includes('\0'),
    what: 'a text without NUL',
};
const number = {
    to: (value) => value,
    is: (value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32,
    what: 'an integer from 0 to 4294967295',
};
const capacity = {
    is: (value) => Number.isInteger(value) && value >= 1 && value <= 4096,
    what: 'an integer from 1 to 4096',
};

const OPTIONS = {
    file: [text],
    interface: [text, setters.localHost],
    filter: [text, setters.filter],
    direction: [oneOf('any', 'in', 'out'), setters.direction],
    promiscuous: [boolean, setters.promiscuous],
    snapLength: [number, setters.snapLength],
    bufferSize: [number, setters.bufferSize],
    latency: [number, setters.latency],
    fileAccess: [oneOf('read', 'map'), setters.fileAccess],
    reopen: [boolean, setters.reopen],
    allMulticast: [boolean, setters.allMulticast],
    timeSource: [oneOf('host', 'adapter'), setters.timeSource],
    batchSize: [capacity],
};

/** Refuses what is no option, before anything is made. */
export function checkOptions(options) {
    for (const [name, value] of Object.entries(options)) {
        if (value === undefined) continue;
        if (!Object.hasOwn(OPTIONS, name)) {
            throw new TypeError(
                `there is no option '${name}'; there are ${Object.keys(OPTIONS).join(', ')}`,
            );
        }
        const [type] = OPTIONS[name];
        if (!type.is(value)) throw new TypeError(`the option '${name}' is ${type.what}`);
    }
    if (options.file !== undefined && options.interface !== undefined) {
        throw new TypeError("a monitor reads a 'file' or watches an 'interface', not both");
    }
}

export function setOptions(handle, options) {
    for (const [name, value] of Object.entries(options)) {
        const [type, set] = OPTIONS[name];
        if (value === undefined || set === undefined) continue;
        const status = set(handle, type.to(value));
        if (status !== STATUS.OK) throw failure(handle, status);
    }
}
