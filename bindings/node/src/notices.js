// Notices come as calls from within the library's calls, on this thread. They are put
// aside, and told once that call is over: what listens may then call what it likes.
import { callback, textAt, view } from './library.js';
import { notice as layout } from './layout.js';
import { statusName } from './status.js';

const NAMES = [
    ,
    'ENDED',
    'GAP',
    'FILTER_NOT_APPLICABLE',
    'DEVICE_DOWN',
    'DEVICE_UP',
    'DEVICE_RENAMED',
    'DEVICE_REMOVED',
    'DEVICE_ADDRESS',
    'DEVICE_LINK_TYPE',
    'DEVICE_AGAIN',
];

/** Every notice by its name. */
export const NOTICE = Object.freeze(
    Object.fromEntries(NAMES.flatMap((name, code) => [[name, code]])),
);

let heard = [];

/** One function for all monitors: calls of the library do not overlap on a thread. */
export const onNotice = callback((address) => {
    const bytes = new DataView(view(address, layout.size).slice(0));
    const at = (field) => layout.fields[field].offset;
    const code = bytes.getInt32(at('code'), true);
    heard.push({
        name: NAMES[code] ?? `NOTICE_${code}`,
        code,
        status: statusName(bytes.getInt32(at('status'), true)),
        count: Number(bytes.getBigUint64(at('count'), true)),
        timestamp: Number(bytes.getBigInt64(at('timestamp'), true)),
        text: textAt(bytes.getBigUint64(at('text'), true)),
    });
});

/** What was heard since the last time. */
export function takeNotices() {
    if (heard.length === 0) return heard;
    const notices = heard;
    heard = [];
    return notices;
}
