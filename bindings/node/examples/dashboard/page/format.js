// Numbers for people.

const STEPS = ['', 'k', 'M', 'G', 'T'];

/** [1.23, 'M'] for 1,230,000; three digits that count. */
export function scaled(value) {
    let step = 0;
    while (value >= 999.5 && step < STEPS.length - 1) {
        value /= 1000;
        step++;
    }
    const digits =
        step === 0 && Number.isInteger(value) ? 0 : value >= 99.5 ? 0 : value >= 9.95 ? 1 : 2;
    return [value === 0 ? '0' : value.toFixed(digits), STEPS[step]];
}

export const short = (value, unit = '') => {
    const [number, step] = scaled(value);
    return step + unit === '' ? number : `${number} ${step}${unit}`;
};

/** The same without zeros behind the point. */
export function round(value, unit = '') {
    const [number, step] = scaled(value);
    return `${Number(number)} ${step}${unit}`.trim();
}

const whole = new Intl.NumberFormat('en');
export const count = (value) => whole.format(Math.round(value));

const clock = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
});
export const time = (value) => clock.format(value);
