#!/usr/bin/env node
// A live page of what crosses an interface, or lies in a capture: rates over time, the
// busiest pairs of addresses, protocols, and the ledger.
import { parseArgs } from 'node:util';
import { Capture } from './capture.js';
import { serve } from './server.js';

const USAGE = `usage: dashboard.js [-i INTERFACE | -r FILE] [options]

    -i INTERFACE   captures there ("any" is everywhere; without -i and -r, the interface
                   of the default route)
    -r FILE        replays a capture file as fast as it was captured
    --speed N      replays N times as fast; 0 is without waiting
    -f FILTER      a filter expression, as tcpdump has it; the page can change it
    --port N       where the page is served: 8080
    --host HOST    for whom: 127.0.0.1, this machine alone`;

const { values } = parseArgs({
    options: {
        interface: { type: 'string', short: 'i' },
        file: { type: 'string', short: 'r' },
        filter: { type: 'string', short: 'f', default: '' },
        speed: { type: 'string', default: '1' },
        port: { type: 'string', default: '8080' },
        host: { type: 'string', default: '127.0.0.1' },
        help: { type: 'boolean', short: 'h' },
    },
});
if (values.help) {
    console.log(USAGE);
    process.exit();
}

const { interface: name, file, filter } = values;
const speed = Number(values.speed);
if (!(speed >= 0)) {
    console.error(`no such speed: ${values.speed}`);
    process.exit(2);
}

try {
    const capture = new Capture({ interface: name, file, speed });
    capture.open(filter);
    const server = await serve(capture, { host: values.host, port: Number(values.port) });
    const { address, port } = server.address();
    console.log(`http://${address.includes(':') ? `[${address}]` : address}:${port}/`);

    const stop = () => {
        capture.close();
        server.close();
        server.closeAllConnections();
        console.log(JSON.stringify(capture.ledger));
    };
    process.once('SIGINT', stop).once('SIGTERM', stop);
} catch (error) {
    console.error(error.message);
    process.exitCode = 1;
}
