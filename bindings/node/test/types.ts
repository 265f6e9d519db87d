// Compiled, never run: what a user writes has the types that it should have, and what
// would be a mistake is one.
import {
    Monitor,
    IpmonError,
    NOTICE,
    PACKET_LAYOUT,
    STATUS,
    adapters,
    checkAccess,
    version,
    type Batch,
    type MonitorOptions,
    type Packet,
    type Stats,
} from 'ipmon';

const options: MonitorOptions = {
    file: 'a.pcap',
    filter: 'udp',
    batchSize: 256,
    fileAccess: 'map',
};
const kept: Packet[] = [];

export async function read(): Promise<Stats> {
    const monitor = new Monitor(options).ref();
    monitor.on('notice', (notice) => notice.name === 'GAP' && console.log(notice.count + 1));
    monitor.once('error', (error) => console.log(error.code === 'DEVICE_GONE', error.status));
    for await (const batch of monitor) {
        const whole: Batch = batch;
        for (let i = 0; i < whole.length; i++) {
            const ns: bigint = whole.timestampNs(i);
            const text: string = whole.sourceAddress(i);
            const bytes: Uint8Array = whole.borrowedPayload(i);
            if (ns > 0n && text !== '' && bytes.length > 0) kept.push(whole.packet(i));
        }
        for (const packet of batch) kept.push(packet);
    }
    return monitor.stats;
}

export function listen(): void {
    new Monitor({ interface: adapters()[0]!.name })
        .on('packets', (batch) => console.log(batch.sourcePort(0), batch.u32[PACKET_LAYOUT.size]))
        .on('packet', (packet) => console.log(packet.payload.length))
        .on('end', () => undefined);
    checkAccess({ interface: 'any' });
    console.log(version, NOTICE.ENDED, STATUS.END, new Error() instanceof IpmonError);
}

// @ts-expect-error: there is no such option.
new Monitor({ files: 'a.pcap' });
// @ts-expect-error: nor such a direction.
new Monitor({ direction: 'up' });
// @ts-expect-error: nor such an event.
new Monitor().on('packages', () => undefined);
