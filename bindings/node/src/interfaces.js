// What there is to capture on, and whether it could be.
import * as native from './library.js';
import { adapter, ipAddress } from './layout.js';
import { checkOptions } from './options.js';
import { freeHandle, makeHandle } from './handle.js';
import { IpmonError, STATUS, statusName, textIn } from './status.js';

/** The bits of an adapter's flags. */
export const ADAPTER = Object.freeze({ UP: 1, RUNNING: 2, LOOPBACK: 4, DEFAULT: 8 });

// Interfaces may come while they are counted.
const TRIES = 10;

function list(call, layout) {
    const count = new BigUint64Array(1);
    let status = call(null, layout.size, 0, count);
    for (let i = 0; i < TRIES && (status === STATUS.OK || status === STATUS.BAD_SIZE); i++) {
        const room = Number(count[0]) + 1;
        const bytes = Buffer.alloc(room * layout.size);
        status = call(bytes, layout.size, room, count);
        if (status !== STATUS.OK) continue;
        return Array.from({ length: Number(count[0]) }, (_, i) =>
            bytes.subarray(i * layout.size, (i + 1) * layout.size),
        );
    }
    throw new IpmonError(statusName(status), status, native.statusText(status));
}

const u32 = (layout, bytes, field) => bytes.readUInt32LE(layout.fields[field].offset);
const part = (layout, bytes, field, length = layout.fields[field].size) => {
    const { offset } = layout.fields[field];
    return bytes.subarray(offset, offset + length);
};

export function adapters() {
    return list(native.listAdapters, adapter).map((bytes) => ({
        name: textIn(part(adapter, bytes, 'name')),
        interfaceIndex: u32(adapter, bytes, 'interface_index'),
        flags: u32(adapter, bytes, 'flags'),
        addressCount: u32(adapter, bytes, 'address_count'),
        hardwareAddress: Uint8Array.from(
            part(
                adapter,
                bytes,
                'hardware_address',
                u32(adapter, bytes, 'hardware_address_length'),
            ),
        ),
    }));
}

export function ipAddresses() {
    return list(native.listIpAddresses, ipAddress).map((bytes) => {
        const ipVersion = u32(ipAddress, bytes, 'ip_version');
        return {
            address: textIn(part(ipAddress, bytes, 'text')),
            ip: Uint8Array.from(part(ipAddress, bytes, 'ip', ipVersion === 4 ? 4 : 16)),
            ipVersion,
            prefixLength: u32(ipAddress, bytes, 'prefix_length'),
            interfaceIndex: u32(ipAddress, bytes, 'interface_index'),
            interfaceName: textIn(part(ipAddress, bytes, 'interface_name')),
        };
    });
}

export function checkAccess(options = {}) {
    checkOptions(options);
    freeHandle(makeHandle(options, native.checkAccess));
}
