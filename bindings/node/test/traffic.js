// Sends UDP from several addresses to several others, 10,000 packets a second, until it is
// told to end: traffic.js SECONDS. Prints how many it sent.
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';

const RATE = 10_000;
const SOURCES = 4;
const seconds = Number(process.argv[2]);

const sockets = await Promise.all(
    Array.from(
        { length: SOURCES },
        (_, i) =>
            new Promise((resolve) => {
                const socket = createSocket('udp4');
                socket.bind(40000 + i, `10.9.0.${i + 1}`, () => resolve(socket));
            }),
    ),
);
const payloads = [20, 90, 400, 1200].map((length) => Buffer.alloc(length, 'traffic '));

const began = performance.now();
let sent = 0,
    asked = 0;
const timer = setInterval(() => {
    const elapsed = Math.min((performance.now() - began) / 1000, seconds);
    for (const due = Math.floor(elapsed * RATE); asked < due; asked++) {
        // Some pairs are busier than others; ports tell the packets of a filter apart.
        const to = asked % 5 < 3 ? 1 : (asked % 12) + 1;
        sockets[asked % SOURCES].send(
            payloads[(asked % 7) % 4],
            9000 + (asked % 5),
            `10.9.1.${to}`,
            (error) => {
                if (error === null) sent++;
            },
        );
    }
    if (asked % 500 === 0)
        connect(80, '10.9.1.3')
            .on('error', () => undefined)
            .unref();
    if (elapsed >= seconds) {
        clearInterval(timer);
        setTimeout(() => {
            console.log(sent);
            process.exit();
        }, 200);
    }
}, 5);
