// Rates over time, one protocol on top of the other, drawn by hand.
import { short, time } from './format.js';

const SPAN = 120_000; // ms from the left to the right
const LEFT = 74, RIGHT = 12, TOP = 10, BOTTOM = 24;

/** A round number at or above the value: the highest tick, and how many there are below. */
function axis(value) {
    const size = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
    for (const [factor, ticks] of [[1, 4], [2, 4], [2.5, 5], [4, 4], [5, 5], [8, 4], [10, 5]]) {
        if (value <= factor * size) return [factor * size, ticks];
    }
    return [10 * size, 5];
}

export class Chart {
    measure = 'bits';
    points = [];
    #canvas;
    #tip;
    #protocols;
    #pointer = null;
    #top = 0;

    constructor(canvas, tip, protocols) {
        this.#canvas = canvas;
        this.#tip = tip;
        this.#protocols = protocols;
        canvas.addEventListener('pointermove', (event) => {
            this.#pointer = event.offsetX;
            this.draw();
        });
        canvas.addEventListener('pointerleave', () => {
            this.#pointer = null;
            this.draw();
        });
        new ResizeObserver(() => this.draw()).observe(canvas);
    }

    draw() {
        const canvas = this.#canvas;
        const { clientWidth: width, clientHeight: height } = canvas;
        const ratio = window.devicePixelRatio;
        canvas.width = width * ratio;
        canvas.height = height * ratio;
        const c = canvas.getContext('2d');
        c.scale(ratio, ratio);
        const style = getComputedStyle(canvas);
        const color = (name) => style.getPropertyValue(name).trim();
        c.font = `11px ${style.fontFamily}`;

        const { points, measure } = this;
        const end = points.at(-1)?.time ?? Date.now();
        const shown = points.filter((point) => point.time > end - SPAN - 2000);
        const totals = shown.map((point) => point[measure].reduce((sum, n) => sum + n, 0));
        const [top, ticks] = axis(Math.max(...totals, 1) * 1.05);
        // It shrinks only when there is much room, so as not to jump.
        this.#top = top > this.#top || top < this.#top * 0.45 || totals.length < 3 ? top : this.#top;
        const high = this.#top;
        const x = (at) => LEFT + (at - end + SPAN) / SPAN * (width - LEFT - RIGHT);
        const y = (value) => height - BOTTOM - value / high * (height - TOP - BOTTOM);

        this.#grid(c, { width, height, high, ticks: high === top ? ticks : 4, end, x, y, color });
        c.save();
        c.beginPath();
        c.rect(LEFT, 0, width - LEFT - RIGHT, height);
        c.clip();
        const below = new Array(shown.length).fill(0);
        this.#protocols.forEach((_, place) => {
            if (shown.length < 2) return;
            const above = shown.map((point, i) => below[i] + point[measure][place]);
            c.beginPath();
            shown.forEach((point, i) => c.lineTo(x(point.time), y(above[i])));
            const line = new Path2D();
            shown.forEach((point, i) => line.lineTo(x(point.time), y(above[i])));
            for (let i = shown.length - 1; i >= 0; i--) c.lineTo(x(shown[i].time), y(below[i]));
            c.closePath();
            c.fillStyle = c.strokeStyle = color(`--c${place}`);
            c.globalAlpha = 0.32;
            c.fill();
            c.globalAlpha = 1;
            c.lineWidth = 1.5;
            c.lineJoin = 'round';
            // A protocol that is not there draws no line along the one below.
            if (above.some((value, i) => value > below[i])) c.stroke(line);
            above.forEach((value, i) => { below[i] = value; });
        });
        c.restore();
        this.#point(c, { shown, totals, x, y, width, height, color });
        const now = totals.at(-1) ?? 0;
        canvas.setAttribute('aria-label', `Rates over time; now ${this.#amount(now)}`);
    }

    #amount(value) {
        return this.measure === 'bits' ? short(value, 'bit/s') : `${short(value)} packets/s`;
    }

    #grid(c, { width, height, high, ticks, end, x, y, color }) {
        c.fillStyle = color('--soft');
        c.strokeStyle = color('--line');
        c.lineWidth = 1;
        c.textAlign = 'right';
        c.textBaseline = 'middle';
        for (let i = 0; i <= ticks; i++) {
            const value = high * i / ticks;
            const at = Math.round(y(value)) + 0.5;
            c.beginPath();
            c.moveTo(LEFT, at);
            c.lineTo(width - RIGHT, at);
            c.stroke();
            c.fillText(this.measure === 'bits' ? short(value, 'bit/s') : short(value), LEFT - 8, at);
        }
        c.textBaseline = 'alphabetic';
        c.textAlign = 'center';
        const step = width < 600 ? 60_000 : 20_000;
        for (let at = Math.ceil((end - SPAN) / step) * step; at <= end; at += step) {
            if (x(at) < LEFT + 20 || x(at) > width - RIGHT - 20) continue;
            c.fillText(time(at), x(at), height - 6);
        }
    }

    #point(c, { shown, totals, x, y, height, color }) {
        const tip = this.#tip;
        tip.hidden = this.#pointer === null || shown.length === 0;
        if (tip.hidden) return;
        let nearest = 0;
        shown.forEach((point, i) => {
            if (Math.abs(x(point.time) - this.#pointer) < Math.abs(x(shown[nearest].time) - this.#pointer)) nearest = i;
        });
        const point = shown[nearest];
        const at = x(point.time);
        c.strokeStyle = color('--soft');
        c.setLineDash([3, 3]);
        c.beginPath();
        c.moveTo(at, TOP);
        c.lineTo(at, height - BOTTOM);
        c.stroke();
        c.setLineDash([]);
        c.beginPath();
        c.arc(at, y(totals[nearest]), 3.5, 0, 7);
        c.fillStyle = color('--ink');
        c.fill();
        const row = (name, value, place) => {
            const div = document.createElement('div');
            const label = div.appendChild(document.createElement('span'));
            if (place !== undefined) {
                label.appendChild(document.createElement('i')).style.setProperty('--mark', `var(--c${place})`);
            }
            label.append(name);
            div.appendChild(document.createElement('span')).textContent = value;
            return div;
        };
        const rows = this.#protocols.map((name, i) => [name, point[this.measure][i], i])
            .filter(([, value]) => value > 0).reverse();
        tip.replaceChildren(row(time(point.time), this.#amount(totals[nearest])),
            ...rows.map(([name, value, i]) => row(name, this.#amount(value), i)));
        const room = this.#canvas.clientWidth;
        tip.style.left = at > room / 2 ? 'auto' : `${at + 12}px`;
        tip.style.right = at > room / 2 ? `${room - at + 12}px` : 'auto';
    }
}
