// What the worker of a test does.
import { parentPort, workerData } from 'node:worker_threads';
import { Monitor } from 'ipmon';

let packets = 0;
const notices = [];
const monitor = new Monitor({ file: workerData });
monitor.on('notice', ({ name }) => notices.push(name));
for await (const batch of monitor) packets += batch.length;
// One stays open: it goes with the worker.
new Monitor({ file: workerData });
parentPort.postMessage({ packets, notices });
