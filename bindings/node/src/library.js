// libipmon as loaded: its functions by their C names. A library that is older than this
// binding, or none, is refused here.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import koffi from 'koffi';

/** What this binding was written for. */
const ABI_VERSION = 1;

const besideUs = fileURLToPath(
    new URL(`../prebuilds/${process.platform}-${process.arch}/libipmon.so`, import.meta.url),
);

function load() {
    const named = process.env.IPMON_LIBRARY;
    const places = named
        ? [named]
        : existsSync(besideUs)
          ? [besideUs]
          : ['libipmon.so.0.1', 'libipmon.so'];
    let failure;
    for (const place of places) {
        try {
            return [place, koffi.load(place)];
        } catch (error) {
            failure ??= error;
        }
    }
    throw new Error(
        `libipmon cannot be loaded (${failure.message}); ` +
            'install it, or name its path in IPMON_LIBRARY',
        { cause: failure },
    );
}

export const [path, library] = load();

const abi = library.func('ipmon_abi_version', 'uint32_t', [])();
if (abi < ABI_VERSION) {
    throw new Error(`${path} is too old: its ABI version is ${abi}, and ${ABI_VERSION} is needed`);
}

// Handles are numbers in the guise of pointers, and stay numbers here.
const handle = 'uintptr_t';
const at = 'void *';
const text = 'const char *';
const bind = (name, ...types) => library.func(`ipmon_${name}`, 'int', types);
const textOf = (name, ...types) => library.func(`ipmon_${name}`, text, types);

export const version = textOf('version')();
export const statusText = textOf('status_text', 'int');
export const create = library.func('ipmon_new', handle, []);
export const free = bind('free', handle);
export const lastError = bind('last_error', handle, at, 'size_t', at);
export const setOnNotice = bind('set_on_notice', handle, at, at);
export const setActive = bind('set_active', handle, 'int');
export const setAcceptData = bind('set_accept_data', handle, 'int');
export const getAcceptData = bind('get_accept_data', handle, at);
export const getStats = bind('get_stats', handle, at, 'size_t');
export const openLive = bind('open_live', handle);
export const openPcapFile = bind('open_pcap_file', handle, text);
export const nextBatch = library.func('ipmon_next_batch', 'intptr_t', [
    handle,
    at,
    'size_t',
    'size_t',
    'int',
]);
export const batchBytes = bind('batch_bytes', handle, at, at);
export const getFd = bind('get_fd', handle, at);
export const checkAccess = bind('check_access', handle);
export const listAdapters = bind('list_adapters', at, 'size_t', 'size_t', at);
export const listIpAddresses = bind('list_ip_addresses', at, 'size_t', 'size_t', at);
export const formatAddress = bind('format_address', at, 'uint32_t', at, 'size_t');

export const setters = {
    localHost: bind('set_local_host', handle, text),
    filter: bind('set_filter', handle, text),
    direction: bind('set_direction', handle, 'int'),
    promiscuous: bind('set_promiscuous', handle, 'int'),
    snapLength: bind('set_snap_length', handle, 'uint32_t'),
    bufferSize: bind('set_buffer_size', handle, 'uint32_t'),
    latency: bind('set_latency', handle, 'uint32_t'),
    addressText: bind('set_address_text', handle, 'int'),
    fileAccess: bind('set_file_access', handle, 'int'),
    reopen: bind('set_reopen', handle, 'int'),
    allMulticast: bind('set_all_multicast', handle, 'int'),
    timeSource: bind('set_time_source', handle, 'int'),
};

/** Waits on a descriptor in the event loop: koffi's libuv poll handle. */
export const { poll } = koffi.node;
/** Memory that is not ours as an ArrayBuffer. */
export const view = (address, length) => koffi.view(address, length);

const noticeFunction = koffi.pointer(koffi.proto('void', [at, at]));
/** A function of JavaScript that the library may call, on this thread, with a struct. */
export const callback = (run) => koffi.register(run, noticeFunction);
/** The text of a struct's field that points to one. */
export const textAt = (address) => koffi.decode.string(address);
