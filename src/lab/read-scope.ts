// The words that narrow a fault, as users type them. Throws usage for what is not possible.
import { LabError } from '../errors.ts';
import type { Scope } from '../faults/fault.ts';
import { parseShare, parseSize } from '../stack/quantities.ts';
import { parseDuration } from '../stack/units.ts';

export interface ScopeWords {
  readonly direction?: 'up' | 'down' | 'both';
  readonly conns?: 'new' | 'existing' | 'all';
  readonly share?: string;
  /** A duration, or a size. */
  readonly after?: string;
  readonly seed?: string;
}

export interface ReadScope {
  readonly scope?: Scope;
  readonly afterMs?: number;
  readonly seed?: number;
}

export function readScope({ direction, conns, share, after, seed }: ScopeWords): ReadScope {
  const moment: After = after === undefined ? {} : readAfter(after);
  const scope: Scope = {
    ...(direction && direction !== 'both' && { direction }),
    ...(conns && conns !== 'all' && { conns }),
    ...(share !== undefined && { share: readShare(share) }),
    ...(moment.bytes !== undefined && { afterBytes: moment.bytes }),
  };
  return {
    ...(Object.keys(scope).length && { scope }),
    ...(moment.ms !== undefined && { afterMs: moment.ms }),
    ...(seed !== undefined && { seed: readSeed(seed) }),
  };
}

interface After {
  readonly ms?: number;
  readonly bytes?: number;
}

function readAfter(text: string): After {
  const duration = parseDuration(text);
  if ('ms' in duration) return duration;
  const size = parseSize(text);
  if ('value' in size) return { bytes: size.value };
  throw new LabError('usage', `--after: ${text} is no duration (5s) and no size (1MB)`);
}

/** Throws usage. */
export function readSeed(text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new LabError('usage', `--seed: ${text} is no whole number`);
}

function readShare(text: string): number {
  const quantity = parseShare(text);
  if ('value' in quantity) return quantity.value;
  throw new LabError('usage', `--share: ${text} ${quantity.problem}`);
}
