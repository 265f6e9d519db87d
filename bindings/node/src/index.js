export { Monitor } from './monitor.js';
export { IpmonError, STATUS } from './status.js';
export { NOTICE } from './notices.js';
export { NOTE, DIRECTION } from './numbers.js';
export { ADAPTER, adapters, ipAddresses, checkAccess } from './interfaces.js';
export { packet as PACKET_LAYOUT } from './layout.js';
export { version } from './library.js';
