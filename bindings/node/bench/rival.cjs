// One reader from npm over a capture of Ethernet and IPv4, with the parse that its user
// writes: the sum of `conform sum`, so that what is compared has read the same.
//
// usage: rival NAME FILE
const [, , name, file] = process.argv;
let packets = 0,
    sum = 0;

function add(frame, at, micros) {
    if (frame.readUInt16BE(at + 12) !== 0x0800) return;
    const ip = at + 14;
    const header = (frame[ip] & 15) * 4;
    const fragment = frame.readUInt16BE(ip + 6);
    const protocol = frame[ip + 9];
    const transport = ip + header;
    const ports = (protocol === 6 || protocol === 17) && (fragment & 0x1fff) === 0;
    packets++;
    sum =
        (sum +
            (ports ? frame.readUInt16BE(transport) + frame.readUInt16BE(transport + 2) : 0) +
            (frame[ip] >> 4) +
            frame[ip + 1] +
            frame.readUInt16BE(ip + 4) +
            (fragment >> 13) +
            (fragment & 0x1fff) +
            frame[ip + 8] +
            frame.readUInt16BE(ip + 10) +
            protocol +
            frame.readUInt16BE(ip + 2) -
            header +
            micros +
            frame.readUInt32LE(ip + 12) +
            frame.readUInt32LE(ip + 16)) |
        0;
}

const end = () => console.log(`{"packets":${packets},"sum":${sum >>> 0}}`);

const readers = {
    'pcap-parser': () =>
        require('pcap-parser')
            .parse(file)
            .on('packet', ({ header, data }) =>
                add(data, 0, header.timestampSeconds * 1e6 + header.timestampMicroseconds),
            )
            .on('end', end),
    'p-by-p': () => {
        const reader = require('p-by-p')(file);
        reader.on('packet', ({ header, data }) =>
            add(data, 0, header.timestampSeconds * 1e6 + header.timestampMicroseconds),
        );
        reader.on('end', end);
        reader.resume();
    },
    // Native, on libpcap.
    pcap: () =>
        require('pcap')
            .createOfflineSession(file, {})
            .on('packet', ({ buf, header }) =>
                add(buf, 0, header.readUInt32LE(0) * 1e6 + header.readUInt32LE(4)),
            )
            .on('complete', end),
    // The same with its own decoder, which tells the ports and addresses as objects.
    'pcap-decode': () => {
        const { createOfflineSession, decode } = require('pcap');
        createOfflineSession(file, {})
            .on('packet', (raw) => {
                const ip = decode.packet(raw).payload.payload;
                packets++;
                sum =
                    (sum +
                        ip.ttl +
                        ip.saddr.addr[0] +
                        (ip.payload?.sport ?? 0) +
                        (ip.payload?.dport ?? 0)) |
                    0;
            })
            .on('complete', () => console.log(`read=${packets}`));
    },
};
readers[name]();
