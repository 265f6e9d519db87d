// The dashboard in a real browser, with 10,000 packets a second on a veth pair: in a
// network namespace of this test's own, in which it starts itself.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const INSIDE = 'IPMON_TEST_NAMESPACE';
const CHROMIUM = '/usr/bin/chromium';
const PICTURES = process.env.IPMON_PICTURES; // a folder for pictures of the page
const near = (name) => fileURLToPath(new URL(name, import.meta.url));

const FLAGS = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
];

if (process.env[INSIDE] === undefined) {
    test('the dashboard in a browser', (t) => {
        if (process.getuid() !== 0 || spawnSync('unshare', ['-n', 'true']).status !== 0) {
            return t.skip('needs root, and network namespaces');
        }
        if (!existsSync(CHROMIUM)) return t.skip(`needs ${CHROMIUM}`);
        const { NODE_TEST_CONTEXT, ...env } = process.env;
        const run = spawnSync(
            'unshare',
            ['-n', process.execPath, '--test-reporter=spec', fileURLToPath(import.meta.url)],
            { env: { ...env, [INSIDE]: '1' }, encoding: 'utf8', timeout: 120_000 },
        );
        assert.equal(run.status, 0, run.stdout + run.stderr);
        assert.match(run.stdout, /pass [1-9]/);
    });
} else {
    const { chromium } = await import('playwright-core');
    const ip = (words) => execFileSync('ip', words.split(' '));

    // What leaves v0 arrives at v1; nobody there has the addresses that it is sent to.
    ip('link set lo up');
    ip('link add v0 type veth peer name v1');
    for (const name of ['v0', 'v1']) ip(`link set ${name} up`);
    for (let i = 1; i <= 4; i++) ip(`address add 10.9.0.${i}/16 dev v0`);
    for (let i = 1; i <= 12; i++) ip(`neigh add 10.9.1.${i} lladdr 02:00:00:00:00:01 dev v0`);

    const number = (text) => {
        const [, value, step] = /^([\d.,]+)\s*([kMG]?)/.exec(text);
        return Number(value.replaceAll(',', '')) * { '': 1, k: 1e3, M: 1e6, G: 1e9 }[step];
    };

    const serve = async (t, ...words) => {
        const server = spawn(
            process.execPath,
            [near('../examples/dashboard/dashboard.js'), '--port', '0', ...words],
            { stdio: ['ignore', 'pipe', 'inherit'] },
        );
        t.after(() => server.kill('SIGKILL'));
        let out = '';
        server.stdout.setEncoding('utf8').on('data', (text) => {
            out += text;
        });
        await once(server.stdout, 'data');
        const ledger = async () => {
            server.kill('SIGINT');
            await once(server, 'exit');
            return JSON.parse(out.trim().split('\n').at(-1));
        };
        return { url: out.trim(), ledger };
    };
    const open = async (t, url, options) => {
        const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
        t.after(() => browser.close());
        const page = await browser.newPage(options);
        await page.goto(url, { waitUntil: 'domcontentloaded' });
        return page;
    };

    test(
        'it shows what comes, obeys its buttons, and nothing is lost',
        { timeout: 110_000 },
        async (t) => {
            const { url, ledger } = await serve(t, '-i', 'v1');

            const traffic = spawn(process.execPath, [near('traffic.js'), '60'], {
                stdio: ['ignore', 'ignore', 'inherit'],
            });
            t.after(() => traffic.kill());

            const page = await open(t, url, {
                viewport: { width: 1360, height: 900 },
                colorScheme: 'light',
            });
            const complaints = [];
            page.on('pageerror', (error) => complaints.push(error.message));
            page.on('request', (request) => {
                if (!request.url().startsWith(url)) complaints.push(`asked for ${request.url()}`);
            });
            await page.reload({ waitUntil: 'domcontentloaded' });
            const text = (selector) => page.textContent(selector);
            const shows = (what, argument, timeout = 15_000) =>
                page.waitForFunction(what, argument, { timeout });
            const rate = (least, most) =>
                shows(
                    ([least, most]) => {
                        const shown = Number(
                            document.querySelector('#packet-rate').textContent.replaceAll(',', ''),
                        );
                        return shown >= least && shown <= most;
                    },
                    [least, most],
                );
            const picture = (name) =>
                PICTURES && page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });

            await t.test('the rate is shown', async () => {
                await rate(9500, 10500);
                assert.equal(await text('#state'), 'capturing');
                assert.equal(await text('#title'), 'v1');
                assert.ok(number(await text('#bit-rate')) > 0);
                assert.match(await page.getAttribute('#chart', 'aria-label'), /now [\d.]+ Mbit\/s/);
                const colors = await page.$eval(
                    '#chart',
                    (canvas) =>
                        new Set(
                            new Uint32Array(
                                canvas
                                    .getContext('2d')
                                    .getImageData(0, 0, canvas.width, canvas.height).data.buffer,
                            ),
                        ).size,
                );
                assert.ok(colors > 20, `${colors} colours are drawn`);
            });

            await t.test('the ledger grows and adds up', async () => {
                await shows(() => document.querySelector('#balance').textContent === 'adds up');
                const before = number(await text('#ledger-delivered'));
                await sleep(1500);
                assert.ok(number(await text('#ledger-delivered')) > before + 9000);
                for (const name of ['dropped', 'discarded', 'malformed', 'filtered']) {
                    assert.equal(await text(`#ledger-${name}`), '0', name);
                }
                assert.equal(await text('#dropped'), '0');
            });

            await t.test('pause holds the page, resume goes on', async () => {
                await page.click('#pause');
                assert.equal(await text('#pause'), 'Resume');
                assert.equal(await page.getAttribute('#pause', 'aria-pressed'), 'true');
                const held = await text('#delivered');
                await sleep(1500);
                assert.equal(await text('#delivered'), held);
                assert.match(await text('#state'), /^paused/);
                await page.click('#pause');
                await sleep(100);
                assert.ok(number(await text('#delivered')) > number(held) + 9000);
                await shows(() => document.querySelector('#state').textContent === 'capturing');
            });

            const column = (n) =>
                page.$$eval(
                    '#pairs tbody tr',
                    (rows, n) => rows.map((row) => row.cells[n].textContent),
                    n,
                );
            const sorted = (values, sign) =>
                values.every((value, i) => i === 0 || sign * (value - values[i - 1]) >= 0);

            await t.test('the table sorts by what is clicked, both ways', async () => {
                assert.ok(sorted((await column(2)).map(number), -1));
                assert.ok((await column(0)).length >= 12);
                await page.click('th[data-key=packets] button');
                assert.equal(
                    await page.getAttribute('th[data-key=packets]', 'aria-sort'),
                    'descending',
                );
                assert.ok(sorted((await column(5)).map(number), -1));
                await page.click('th[data-key=packets] button');
                assert.equal(
                    await page.getAttribute('th[data-key=packets]', 'aria-sort'),
                    'ascending',
                );
                assert.ok(sorted((await column(5)).map(number), 1));
                await page.click('th[data-key=b] button');
                assert.equal(await page.getAttribute('th[data-key=packets]', 'aria-sort'), null);
                const addresses = (await column(1)).filter((address) =>
                    address.startsWith('10.9.1.'),
                );
                assert.ok(addresses.length >= 12);
                assert.ok(
                    sorted(
                        addresses.map((address) => Number(address.split('.').pop())),
                        1,
                    ),
                );
                await page.click('th[data-key=bitRate] button');
            });

            await t.test('an address is found', async () => {
                await page.fill('#find', '10.9.1.12');
                assert.ok((await column(1)).every((address) => address === '10.9.1.12'));
                assert.ok((await column(1)).length >= 1);
                await page.fill('#find', '192.0.2.1');
                assert.equal((await column(1)).length, 0);
                await page.fill('#find', '');
            });

            await t.test('tabs change what is drawn', async () => {
                await page.click('[data-measure=packets]');
                assert.equal(
                    await page.getAttribute('[data-measure=bits]', 'aria-selected'),
                    'false',
                );
                await shows(() => /packets\/s$/.test(document.querySelector('#chart').ariaLabel));
                assert.equal(await text('#protocol-note'), 'share of packets, two minutes');
                const udp = await text('#protocols .protocol:nth-child(2)');
                assert.match(udp, /^UDP(99|100)/);
                await page.hover('#chart', { position: { x: 1200, y: 100 } });
                assert.match(await text('#tip'), /packets\/s/);
                await picture('packets');
                await page.click('[data-measure=bits]');
            });

            await t.test('a wrong filter is told, and changes nothing', async () => {
                await page.fill('#filter', 'udp port port');
                await page.click('#filter-form button');
                await page.waitForSelector('#filter-error:not([hidden])');
                assert.match(await text('#filter-error'), /syntax error/);
                await picture('wrong-filter');
                await sleep(600);
                assert.ok(number(await text('#packet-rate')) > 5000);
            });

            await t.test('a filter is applied, and taken away', async () => {
                await page.fill('#filter', 'udp port 9000');
                await page.press('#filter', 'Enter');
                await rate(1700, 2300);
                assert.equal(await page.isHidden('#filter-error'), true);
                await page.fill('#filter', '');
                await page.press('#filter', 'Enter');
                await rate(9000, 11000);
            });

            await t.test('the theme changes', async () => {
                const ground = () =>
                    page.$eval('body', (body) => getComputedStyle(body).backgroundColor);
                await picture('light');
                const light = await ground();
                await page.click('#theme');
                assert.equal(await ground(), light);
                await page.click('#theme');
                assert.equal(await text('#theme'), 'Theme: dark');
                assert.notEqual(await ground(), light);
                await sleep(600);
                await picture('dark');
            });

            await t.test('a page that comes later has what went before', async () => {
                await page.reload({ waitUntil: 'domcontentloaded' });
                await shows(() => document.querySelector('#state').textContent === 'capturing');
                assert.equal(await page.$eval('html', (html) => html.dataset.theme), 'dark');
            });

            assert.deepEqual(complaints, []);
            traffic.kill();
            await sleep(600);
            const { received, delivered, dropped, bytes, ...others } = await ledger();
            assert.equal(dropped, 0);
            assert.ok(delivered > 50_000, `${delivered} were delivered`);
            assert.equal(
                received,
                delivered + Object.values(others).reduce((sum, n) => sum + n, 0),
            );
        },
    );

    test('a file is replayed to its end', { timeout: 60_000 }, async (t) => {
        const { url, ledger } = await serve(t, '-r', 'tests/data/sample.pcap', '--speed', '5');
        const page = await open(t, url, {
            viewport: { width: 390, height: 844 },
            colorScheme: 'dark',
        });
        await page.waitForFunction(
            () => document.querySelector('#state').textContent === 'the file is over',
        );
        assert.equal(await page.textContent('#delivered'), '96');
        assert.equal(await page.$eval('html', (html) => html.dataset.theme), 'dark');
        assert.ok((await page.$$eval('#pairs tbody tr', (rows) => rows.length)) >= 5);
        // Nothing sticks out of a narrow screen.
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
        if (PICTURES) await page.screenshot({ path: `${PICTURES}/narrow.png`, fullPage: true });
        const { delivered, notIp, received } = await ledger();
        assert.deepEqual(
            { delivered, notIp, received },
            { delivered: 96, notIp: 6, received: 102 },
        );
    });
}
