// Rates over time, one protocol on top of the other, drawn by hand.
import { round, short, time } from './format.js';

// From the left to the right, in ms: it grows with what there is to show.
const LEAST_SPAN = 30_000,
    MOST_SPAN = 120_000;
const LEFT = 74,
    RIGHT = 12,
    TOP = 10,
    BOTTOM = 24;

/** A round number at or above the value: the highest tick, and how many there are below. */
function axis(value) {
    const size = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
    for (const [factor, ticks] of [
        [1, 4],
        [1.5, 3],
        [2, 4],
        [2.5, 5],
        [3, 3],
        [4, 4],
        [5, 5],
        [6, 3],
        [8, 4],
        [10, 5],
    ]) {
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
        const span = Math.min(Math.max(end - (points[0]?.time ?? end), LEAST_SPAN), MOST_SPAN);
        const shown = points.filter((point) => point.time > end - span - 2000);
        const totals = shown.map((point) => point[measure].reduce((sum, n) => sum + n, 0));
        const [top, ticks] = axis(Math.max(...totals, 1) * 1.05);
        // It shrinks only when there is much room, so as not to jump.
        this.#top =
            top > this.#top || top < this.#top * 0.45 || totals.length < 3 ? top : this.#top;
        const high = this.#top;
        const x = (at) => LEFT + ((at - end + span) / span) * (width - LEFT - RIGHT);
        const y = (value) => height - BOTTOM - (value / high) * (height - TOP - BOTTOM);

        this.#grid(c, {
            width,
            height,
            high,
            ticks: high === top ? ticks : 4,
            end,
            span,
            x,
            y,
            color,
        });
        c.save();
        c.beginPath();
        c.rect(LEFT, 0, width - LEFT - RIGHT, height);
        c.clip();
        if (shown.length > 1) this.#layers(c, { shown, x, y, color });
        c.restore();
        this.#point(c, { shown, totals, x, y, width, height, color });
        const now = totals.at(-1) ?? 0;
        canvas.setAttribute('aria-label', `Rates over time; now ${this.#amount(now)}`);
    }

    // From the topmost down, so that a thin layer does not hide the edge of a thick one.
    #layers(c, { shown, x, y, color }) {
        const edges = [shown.map(() => 0)];
        for (const place of this.#protocols.keys()) {
            edges.push(shown.map((point, i) => edges[place][i] + point[this.measure][place]));
        }
        c.lineWidth = 1.6;
        c.lineJoin = 'round';
        for (let place = this.#protocols.length - 1; place >= 0; place--) {
            const below = edges[place].map(y),
                above = edges[place + 1].map(y);
            c.fillStyle = c.strokeStyle = color(`--c${place}`);
            c.beginPath();
            shown.forEach((point, i) => c.lineTo(x(point.time), above[i]));
            for (let i = shown.length - 1; i >= 0; i--) c.lineTo(x(shown[i].time), below[i]);
            c.globalAlpha = 0.3;
            c.fill();
            c.globalAlpha = 1;
            c.beginPath();
            shown.forEach((point, i) => {
                // Where there is nothing of a protocol, there is no line along its neighbour.
                const seen = (n) => below[n] - above[n] > 0.7;
                if (i > 0 && (seen(i) || seen(i - 1))) c.lineTo(x(point.time), above[i]);
                else c.moveTo(x(point.time), above[i]);
            });
            c.stroke();
        }
    }

    #amount(value) {
        return this.measure === 'bits' ? short(value, 'bit/s') : `${short(value)} packets/s`;
    }

    #grid(c, { width, height, high, ticks, end, span, x, y, color }) {
        c.fillStyle = color('--soft');
        c.strokeStyle = color('--line');
        c.lineWidth = 1;
        c.textAlign = 'right';
        c.textBaseline = 'middle';
        for (let i = 0; i <= ticks; i++) {
            const value = (high * i) / ticks;
            const at = Math.round(y(value)) + 0.5;
            c.beginPath();
            c.moveTo(LEFT, at);
            c.lineTo(width - RIGHT, at);
            c.stroke();
            c.fillText(round(value, this.measure === 'bits' ? 'bit/s' : ''), LEFT - 8, at);
        }
        c.textBaseline = 'alphabetic';
        c.textAlign = 'center';
        const step =
            [5000, 10_000, 20_000, 60_000].find((ms) => (span / ms) * 90 < width - LEFT) ?? 60_000;
        for (let at = Math.ceil((end - span) / step) * step; at <= end; at += step) {
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
            if (
                Math.abs(x(point.time) - this.#pointer) <
                Math.abs(x(shown[nearest].time) - this.#pointer)
            )
                nearest = i;
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
                label
                    .appendChild(document.createElement('i'))
                    .style.setProperty('--mark', `var(--c${place})`);
            }
            label.append(name);
            div.appendChild(document.createElement('span')).textContent = value;
            return div;
        };
        const rows = this.#protocols
            .map((name, i) => [name, point[this.measure][i], i])
            .filter(([, value]) => value > 0)
            .reverse();
        tip.replaceChildren(
            row(time(point.time), this.#amount(totals[nearest])),
            ...rows.map(([name, value, i]) => row(name, this.#amount(value), i)),
        );
        const room = this.#canvas.clientWidth;
        tip.style.left = at > room / 2 ? 'auto' : `${at + 12}px`;
        tip.style.right = at > room / 2 ? `${room - at + 12}px` : 'auto';
    }
}
