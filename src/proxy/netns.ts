// Puts a plan in force in the proxy's network namespace, and keeps count of what its rules did.
import type { Tier } from '../faults/fault.ts';
import { applyLinks } from './links.ts';
import { type NetnsPlan, NO_PLAN } from './netns-plan.ts';
import {
  applyRules,
  countPackets,
  isSame,
  type PacketCount,
  type PacketCounts,
} from './packets.ts';
import { findTiers } from './tiers.ts';

export interface Netns {
  /** Rejects with the words of nft, ip or tc, and puts back what was in force. */
  apply(plan: NetnsPlan): Promise<void>;
  /** Why this kernel cannot do what a fault of the tier asks; null when it can. */
  problem(tier: Tier): Promise<string | null>;
  /** What the rules of each fault did since it was set, by the plan's keys. */
  counts(): Promise<ReadonlyMap<string, PacketCount>>;
}

const NONE: PacketCount = { packets: 0, bytes: 0 };

const combine = (a: PacketCount, b: PacketCount, sign: 1 | -1): PacketCount => ({
  packets: a.packets + sign * b.packets,
  bytes: a.bytes + sign * b.bytes,
});

export function openNetns(upstream: string): Netns {
  let inForce = NO_PLAN;
  /** What the counters of the rules in force began with. */
  let base: PacketCounts = new Map();
  /** What earlier rules of the same faults counted: rules are replaced all together. */
  let earlier: ReadonlyMap<string, PacketCount> = new Map();

  const totals = (now: PacketCounts) =>
    new Map(
      inForce.keys.map((key, place) => {
        const begun = base.get(String(place)) ?? NONE;
        const own = combine(now.get(String(place)) ?? NONE, begun, -1);
        return [key, combine(earlier.get(key) ?? NONE, own, 1)];
      }),
    );

  async function load(plan: NetnsPlan): Promise<void> {
    const { counted, goOn } = await applyRules(plan);
    earlier = totals(counted);
    base = goOn ? counted : new Map();
    inForce = plan;
  }

  return {
    async apply(plan) {
      const before = inForce;
      if (!isSame(plan, inForce)) await load(plan);
      try {
        await applyLinks(plan, upstream);
      } catch (error) {
        if (!isSame(before, inForce)) await load(before);
        throw error;
      }
      inForce = plan;
    },
    problem: async (tier) => (await findTiers())[tier],
    counts: async () => (isSame(inForce, NO_PLAN) ? new Map() : totals(await countPackets())),
  };
}
