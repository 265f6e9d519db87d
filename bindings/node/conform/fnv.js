/** The FNV-1a hash of 32 bits, from `hash` on. */
export function fnv(bytes, hash = 0x811c9dc5) {
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
    return hash;
}
export const hex = (hash) => (hash >>> 0).toString(16).padStart(8, '0');
