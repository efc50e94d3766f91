// The packet filter: nft rules in the proxy's own network namespace. One table of our own, replaced
// as a whole: Docker keeps its DNS rules in `table ip nat` beside it, so the ruleset is never
// flushed.
import type { NetnsPlan } from './netns-plan.ts';
import { PROBE_PORTS } from './probe.ts';
import { runTool } from './run-tool.ts';

type PacketRules = Pick<NetnsPlan, 'input' | 'output'>;

/** What a fault did to packets. */
export interface PacketCount {
  readonly packets: number;
  readonly bytes: number;
}

const TABLE = 'table inet labctl';

/**
 * The change from the rules that are `loaded` (undefined: nobody knows) to `rules`, which apply to
 * all that is neither loopback nor one of our own probes. With no rule the table sleeps: deleting
 * it makes nft wait some 10 ms for a grace period of the kernel, and most often the same cut comes
 * again.
 */
export function renderRules(rules: PacketRules, loaded?: PacketRules): string {
  const chain = (hook: 'input' | 'output') => {
    const [device, port] = hook === 'input' ? ['iifname', 'dport'] : ['oifname', 'sport'];
    return [
      `  chain ${hook} {`,
      `    type filter hook ${hook} priority 0`,
      `    ${device} "lo" accept`,
      `    tcp ${port} ${PROBE_PORTS.first}-${PROBE_PORTS.last} accept`,
      ...(hook === 'output' ? ['    icmp type destination-unreachable accept'] : []),
      ...rules[hook].map((rule) => `    ${rule}`),
      '  }',
    ];
  };
  if (isEmpty(rules)) return `${TABLE} { flags dormant; }\n`;
  if (loaded && isSame(rules, loaded)) return `${TABLE}\n`; // wakes it
  const clear = loaded ? [] : [`add ${TABLE}`]; // deleting what is not there is an error
  if (!loaded || !isEmpty(loaded)) clear.push(`delete ${TABLE}`);
  return [...clear, `${TABLE} {`, ...chain('input'), ...chain('output'), '}', ''].join('\n');
}

const isEmpty = ({ input, output }: PacketRules): boolean => !input.length && !output.length;

export const isSame = (a: PacketRules, b: PacketRules): boolean =>
  a.input.join('\n') === b.input.join('\n') && a.output.join('\n') === b.output.join('\n');

/** What our table has, asleep or not. A new network namespace has none; who failed cannot know. */
let loaded: PacketRules | undefined = { input: [], output: [] };

/** Packets by the comment of their rule. */
export type PacketCounts = ReadonlyMap<string, PacketCount>;

/**
 * Puts the rules in force, atomically; says what those before had counted, and whether their
 * counters go on. Rejects with nft's own words.
 */
export async function applyRules(
  rules: PacketRules,
): Promise<{ readonly counted: PacketCounts; readonly goOn: boolean }> {
  const before = loaded;
  const goOn = !!before && (isEmpty(rules) || isSame(rules, before));
  loaded = undefined;
  const script = renderRules(rules, before);
  // A table that sleeps or wakes is listed on the way; nft 1.1 crashes when it is replaced too.
  const list = before && !isEmpty(before);
  const first = list && !goOn ? await countPackets() : undefined;
  const said = await runTool('nft', ['-j', '-f', '-'], list && goOn ? LIST + script : script);
  loaded = isEmpty(rules) ? before : rules; // asleep it is still there; unknown stays unknown
  return { counted: first ?? sumCounters(said), goOn };
}

const LIST = `list ${TABLE}\n`;

/** What the rules counted since they were loaded. */
export const countPackets = async (): Promise<PacketCounts> =>
  sumCounters(await runTool('nft', ['-j', 'list', ...TABLE.split(' ')]));

/** Counters in nft's own JSON (libnftables-json(5)), summed by the comment of their rules. */
export function sumCounters(json: string): PacketCounts {
  const { nftables } = JSON.parse(json || '{"nftables":[]}') as { nftables: { rule?: Rule }[] };
  const sums = new Map<string, PacketCount>();
  for (const { rule } of nftables) {
    const counter = rule?.expr.find((part) => part.counter)?.counter;
    if (!rule?.comment || !counter) continue;
    const { packets = 0, bytes = 0 } = sums.get(rule.comment) ?? {};
    sums.set(rule.comment, { packets: packets + counter.packets, bytes: bytes + counter.bytes });
  }
  return sums;
}

interface Rule {
  readonly comment?: string;
  readonly expr: readonly { readonly counter?: PacketCount }[];
}
