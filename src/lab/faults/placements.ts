// From ordered cuts between nodes to faults on edges, and who still reaches whom after it. Pure.
import { LabError } from '../../errors.ts';
import { faultKinds } from '../../faults/index.ts';
import { modes } from '../../faults/modes.ts';
import type { Cut, OneWay } from '../../shapes/shape.ts';
import { type Edge, edgeName } from '../../stack/model.ts';
import type { NewFault, Placements } from './change-faults.ts';
import { readParams } from './fault-params.ts';

/** What is left of the way from one node to another. `sick`: all of it, but it is bad. */
export const REACHES = ['open', 'cut', 'dial', 'data', 'packet', 'sick'] as const;
export type Reach = (typeof REACHES)[number];

export interface ReachMap {
  /** From each node to each other that an edge joins it with, whoever dials. */
  readonly reach: Readonly<Record<string, Readonly<Record<string, Reach>>>>;
  /** For each node those that it reaches and that reach it. */
  readonly sees: Readonly<Record<string, readonly string[]>>;
}

interface CutPlan extends ReachMap {
  readonly mode: string;
  readonly placements: Placements;
}

/** The modes that a cut one way can be made with, the default first, and the faults of each. */
const oneWayModes: Readonly<Record<OneWay, Readonly<Record<string, readonly string[]>>>> = {
  edge: Object.fromEntries(Object.entries(modes).map(([name, { faults }]) => [name, faults])),
  dial: {
    drop: ['drop match=syn side=src'],
    refuse: ['refuse existing=keep'],
    'no-new': ['refuse existing=keep'],
  },
  data: { jam: ['jam'], blackhole: ['blackhole'], gray: modes.gray!.faults },
  packet: { drop: ['drop'] },
};

/** What takes the place of a fault where packets cannot be filtered, if not its `without`. */
const insteadOf: Readonly<Record<string, string>> = {
  'drop match=syn side=src': 'refuse existing=keep',
};

/** Throws partition-invalid for no mode, and for one that cannot cut like this. */
function readMode(oneWay: OneWay, wanted?: string): [mode: string, faults: readonly string[]] {
  const allowed = oneWayModes[oneWay];
  const mode = wanted ?? Object.keys(allowed)[0]!;
  if (Object.hasOwn(allowed, mode)) return [mode, allowed[mode]!];
  const isMode = Object.hasOwn(modes, mode);
  const text = isMode ? `cannot cut one way by ${oneWay}` : 'is no mode of a partition';
  const drop = mode === 'drop' ? '; --one-way packet drops packets' : '';
  throw new LabError('partition-invalid', `"${mode}" ${text}`, {
    hint: `modes: ${Object.keys(allowed).join(', ')}${isMode ? drop : ''}`,
  });
}

/** `latency delay=200ms` as it is set, with what is set where the engine cannot do it. */
function readFault(text: string, scope: NewFault['scope'] | undefined): NewFault {
  const [kind, ...words] = text.split(' ') as [string, ...string[]];
  const instead = insteadOf[text] ?? faultKinds[kind]!.without;
  return {
    kind,
    params: readParams(kind, words),
    ...(scope && { scope }),
    ...(instead && { instead: readFault(instead, scope) }),
  };
}

/** Faults for the cuts, on those edges that there are. Throws partition-invalid. */
export function placeCuts(
  edges: readonly Edge[],
  cuts: readonly Cut[],
  oneWay: OneWay = 'edge',
  wanted?: string,
): CutPlan {
  const [mode, texts] = readMode(oneWay, wanted);
  const placements = new Map<string, readonly NewFault[]>();
  const place = (from: string, to: string, direction?: 'up' | 'down') => {
    const edge = edgeName(from, to);
    if (!edges.some(({ name }) => name === edge)) return;
    const faults = texts.map((text) => readFault(text, direction && { direction }));
    placements.set(edge, [...(placements.get(edge) ?? []), ...faults]);
  };
  for (const [from, to] of cuts) {
    if (oneWay === 'edge' || oneWay === 'dial') place(from, to);
    else {
      // Whoever dialled: the receiver may have, and then the bytes go down its own edge.
      place(from, to, 'up');
      place(to, from, 'down');
    }
  }
  const { leaves } = modes[mode]!;
  const kind = leaves === 'link' ? 'sick' : oneWay !== 'edge' ? oneWay : leaves ? 'dial' : 'cut';
  return { mode, placements, ...reachAfter(edges, cuts, kind) };
}

function reachAfter(
  edges: readonly Edge[],
  cuts: readonly Cut[],
  kind: Exclude<Reach, 'open'>,
): ReachMap {
  const there = new Set(edges.map(({ name }) => name));
  const cut = new Set(cuts.map(([from, to]) => edgeName(from, to)));
  const names = [...new Set(edges.flatMap(({ from, to }) => [from, to]))];
  const way = (a: string, b: string): Reach => {
    const [edge, back] = [edgeName(a, b), edgeName(b, a)];
    if (kind === 'data' || kind === 'packet' || there.has(edge))
      return cut.has(edge) ? kind : 'open';
    // Only `b` dials: what `a` says goes over that edge alone.
    return cut.has(back) && kind !== 'dial' ? kind : 'open';
  };
  const joined = (a: string) =>
    names.filter((b) => there.has(edgeName(a, b)) || there.has(edgeName(b, a)));
  const isOpen = (a: string, b: string) => ['open', 'sick'].includes(way(a, b));
  return {
    reach: Object.fromEntries(
      names.map((a) => [a, Object.fromEntries(joined(a).map((b) => [b, way(a, b)]))]),
    ),
    sees: Object.fromEntries(
      names.map((a) => [a, joined(a).filter((b) => isOpen(a, b) && isOpen(b, a))]),
    ),
  };
}
