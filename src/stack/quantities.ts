// Sizes, rates and shares with their units, as people write them; durations are in units.ts. A bare
// number is refused, and so is "bps": to some it means bits, to netem bytes.

/** The value in the unit that the function names, or the end of a sentence that says why not. */
export type Quantity = { readonly value: number } | { readonly problem: string };

const UNITS_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/** Bytes per second of one unit: bits when written as tc does, bytes when written with /s. */
const UNITS_RATE: Readonly<Record<string, number>> = {
  kbit: 1e3 / 8,
  mbit: 1e6 / 8,
  gbit: 1e9 / 8,
  ...Object.fromEntries(Object.entries(UNITS_BYTES).map(([unit, bytes]) => [`${unit}/s`, bytes])),
};

/** `64KiB`, `1.5MB`, `10B` in bytes: KB is 1000, KiB 1024. */
export function parseSize(text: string): Quantity {
  const read = split(text, UNITS_BYTES);
  if ('problem' in read) return { problem: `${read.problem}; write it like 10B, 64KiB or 1MB` };
  return { value: Math.round(read.value) };
}

/** `1mbit`, `500kbit`, `2MB/s` in bytes per second; more than zero. */
export function parseRate(text: string): Quantity {
  if (/bps$/i.test(text.trim()))
    return { problem: 'may mean bits or bytes; write bits as 1mbit, bytes as 125KB/s' };
  const read = split(text, UNITS_RATE);
  if ('problem' in read) return { problem: `${read.problem}; write it like 1mbit or 125KB/s` };
  return read.value > 0 ? read : { problem: 'is nothing at all; use jam for that' };
}

/** `0.05` or `5%` as 0.05; from 0 to 1. */
export function parseShare(text: string): Quantity {
  const [, number, percent] = /^\s*(\d+(?:\.\d+)?)(%?)\s*$/.exec(text) ?? [];
  if (number === undefined) return { problem: 'is no share; write it like 0.05 or 5%' };
  const value = percent ? Number((Number(number) / 100).toPrecision(12)) : Number(number);
  return value <= 1 ? { value } : { problem: 'is more than the whole; write it like 0.05 or 5%' };
}

/** `3`: a whole number from 1. */
export function parseCount(text: string): Quantity {
  return /^[1-9]\d{0,8}$/.test(text.trim())
    ? { value: Number(text) }
    : { problem: 'is no whole number from 1' };
}

/** The shortest text that `parseSize` reads as the same. */
export const formatSize = (bytes: number): string => shortest(bytes, UNITS_BYTES);

/** The shortest text that `parseRate` reads as the same. */
export const formatRate = (bytesPerSecond: number): string => shortest(bytesPerSecond, UNITS_RATE);

export const formatShare = (share: number): string => `${Number((share * 100).toPrecision(12))}%`;

function split(text: string, units: Readonly<Record<string, number>>): Quantity {
  const [, number, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([a-zA-Z/]*)\s*$/.exec(text) ?? [];
  if (number === undefined) return { problem: 'is not a number with a unit' };
  if (unit === '') return { problem: 'has no unit' };
  const known = Object.keys(units).find((name) => name.toLowerCase() === unit.toLowerCase());
  if (known === undefined)
    return { problem: `has an unknown unit (units: ${Object.keys(units).join(' ')})` };
  return { value: Number(number) * units[known]! };
}

function shortest(value: number, units: Readonly<Record<string, number>>): string {
  const exact = Object.entries(units).filter(([, size]) => (value / size) * size === value);
  const texts = exact.map(([unit, size]) => `${value / size}${unit}`);
  const plain = texts.filter((text) => !/e[+-]/.test(text));
  return plain.reduce((best, text) => (text.length < best.length ? text : best));
}
