// Which ports of the user's machine a lab's nodes get: the same ones each time where they are free,
// and rarely those of another lab.
import { LabError } from '../errors.ts';

const FIRST = 20_000;
const COUNT = 10_000;

/** A port to publish. `key` names it in the lab, `etcd-1:client`; `fixed` is the stack's choice. */
export interface PortWant {
  readonly key: string;
  readonly fixed?: number | undefined;
}

/**
 * Every port from 20000 to 29999 once, in an order that depends on `lab` and `key` alone. Two keys
 * that begin at the same port go on in different steps.
 */
export function* portCandidates(lab: string, key: string): Generator<number, void> {
  const start = hash(`${lab}/${key}`);
  // Any step that has no divisor in common with 10000 visits every port.
  const step = 10 * (hash(`${key}/${lab}`) % (COUNT / 10)) + 1;
  for (let i = 0; i < COUNT; i++) yield FIRST + ((start + i * step) % COUNT);
}

/**
 * Key -> port: the fixed ones as they are, for the others the first candidate that is free and not
 * given to another key. Throws `port-taken` for a fixed port that is not free, with its key, and
 * when no candidate is. `isFree` must say true for a port that this lab itself has already.
 */
export async function assignPorts(
  wants: readonly PortWant[],
  lab: string,
  isFree: (port: number) => boolean | Promise<boolean>,
): Promise<Map<string, number>> {
  const given = new Map<string, number>();
  const used = new Set<number>();
  const give = (key: string, port: number) => {
    given.set(key, port);
    used.add(port);
  };
  for (const { key, fixed } of wants) {
    if (fixed === undefined) continue;
    if (used.has(fixed) || !(await isFree(fixed)))
      throw new LabError('port-taken', `host port ${fixed}, which ${key} wants, is in use`);
    give(key, fixed);
  }
  for (const { key, fixed } of wants) {
    if (fixed !== undefined) continue;
    let port: number | undefined;
    for (const candidate of portCandidates(lab, key)) {
      if (used.has(candidate) || !(await isFree(candidate))) continue;
      port = candidate;
      break;
    }
    if (port === undefined)
      throw new LabError(
        'port-taken',
        `no host port from ${FIRST} to ${FIRST + COUNT - 1} is free`,
      );
    give(key, port);
  }
  return given;
}

/** FNV-1a, 32 bits: spreads short texts well, and is the same everywhere for ever. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text))
    value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}
