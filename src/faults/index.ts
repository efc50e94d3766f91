// Every fault kind, under the name that users type. Adding one: its file, its line here, its test.
import { drop } from './drop.ts';
import type { FaultKind } from './fault.ts';
import { jam } from './jam.ts';
import { latency } from './latency.ts';
import { refuse } from './refuse.ts';
import { reset } from './reset.ts';

export const faultKinds: Readonly<Record<string, FaultKind>> = {
  drop,
  jam,
  refuse,
  reset,
  latency,
};

/** The kinds that let nothing through: the modes of a partition. */
export const cuttingKinds = Object.keys(faultKinds).filter((kind) => faultKinds[kind]!.cuts);
