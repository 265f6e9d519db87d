// What conformance/README.md asks of a language: prints canonical JSON.
const [command, ...args] = process.argv.slice(2);

try {
    const { case: run, sum } = command === 'behaviour' ? {} : await import('./cases.js');
    if (command === 'case') await run(...args);
    else if (command === 'sum') await sum(...args);
    else if (command === 'layout') (await import('./layout.js')).print();
    else if (command === 'behaviour') await (await import('./behaviours.js')).behave(...args);
    else throw new Error('usage: conform case|behaviour|layout|sum ...');
} catch (error) {
    console.error(`conform: ${error.stack}`);
    process.exitCode = 1;
}
