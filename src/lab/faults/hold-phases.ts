// What a held partition does when: pure sequences of phases, and the one loop that follows them.
// The clock, chance and everything that touches a lab come in from outside.

import { LabError } from '../../errors.ts';
import { parseShare } from '../../stack/quantities.ts';
import { parseDuration } from '../../stack/units.ts';

/** Setting and healing take tens of milliseconds themselves. */
const PHASE_MIN_MS = 100;

/** One stretch of a held partition. */
export interface Phase {
  /** false: healed for that time. */
  readonly cut: boolean;
  /** Whom it isolates, where that moves. */
  readonly node?: string;
  readonly forMs: number;
  /** How long the cut may last when the phases after it are like it. Default: this phase. */
  readonly lastingMs?: number;
}

export type Phases = Iterable<Phase> | AsyncIterable<Phase>;

export interface Flap {
  readonly onMs: number;
  readonly offMs: number;
  /** 0..1: how much longer or shorter each phase may be. */
  readonly jitter: number;
}

/** Reads `on=2s,off=3s,jitter=20%`; jitter may be left out. Throws usage. */
export function parseFlap(text: string): Flap {
  const words = text.split(',').map((word) => word.split(/=(.*)/s).slice(0, 2));
  const given = new Map(words.map(([key = '', value = '']) => [key.trim(), value.trim()]));
  const refuse = (why: string) =>
    new LabError('usage', `--flap ${text}: ${why}`, {
      hint: 'for example: --flap on=2s,off=3s,jitter=20%',
    });
  const strange = [...given.keys()].find((key) => !['on', 'off', 'jitter'].includes(key));
  if (strange !== undefined) throw refuse(`"${strange}" is none of on, off, jitter`);
  const duration = (key: string) => {
    const value = given.get(key);
    if (value === undefined) throw refuse(`${key} is missing`);
    const parsed = parseDuration(value);
    if ('problem' in parsed) throw refuse(`${key}: ${value} ${parsed.problem}`);
    if (parsed.ms < PHASE_MIN_MS) throw refuse(`${key}: a phase lasts ${PHASE_MIN_MS} ms at least`);
    return parsed.ms;
  };
  const share = parseShare(given.get('jitter') ?? '0');
  if ('problem' in share) throw refuse(`jitter: ${given.get('jitter')} ${share.problem}`);
  return { onMs: duration('on'), offMs: duration('off'), jitter: share.value };
}

/** Cut, healed, cut, healed, without end. */
export function* flapping({ onMs, offMs, jitter }: Flap, random: () => number): Generator<Phase> {
  const vary = (ms: number) => ms * (1 + jitter * (2 * random() - 1));
  for (;;) {
    yield { cut: true, forMs: vary(onMs) };
    yield { cut: false, forMs: vary(offMs) };
  }
}

/** One node after the other is alone, round and round. */
export function* rolling(nodes: readonly string[], everyMs: number): Generator<Phase> {
  for (;;) for (const node of nodes) yield { cut: true, node, forMs: everyMs };
}

/** The phases of the first `totalMs`; the last one is cut short. */
export function* within(phases: Iterable<Phase>, totalMs: number): Generator<Phase> {
  let leftMs = totalMs;
  for (const phase of phases) {
    yield { ...phase, forMs: Math.min(phase.forMs, leftMs) };
    leftMs -= phase.forMs;
    if (leftMs <= 0) return;
  }
}

interface Clock {
  now(): number;
  /** Rejects when the whole is to end. */
  sleep(ms: number): Promise<void>;
}

/**
 * Alone is always whoever `leader` names, until `totalMs` are over. While nobody leads it stays
 * with the last one.
 */
export async function* chasing(
  leader: () => Promise<string | undefined>,
  clock: Clock,
  totalMs: number,
  pollMs: number,
): AsyncGenerator<Phase> {
  const endMs = clock.now() + totalMs;
  let node = await leader();
  for (let leftMs = totalMs; leftMs > 0; leftMs = endMs - clock.now()) {
    if (node !== undefined) yield { cut: true, node, forMs: 0, lastingMs: leftMs };
    await clock.sleep(Math.min(pollMs, leftMs));
    node = (await leader()) ?? node;
  }
}

/** What the loop does to a lab. */
export interface Stage extends Clock {
  /** Cuts for `forMs` at most, after whatever was cut before is healed. */
  cut(node: string | undefined, forMs: number): Promise<void>;
  /** Nothing to do when nothing is cut. */
  heal(nextForMs?: number): Promise<void>;
}

/**
 * Follows the phases, each begun when it is due however long the one before took to set, and ends
 * healed whatever happens.
 */
export async function follow(phases: Phases, stage: Stage): Promise<void> {
  let dueMs = stage.now();
  let last: Phase | undefined;
  try {
    for await (const phase of phases) {
      dueMs += phase.forMs;
      const same = last && last.cut === phase.cut && last.node === phase.node;
      const forMs = phase.lastingMs ?? Math.max(0, dueMs - stage.now());
      if (!same && phase.cut) await stage.cut(phase.node, forMs);
      else if (!same) await stage.heal(forMs);
      last = phase;
      const leftMs = dueMs - stage.now();
      if (leftMs > 0) await stage.sleep(leftMs);
    }
  } finally {
    await stage.heal();
  }
}
