// Addresses as text. Traffic repeats its addresses, so texts are remembered, in tables in
// which each address has one place.
import { formatAddress } from './library.js';
import { textIn } from './status.js';

const PLACES = 4096;
const numbers = Array.from({ length: 256 }, (_, i) => String(i));

const keys4 = new Uint32Array(PLACES);
const texts4 = new Array(PLACES).fill('');

/** An IPv4 address, as the little-endian word that its four bytes are. */
export function text4(word) {
    const place = Math.imul(word, 0x9e3779b1) >>> 20;
    if (keys4[place] === word && texts4[place] !== '') return texts4[place];
    keys4[place] = word;
    return (texts4[place] =
        `${numbers[word & 255]}.${numbers[(word >>> 8) & 255]}.` +
        `${numbers[(word >>> 16) & 255]}.${numbers[word >>> 24]}`);
}

const keys6 = new Uint32Array(PLACES * 4);
const texts6 = new Array(PLACES).fill('');
const ip = new Uint32Array(4);
const room = Buffer.alloc(46);

/** An IPv6 address, as the four little-endian words at `at`. */
export function text6(words, at) {
    const a = words[at],
        b = words[at + 1],
        c = words[at + 2],
        d = words[at + 3];
    let place =
        Math.imul(a ^ b, 0x9e3779b1) ^
        Math.imul(c ^ 0x55555555, 0x85ebca6b) ^
        Math.imul(d, 0xc2b2ae35);
    place = Math.imul(place ^ (place >>> 15), 0x2c1b3c6d) >>> 20;
    const key = place * 4;
    if (
        keys6[key] === a &&
        keys6[key + 1] === b &&
        keys6[key + 2] === c &&
        keys6[key + 3] === d &&
        texts6[place] !== ''
    )
        return texts6[place];
    keys6[key] = ip[0] = a;
    keys6[key + 1] = ip[1] = b;
    keys6[key + 2] = ip[2] = c;
    keys6[key + 3] = ip[3] = d;
    formatAddress(ip, 6, room, room.length);
    return (texts6[place] = textIn(room));
}
