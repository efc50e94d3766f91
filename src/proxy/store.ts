// The proxy's fault list on its own disk, so that `docker restart` brings it back with its faults.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Fault } from '../faults/fault.ts';

interface Stored {
  readonly revision: number;
  readonly faults: readonly Fault[];
}

/** Nothing where there is no file, or one that a crash of the machine has torn. */
export function loadStored(path: string): Stored {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Stored;
  } catch (error) {
    const isTorn = error instanceof SyntaxError;
    if (isTorn || (error as NodeJS.ErrnoException).code === 'ENOENT')
      return { revision: 0, faults: [] };
    throw error;
  }
}

/** Atomic: a crash leaves the old list or the new one. */
export function saveStored(path: string, stored: Stored): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, JSON.stringify(stored));
  renameSync(`${path}.new`, path);
}
