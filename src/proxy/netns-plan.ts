// What the faults of an edge ask of the proxy's network namespace, all of them together. Pure.
import { type Direction, type Fault, SIDES, type Side } from '../faults/fault.ts';
import { faultKinds } from '../faults/index.ts';

export interface NetnsPlan {
  /** The faults that it is made of. */
  readonly keys: readonly string[];
  /** nft rules; each bears the place of its fault in `keys` as its comment. */
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly unplugged: readonly Side[];
  /** Words of netem for what leaves through a link. */
  readonly netem: Readonly<Partial<Record<Side, string>>>;
}

export const NO_PLAN: NetnsPlan = { keys: [], input: [], output: [], unplugged: [], netem: {} };

/**
 * The four ways of a packet. A port of the edge is always that of the listener, so it tells both
 * links and both directions apart without knowing devices.
 *
 *   dialler --input/src--> proxy --output/dst--> node        up:   dport
 *   dialler <--output/src-- proxy <--input/dst-- node        down: sport
 */
const WAYS: readonly {
  hook: 'input' | 'output';
  side: Side;
  direction: Direction;
  field: string;
}[] = [
  { hook: 'input', side: 'src', direction: 'up', field: 'dport' },
  { hook: 'output', side: 'dst', direction: 'up', field: 'dport' },
  { hook: 'output', side: 'src', direction: 'down', field: 'sport' },
  { hook: 'input', side: 'dst', direction: 'down', field: 'sport' },
];

/** `ports` are those of the edge. Throws for two faults that one link cannot have. */
export function planNetns(faults: readonly Fault[], ports: readonly number[]): NetnsPlan {
  const rules: Record<'input' | 'output', string[]> = { input: [], output: [] };
  const unplugged = new Set<Side>();
  const netem: Partial<Record<Side, string>> = {};
  const taken = new Map<string, string>();
  const onPackets = faults.filter(({ kind }) => faultKinds[kind]?.packets);
  onPackets.forEach(({ id, kind, params, scope = {} }, place) => {
    const effect = faultKinds[kind]!.packets!(params);
    const { direction, port } = scope;
    const whole = !effect.side && !direction && !port;
    const ofFault = (effect.rules ?? []).map((rule) => `${rule} comment "${place}"`);
    if (whole) for (const chain of [rules.input, rules.output]) chain.push(...ofFault);
    else
      for (const way of WAYS) {
        if (effect.side && effect.side !== way.side) continue;
        if (direction && direction !== way.direction) continue;
        const match = `tcp ${way.field} { ${port ?? ports.join(', ')} }`;
        rules[way.hook].push(...ofFault.map((rule) => `${match} ${rule}`));
      }
    for (const side of SIDES) {
      if (effect.side && effect.side !== side) continue;
      if (effect.unplugs) unplugged.add(side);
      // What leaves by the listener's link goes up.
      const leaves: Direction = side === 'dst' ? 'up' : 'down';
      if (!effect.netem || (direction && direction !== leaves)) continue;
      // tc takes the last of two of a kind for both, and says nothing.
      const key = `${kind} side=${side}`;
      const other = taken.get(key);
      if (other) throw new Error(`${other} is ${key} already, and a link has one at a time`);
      taken.set(key, id);
      netem[side] = netem[side] ? `${netem[side]} ${effect.netem}` : effect.netem;
    }
  });
  return { keys: onPackets.map(packetKey), ...rules, unplugged: [...unplugged], netem };
}

/** What a fault is called in a plan: one id may stand for several of a kind. */
export const packetKey = ({ id, kind, params, scope }: Fault): string =>
  JSON.stringify([id, kind, params, scope]);
