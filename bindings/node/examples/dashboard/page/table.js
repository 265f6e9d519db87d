// The busiest pairs, sorted by what was clicked.
import { count, short } from './format.js';

const TEXTS = ['a', 'b'];
const CELLS = {
    a: String,
    b: String,
    bitRate: (value) => short(value, 'bit/s'),
    packetRate: (value) => short(value),
    bytes: (value) => short(value, 'B'),
    packets: count,
};

// Addresses by their numbers where they have such: 10.0.0.9 before 10.0.0.10.
const order = new Intl.Collator('en', { numeric: true }).compare;

export class Table {
    pairs = [];
    #table;
    #body;
    #key = 'bitRate';
    #down = true;
    #find = '';

    constructor(table, find) {
        this.#table = table;
        this.#body = table.tBodies[0];
        table.tHead.addEventListener('click', (event) => {
            const key = event.target.closest('th')?.dataset.key;
            if (key === undefined) return;
            this.#down = key === this.#key ? !this.#down : !TEXTS.includes(key);
            this.#key = key;
            this.draw();
        });
        find.addEventListener('input', () => {
            this.#find = find.value.trim().toLowerCase();
            this.draw();
        });
    }

    draw() {
        const key = this.#key,
            sign = this.#down ? -1 : 1;
        for (const th of this.#table.tHead.rows[0].cells) {
            if (th.dataset.key === key) th.ariaSort = this.#down ? 'descending' : 'ascending';
            else th.removeAttribute('aria-sort');
        }
        const found = this.pairs.filter(
            ({ a, b }) => a.includes(this.#find) || b.includes(this.#find),
        );
        found.sort(
            (one, other) =>
                sign * (TEXTS.includes(key) ? order(one[key], other[key]) : one[key] - other[key]),
        );
        const most = Math.max(...found.map(({ bitRate }) => bitRate), 1);
        // Rows stay where they are, so that what a pointer is over and a selection do too.
        found.forEach((pair, i) => {
            const row = this.#body.rows[i] ?? this.#row();
            Object.entries(CELLS).forEach(([name, format], n) => {
                const text = format(pair[name]);
                if (row.cells[n].textContent !== text) row.cells[n].textContent = text;
            });
            row.cells[2].style.setProperty('--share', `${(pair.bitRate / most) * 100}%`);
        });
        while (this.#body.rows.length > found.length) this.#body.deleteRow(-1);
        return found.length;
    }

    #row() {
        const row = this.#body.insertRow();
        for (const name in CELLS) {
            const cell = row.insertCell();
            if (TEXTS.includes(name)) cell.className = 'text';
            if (name === 'bitRate') cell.className = 'share';
        }
        return row;
    }
}
