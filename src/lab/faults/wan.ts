// wan: the latencies of a wide area network over the edges of a lab, as faults of one id.
import { LabError } from '../../errors.ts';
import { type Edge, HOST } from '../../stack/model.ts';
import { didYouMean } from '../../stack/names.ts';
import { placeNodes, requireRegion } from '../../wan/place-nodes.ts';
import { type Preset, presets, rttBetween } from '../../wan/presets.ts';
import type { Session } from '../session.ts';
import { addFaults, type NewFault, removeFaults } from './change-faults.ts';
import { type FaultChange, faultChange, faultsRemoved } from './fault-change.ts';
import { completeParams } from './fault-params.ts';

export interface WanOptions {
  /** `3-region`, ... */
  readonly preset: string;
  /** Zone -> region, for zones that shall not go to the regions in order. */
  readonly zones?: Readonly<Record<string, string>> | undefined;
  /** Where the user's machine stands; without it host edges are left alone. */
  readonly host?: string | undefined;
  /** Every round trip times this; default 1. */
  readonly scale?: number | undefined;
  /** 0..1 of each delay, plus or minus; default a twentieth. */
  readonly jitter?: number | undefined;
  readonly seed?: number;
  readonly dryRun?: boolean;
}

/** The shape of `wan -o json`. */
export interface WanChange extends FaultChange {
  readonly scale: number;
  /** Node (and `host`, if it has one) -> region. */
  readonly regions: Readonly<Record<string, string>>;
  /** Region -> region -> round trip in milliseconds, scaled. */
  readonly rttMs: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** A preset as `wan -o json` lists it. */
export interface ShownPreset {
  readonly name: string;
  readonly summary: string;
  readonly regions: readonly string[];
}

/** One for all, so that a preset takes the place of the one before it. */
export const WAN = 'wan';
const JITTER = 0.05;

/**
 * Lays a preset over the lab in place of any other. A byte takes half of the round trip each way,
 * and a connect takes one more, as the handshake does. Throws wan-invalid, proxy-*.
 */
export async function wan(session: Session, options: WanOptions): Promise<WanChange> {
  const { scale = 1, jitter = JITTER, host, dryRun, seed } = options;
  const preset = findPreset(options.preset);
  const { nodes, stack } = session.model;
  const zones = Object.keys(stack.zones ?? {});
  const regions = new Map(placeNodes(preset, nodes, zones, options.zones));
  const out = nodes.map(({ name }) => name).filter((name) => !regions.has(name));
  if (host !== undefined) {
    requireRegion(preset.regions, host);
    regions.set(HOST, host);
  }
  const rttMs = (a: string, b: string) => round(rttBetween(preset, a, b) * scale);
  const placements = new Map<string, readonly NewFault[]>();
  for (const { name, from, to } of session.model.edges) {
    const [a, b] = [regions.get(from), regions.get(to)];
    if (a && b && rttMs(a, b) > 0) placements.set(name, delays(rttMs(a, b), jitter));
  }
  const edges = [...placements.keys()];
  const planned = { requested: options.preset, resolved: {}, edges, of: inReach(session, regions) };
  const result = (change: FaultChange): WanChange => ({
    ...change,
    ...(out.length && { notice: `in no zone, so their edges stay as they are: ${out.join(' ')}` }),
    scale,
    regions: Object.fromEntries(regions),
    rttMs: matrix(preset, rttMs),
  });
  if (dryRun) return result(faultChange(session, { ...planned, mode: WAN }));
  const added = await addFaults(session, placements, { from: WAN, id: WAN, seed });
  const others = session.model.edges
    .map(({ name }) => name)
    .filter((name) => !placements.has(name));
  await removeFaults(session, others, ({ from }) => from === WAN);
  return result(faultChange(session, { ...planned, mode: WAN }, added));
}

export const listPresets = (): ShownPreset[] =>
  Object.entries(presets).map(([name, { summary, regions }]) => ({ name, summary, regions }));

/** Takes away what `wan` laid, and nothing else. */
export async function wanOff(session: Session, dryRun = false): Promise<FaultChange> {
  const all = session.model.edges.map(({ name }) => name);
  const removed = await removeFaults(session, all, ({ from }) => from === WAN, dryRun);
  return faultsRemoved(session, { requested: 'off', of: all.length, mode: WAN }, removed);
}

function delays(rttMs: number, jitter: number): NewFault[] {
  const make = (kind: string, delay: number): NewFault => ({
    kind,
    params: completeParams(kind, { delay: round(delay), jitter: round(delay * jitter) }),
  });
  return [make('latency', rttMs / 2), make('connect-latency', rttMs)];
}

/** Milliseconds with three digits behind the point. */
const round = (ms: number): number => Number(ms.toFixed(3));

function inReach({ model }: Session, regions: ReadonlyMap<string, string>): number {
  return model.edges.filter(({ from, to }: Edge) => regions.has(from) && regions.has(to)).length;
}

function matrix({ regions }: Preset, rttMs: (a: string, b: string) => number) {
  const row = (a: string) => Object.fromEntries(regions.map((b) => [b, rttMs(a, b)]));
  return Object.fromEntries(regions.map((a) => [a, row(a)]));
}

function findPreset(name: string): Preset {
  if (Object.hasOwn(presets, name)) return presets[name]!;
  const names = Object.keys(presets);
  throw new LabError('wan-invalid', `there is no preset "${name}"${didYouMean(name, names)}`, {
    hint: `presets: ${names.join(', ')}`,
  });
}
