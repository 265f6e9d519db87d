// Whole programs over one capture, one after the other in each round: the medians of
// their wall times, beside that of ipmon for Node, and of ipmon for Node beside those in C.
//
// usage: compare CAPTURE ROUNDS NAME=COMMAND...    the first is ipmon for Node
import { spawnSync } from 'node:child_process';

const [capture, rounds, ...named] = process.argv.slice(2);
const programs = named.map((word) => {
    const [name, command] = word.split(/=(.*)/s);
    return { name, words: [...command.split(' '), capture], times: [] };
});

let expected;
function run({ name, words, times }, keep) {
    const start = performance.now();
    const { status, stdout, stderr } = spawnSync(words[0], words.slice(1), { encoding: 'utf8' });
    const time = performance.now() - start;
    if (status !== 0) throw new Error(`${name}: ${stderr}`);
    const read = /"packets":.*/.exec(stdout)?.[0];
    if (read !== undefined && read !== (expected ??= read))
        throw new Error(`${name} read ${read}, not ${expected}`);
    if (keep) times.push(time);
}

programs.forEach((program) => run(program, false));
for (let round = 0; round < rounds; round++) programs.forEach((program) => run(program, true));

const median = (times) => [...times].sort((a, b) => a - b)[times.length >> 1];
const ours = median(programs[0].times);
const quickest = Math.min(...programs[0].times);
const { packets } = JSON.parse(`{${expected}`);
console.log('whole programs: median, and the quickest run; each also as a multiple of the first');
for (const { name, times } of programs) {
    const time = median(times);
    const least = Math.min(...times);
    const column = (ms, of) =>
        `${ms.toFixed(0).padStart(7)} ms ${((ms * 1e6) / packets).toFixed(1).padStart(7)} ns a packet` +
        ` ${(ms / of).toFixed(2).padStart(6)}`;
    console.log(`${name.padEnd(22)}${column(time, ours)}  |${column(least, quickest)}`);
}
