// Where a fault acts and what it did, in a few words.
import type { Scope } from '../../faults/fault.ts';
import type { ListedFault } from '../../lab/faults/faults.ts';
import { formatDuration } from '../../stack/units.ts';
import { plural, size } from './table.ts';

/** `up, new, 10%, :2379`, or `-` where nothing narrows it. */
export function formatScope({ direction, conns, share, port, afterBytes }: Scope = {}): string {
  const words = [
    direction,
    conns,
    share !== undefined && `${Number((share * 100).toPrecision(4))}%`,
    port && `:${port}`,
    afterBytes && `after ${size(afterBytes)}`,
  ];
  return words.filter(Boolean).join(', ') || '-';
}

/** `3 connections, 1.2 KB held`, or `-` while it did nothing. */
export function formatHits(hits: ListedFault['hits']): string {
  const { connections, heldBytes, droppedBytes, droppedPackets } = hits;
  const words = [
    connections && plural(connections, 'connection'),
    heldBytes && `${size(heldBytes)} held`,
    droppedPackets && plural(droppedPackets, 'packet'),
    droppedBytes && `${size(droppedBytes)} dropped`,
  ];
  return words.filter(Boolean).join(', ') || '-';
}

/** `begins in 2s, ends in 1m5s`, or `-` for one that is there and stays. */
export function formatTimes(startsAt: string | null, until: string | null, nowMs: number): string {
  const left = (at: string) => formatDuration(Math.ceil((Date.parse(at) - nowMs) / 1_000) * 1_000);
  const isAhead = (at: string | null): at is string => at !== null && Date.parse(at) > nowMs;
  const words = [
    isAhead(startsAt) && `begins in ${left(startsAt)}`,
    isAhead(until) && `ends in ${left(until)}`,
  ];
  return words.filter(Boolean).join(', ') || '-';
}
