// Which region of a WAN preset each node stands in. Pure.
import { LabError } from '../errors.ts';
import type { Preset } from './presets.ts';

interface Placed {
  readonly name: string;
  readonly zone?: string;
}

/**
 * Node -> region. Zones go to the regions that `given` says, the other ones to the other regions
 * in order; nodes of no zone stay out. Without zones nodes are dealt to the regions like cards.
 * Throws wan-invalid.
 */
export function placeNodes(
  { regions }: Preset,
  nodes: readonly Placed[],
  zones: readonly string[],
  given: Readonly<Record<string, string>> = {},
): ReadonlyMap<string, string> {
  for (const [zone, region] of Object.entries(given)) {
    if (!zones.includes(zone)) throw unknown('zone', zone, zones);
    requireRegion(regions, region);
  }
  if (!zones.length)
    return new Map(nodes.map(({ name }, i) => [name, regions[i % regions.length]!]));
  const taken = Object.values(given);
  const free = regions.filter((region) => !taken.includes(region));
  const left = zones.filter((zone) => !given[zone]);
  if (left.length > free.length)
    throw new LabError(
      'wan-invalid',
      `there are ${count('zone', zones)} and ${count('region', regions)}`,
      {
        hint: `say which share one: --zones ${zones.map((zone) => `${zone}=REGION`).join(',')}`,
      },
    );
  const regionOf = { ...Object.fromEntries(left.map((zone, i) => [zone, free[i]!])), ...given };
  return new Map(nodes.flatMap(({ name, zone }) => (zone ? [[name, regionOf[zone]!]] : [])));
}

const count = (what: string, names: readonly string[]): string =>
  `${names.length} ${what}s (${names.join(', ')})`;

/** Throws wan-invalid. */
export function requireRegion(regions: readonly string[], region: string): void {
  if (!regions.includes(region)) throw unknown('region', region, regions);
}

function unknown(what: string, word: string, known: readonly string[]): LabError {
  const hint = known.length
    ? `${what}s: ${known.join(', ')}`
    : "zones are said in the stack file: zones: {eu: [etcd-1]}, or by up --set 'zones={...}'";
  return new LabError('wan-invalid', `there is no ${what} "${word}"`, { hint });
}
