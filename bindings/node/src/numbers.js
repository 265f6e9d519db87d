// What numbers of a packet mean.

/** The bits of a packet's notes. */
export const NOTE = Object.freeze({
    TRUNCATED: 1,
    FRAGMENT: 2,
    PADDING: 4,
    LENGTH_ZERO: 8,
    EXTENSION_TRUNCATED: 16,
    TIME_OUT_OF_RANGE: 32,
    NO_TIME: 64,
    OFFLOADED: 128,
    CHECKSUM_NOT_READY: 256,
});

/** Which way a packet went. */
export const DIRECTION = Object.freeze({ ANY: 0, IN: 1, OUT: 2 });
