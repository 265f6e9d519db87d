import { Chart } from './chart.js';
import { Table } from './table.js';
import { count, scaled, time } from './format.js';

const $ = (id) => document.getElementById(id);
const POINTS = 260;

// The theme: as the system has it, until it is chosen.
const system = matchMedia('(prefers-color-scheme: dark)');
function theme(change) {
    const chosen = ['auto', 'light', 'dark'];
    let name = localStorage.getItem('theme') ?? 'auto';
    if (change) name = chosen[(chosen.indexOf(name) + 1) % chosen.length];
    localStorage.setItem('theme', name);
    $('theme').textContent = `Theme: ${name}`;
    document.documentElement.dataset.theme =
        name === 'auto' ? (system.matches ? 'dark' : 'light') : name;
    chart?.draw();
}
$('theme').addEventListener('click', () => theme(true));
system.addEventListener('change', () => theme(false));

let protocols = [];
let chart = null;
let last = null;
let paused = false;
let gone = [];
const table = new Table($('pairs'), $('find'));
theme(false);

const events = new EventSource('events');
events.addEventListener('hello', ({ data }) => {
    const { title, live, history, filter, ...rest } = JSON.parse(data);
    protocols = rest.protocols;
    $('title').textContent = title;
    document.title = `${title} · ipmon`;
    $('title').dataset.live = live;
    if (document.activeElement !== $('filter')) $('filter').value = filter;
    $('legend').replaceChildren(
        ...protocols.map((name, place) => {
            const span = document.createElement('span');
            span.style.setProperty('--mark', `var(--c${place})`);
            span.textContent = name;
            return span;
        }),
    );
    chart ??= new Chart($('chart'), $('tip'), protocols);
    chart.points = history;
    gone = [];
    chart.draw();
});
events.addEventListener('state', ({ data }) => {
    last = JSON.parse(data);
    gone.push(last.point);
    if (!paused) show();
});
events.addEventListener('error', () => say('lost', 'the server is gone; trying again'));

function say(state, text) {
    $('state').dataset.state = state;
    $('state').textContent = text;
}

function show() {
    if (last === null || chart === null) return;
    chart.points = [...chart.points, ...gone].slice(-POINTS);
    gone = [];
    const { point, ledger, ended, notices, pairs, others } = last;
    if (paused) say('paused', 'paused; the capture goes on');
    else if (ended)
        say('ended', $('title').dataset.live === 'true' ? 'the capture ended' : 'the file is over');
    else say('live', $('title').dataset.live === 'true' ? 'capturing' : 'replaying');
    const sum = (values) => values.reduce((all, value) => all + value, 0);
    $('packet-rate').textContent = count(sum(point.packets));
    const [bits, unit] = scaled(sum(point.bits));
    $('bit-rate').textContent = bits;
    $('bit-unit').textContent = `${unit}bit/s`;
    $('delivered').textContent = count(ledger.delivered);
    $('dropped').textContent = count(ledger.dropped);
    $('dropped-share').textContent =
        ledger.dropped === 0
            ? 'frames'
            : `frames, ${((ledger.dropped / ledger.received) * 100).toPrecision(2)} %`;
    $('dropped-tile').classList.toggle('alarm', ledger.dropped > 0);
    chart.draw();
    shares();
    table.pairs = pairs;
    $('no-pairs').hidden = table.draw() > 0;
    $('others').textContent = others > 0 ? `and ${count(others)} more pairs with less traffic` : '';
    balance(ledger);
    $('notices-card').hidden = notices.length === 0;
    $('notices').replaceChildren(
        ...notices
            .map((notice) => {
                const li = document.createElement('li');
                li.appendChild(document.createElement('time')).textContent = time(notice.time);
                li.append(notice.text);
                return li;
            })
            .reverse(),
    );
}

function shares() {
    const { measure, points } = chart;
    const sums = protocols.map((name, place) => ({
        name,
        place,
        sum: points.reduce((all, point) => all + point[measure][place], 0),
    }));
    const all = sums.reduce((total, { sum }) => total + sum, 0) || 1;
    $('protocol-note').textContent = `share of ${measure}, two minutes`;
    const rows = $('protocols').children;
    sums.forEach(({ name, place, sum }, i) => {
        const row = rows[i] ?? $('protocols').appendChild(document.createElement('div'));
        if (row.children.length === 0) {
            row.className = 'protocol';
            row.innerHTML = '<span></span><span></span><div class="bar"><i></i></div>';
        }
        row.style.setProperty('--mark', `var(--c${place})`);
        row.style.setProperty('--share', `${(sum / all) * 100}%`);
        row.children[0].textContent = name;
        const share = (sum / all) * 100;
        row.children[1].textContent = `${share > 0 && share < 0.1 ? '< 0.1' : share.toFixed(1)} %`;
    });
}

const LEDGER = [
    ['received', 'Received'],
    ['delivered', 'Delivered'],
    ['notIp', 'Not IP'],
    ['filtered', 'Filtered out'],
    ['truncated', 'Cut before IP'],
    ['malformed', 'Malformed'],
    ['unsupported', 'Unsupported'],
    ['paused', 'While paused'],
    ['discarded', 'Discarded by a stop'],
    ['dropped', 'Dropped by the kernel'],
];

function balance(ledger) {
    ledger.malformed =
        ledger.malformedVersion +
        ledger.malformedHeaderLength +
        ledger.malformedTotalLength +
        ledger.malformedShort;
    const rows = $('ledger').children;
    LEDGER.forEach(([name, label], i) => {
        if (rows.length <= i * 2) {
            $('ledger').append(document.createElement('dt'), document.createElement('dd'));
            rows[i * 2].textContent = label;
            rows[i * 2 + 1].id = `ledger-${name}`;
        }
        const value = ledger[name],
            cell = rows[i * 2 + 1];
        cell.textContent = count(value);
        rows[i * 2].className = i === 0 ? 'total' : '';
        cell.className =
            i === 0 ? 'total' : value === 0 ? 'zero' : name === 'dropped' ? 'alarm' : '';
    });
    const accounted = LEDGER.slice(1).reduce((sum, [name]) => sum + ledger[name], 0);
    const open = ledger.received - accounted;
    // The kernel's counts are read four times a second, the others at once.
    $('balance').textContent = open === 0 ? 'adds up' : 'being counted';
    $('balance').className = open === 0 ? 'note even' : 'note';
}

$('pause').addEventListener('click', () => {
    paused = !paused;
    $('pause').ariaPressed = paused;
    $('pause').textContent = paused ? 'Resume' : 'Pause';
    if (paused) say('paused', 'paused; the capture goes on');
    else show();
});

for (const tab of document.querySelectorAll('[role=tab]')) {
    tab.addEventListener('click', () => {
        for (const each of document.querySelectorAll('[role=tab]'))
            each.ariaSelected = each === tab;
        if (chart === null) return;
        chart.measure = tab.dataset.measure;
        chart.draw();
        shares();
    });
}

$('filter-form').addEventListener('submit', async (event) => {
    event.preventDefault();
    const response = await fetch('filter', { method: 'PUT', body: $('filter').value });
    const text = await response.text();
    $('filter').ariaInvalid = !response.ok;
    $('filter-error').hidden = response.ok;
    $('filter-error').textContent = response.ok ? '' : text;
    if (response.ok) $('filter').value = text;
});
$('filter').addEventListener('input', () => {
    $('filter').ariaInvalid = false;
    $('filter-error').hidden = true;
});
