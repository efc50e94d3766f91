// What a measure gives: rows. The value of a row is the median of its samples; `aim` is `atMost`,
// `atLeast` or `within`, and a row without one is for information.

export function median(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Pair by pair, so that each ratio is of two things that ran next to each other. */
export const ratios = (over, under) => over.map((value, i) => value / under[i]);

export const atMost = (limit) => ({ word: '<=', limit, isMet: (value) => value <= limit });
export const atLeast = (limit) => ({ word: '>=', limit, isMet: (value) => value >= limit });
export const within = (from, to) => ({
  word: 'in',
  limit: `${from}..${to}`,
  isMet: (value) => value >= from && value <= to,
});

export function row(what, unit, samples, aim) {
  const value = median(samples);
  return {
    what,
    unit,
    value,
    min: Math.min(...samples),
    max: Math.max(...samples),
    ...(aim && { aim: `${aim.word} ${aim.limit}`, isMet: aim.isMet(value) }),
    samples,
  };
}

/** Three digits are all that such measurements are good for. */
const short = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

/** Cells of a table with the headers MEASURE, WHAT, MEDIAN, MIN, MAX, UNIT, AIM, MET. */
export const cells = (measure, { what, unit, value, min, max, aim = '', isMet }) => [
  measure,
  what,
  short(value),
  short(min),
  short(max),
  unit,
  aim,
  isMet === undefined ? '' : isMet ? 'yes' : 'NO',
];
