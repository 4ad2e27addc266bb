const NONE = '–';
const usable = (value) => value !== null && value !== undefined && Number.isFinite(Number(value));

/** 0.97642 as `97.64 %`. */
export function percent(share, digits = 2) {
  return usable(share) ? `${(Number(share) * 100).toFixed(digits)} %` : NONE;
}

/** 1234567 as `1,234,567`; large ones short: `12.3 M`. */
export function count(value) {
  if (!usable(value)) return NONE;
  const number = Number(value);
  if (Math.abs(number) >= 1e9) return `${(number / 1e9).toFixed(1)} G`;
  if (Math.abs(number) >= 1e7) return `${(number / 1e6).toFixed(1)} M`;
  return Math.round(number).toString().replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A figure to three places that count: `0.0372`, `1.52`, `1,431`. */
export function figure(value) {
  if (!usable(value)) return NONE;
  const number = Number(value);
  if (number === 0) return '0';
  return Math.abs(number) >= 1000 ? count(number) : String(Number(number.toPrecision(3)));
}

/** Bytes in the units of disks: `13.1 MB`. */
export function bytes(value) {
  if (!usable(value) || Number(value) === 0) return NONE;
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let number = Number(value);
  let unit = 0;
  while (number >= 1000 && unit < units.length - 1) {
    number /= 1000;
    unit++;
  }
  return `${unit === 0 ? number : number.toFixed(1)} ${units[unit]}`;
}

/** Seconds as people say them: `840 µs`, `12.3 ms`, `4.2 s`, `3 min 20 s`, `2 h 5 min`. */
export function seconds(value) {
  if (!usable(value)) return NONE;
  const number = Number(value);
  if (number <= 0) return '0 s';
  if (number < 1e-3) return `${Math.round(number * 1e6)} µs`;
  if (number < 1) return `${Number((number * 1e3).toPrecision(3))} ms`;
  if (number < 10) return `${number.toFixed(1)} s`;
  if (number < 60) return `${Math.round(number)} s`;
  if (number < 3600) return `${Math.floor(number / 60)} min ${Math.round(number % 60)} s`;
  return `${Math.floor(number / 3600)} h ${Math.round((number % 3600) / 60)} min`;
}

/** The seconds of a proto JSON duration, `1.5s`; NaN for none. */
export function durationSeconds(text) {
  return /^-?[\d.]+s$/.test(text ?? '') ? Number(text.slice(0, -1)) : NaN;
}

/** How long ago a time was: `just now`, `4 min ago`, `3 h ago`, then the day. */
export function ago(time, now = Date.now()) {
  const then = Date.parse(time ?? '');
  if (Number.isNaN(then)) return NONE;
  const passed = (now - then) / 1000;
  if (passed < 5) return 'just now';
  if (passed < 60) return `${Math.round(passed)} s ago`;
  if (passed < 3600) return `${Math.round(passed / 60)} min ago`;
  if (passed < 86400) return `${Math.round(passed / 3600)} h ago`;
  return new Date(then).toISOString().slice(0, 10);
}

/** `14:03:27` in the viewer's time. */
export function clock(time) {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? NONE : date.toTimeString().slice(0, 8);
}

/** A signed difference: `+0.42`, `−1.3`. */
export function signed(value, digits = 2) {
  if (!usable(value)) return NONE;
  const text = Math.abs(Number(value)).toFixed(digits);
  return Number(text) === 0 ? '±0' : `${value < 0 ? '−' : '+'}${text}`;
}

/** `VERSION_STATE_AVAILABLE` as `Available`. */
export function enumWord(value, prefix) {
  const word = (value ?? '').replace(prefix, '').toLowerCase().replaceAll('_', ' ');
  return word && !word.includes('unspecified') ? word[0].toUpperCase() + word.slice(1) : 'Unknown';
}

/** The last part of a resource's name: `models/mnist/versions/3` as `3`. */
export function lastPart(name) {
  return (name ?? '').split('/').at(-1);
}
