// Numbers and times as text.

/** Numbers that JSON cannot hold (NaN) arrive as strings. */
export function number(value) {
  return typeof value === 'number' ? value : NaN;
}

/** A number with three significant digits, never in exponent form. */
export function short(value) {
  if (typeof value !== 'number' || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

/** As `short`, but in exponent form where that is shorter or says more. */
export function brief(value) {
  const size = Math.abs(value);
  return Number.isFinite(value) && (size >= 1e6 || size > 0 && size < 1e-3) ? value.toExponential(1).replace('e+', 'e') : short(value);
}

/** A count with separators. */
export function count(value) {
  return value.toLocaleString('en');
}

/** Time of day of a stamp in ns. */
export function clock(rosNs) {
  return new Date(rosNs / 1e6).toTimeString().slice(0, 8);
}

/** A duration in s, coarse. */
export function duration(seconds) {
  if (!(seconds >= 0)) return '';
  if (seconds < 100) return Math.floor(seconds) + ' s';
  return seconds < 6000 ? Math.floor(seconds / 60) + ' min' : Math.floor(seconds / 3600) + ' h';
}
