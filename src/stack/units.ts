// Quantities with units, as people write them. A number without its unit is refused: guessing
// between 30 s and 30 ms is how an afternoon is lost.

/** What a text says, in the unit of the property's name, or why it says nothing. */
type Duration = { readonly ms: number } | { readonly problem: string };

const UNITS_NS = { h: 3.6e12, m: 6e10, s: 1e9, ms: 1e6, us: 1e3, µs: 1e3, ns: 1 } as const;
const PART = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g;
const DAY_NS = 24 * UNITS_NS.h;
/** A timer of Node holds 24.8 days. */
const LIMIT_DAYS = 24;

/**
 * `1m30s`, `250ms`, `1.5s` in milliseconds (a fraction where it is finer than that, down to a
 * nanosecond). The problem is the end of a sentence that begins with the text:
 * `30 has no unit; write 30s or 30ms`.
 */
export function parseDuration(text: string): Duration {
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed))
    return { problem: `has no unit; write ${trimmed}s or ${trimmed}ms` };
  if (trimmed.startsWith('-')) return { problem: 'is negative; a duration is 0s or more' };
  if (trimmed === '' || trimmed.replace(PART, '') !== '')
    return {
      problem: 'is not a duration; write it like 250ms, 30s or 1m30s (units: ns us ms s m h)',
    };
  const parts = [...trimmed.matchAll(PART)];
  const ns = parts.reduce(
    (sum, [, value, unit]) =>
      sum + Math.round(Number(value) * UNITS_NS[unit as keyof typeof UNITS_NS]),
    0,
  );
  if (ns > LIMIT_DAYS * DAY_NS)
    return { problem: `is longer than ${LIMIT_DAYS} days, the most that labctl counts` };
  return { ms: ns / UNITS_NS.ms };
}

/** The shortest text that `parseDuration` reads as `ms` again: `1m30s`, `1.5s`, `250ms`, `0s`. */
export function formatDuration(ms: number): string {
  const ns = Math.round(ms * UNITS_NS.ms);
  if (ns === 0) return '0s';
  const fine = ns < 1e3 ? 'ns' : ns < 1e6 ? 'us' : ns < 1e9 ? 'ms' : undefined;
  if (fine) return `${ns / UNITS_NS[fine]}${fine}`;
  const hours = Math.floor(ns / UNITS_NS.h);
  const minutes = Math.floor((ns % UNITS_NS.h) / UNITS_NS.m);
  const seconds = (ns % UNITS_NS.m) / UNITS_NS.s;
  return [hours && `${hours}h`, minutes && `${minutes}m`, seconds && `${seconds}s`]
    .filter(Boolean)
    .join('');
}

const POWERS: Readonly<Record<string, number>> = { b: 0, k: 1, m: 2, g: 3 };

/** The engine takes no lower limit of memory. */
export const MEMORY_LEAST_BYTES = 6 * 2 ** 20;

/** `256m` as docker reads it, in powers of 1024; NaN when it is no size. */
export function dockerBytes(text: string): number {
  const [, value, unit] = /^(\d+(?:\.\d+)?)([bkmg]?)(?:i?b)?$/i.exec(text) ?? [];
  return value === undefined
    ? Number.NaN
    : Number(value) * 1024 ** POWERS[unit!.toLowerCase() || 'b']!;
}

/** `256m`, `30.1m`, `512b`, as docker writes sizes. */
export function formatBytes(bytes: number): string {
  const unit = ['b', 'k', 'm', 'g'].findLast((each) => bytes >= 1024 ** POWERS[each]!) ?? 'b';
  const value = bytes / 1024 ** POWERS[unit]!;
  return `${Math.round(value * 10) / 10}${unit}`;
}
