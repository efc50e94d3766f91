// The monitor of a lab: Prometheus, which asks every node that tells metrics, and Grafana, which
// shows them. It is no part of what is tested: no node, and no edge leads to it or from it.
import type { Stack } from './model.ts';

const MONITORS = ['prometheus', 'grafana'] as const;
export type MonitorName = (typeof MONITORS)[number];

/** What `monitor:` asks for: `true` is all of it. */
export type Monitor = true | 'prometheus';

/** Where a node tells its metrics, in Prometheus' text form. */
export interface Metrics {
  readonly port: number;
  /** Default `/metrics`. */
  readonly path?: string;
}

/** One graph: what it asks Prometheus, and in what unit of Grafana's the answer is. */
export interface Panel {
  readonly title: string;
  readonly query: string;
  readonly unit?: string;
  /** Default: the node. */
  readonly legend?: string;
}

export const monitorsOf = ({ monitor }: Pick<Stack, 'monitor'>): readonly MonitorName[] =>
  MONITORS.filter((name) => monitor === true || monitor === name);

/** The other way round: what a lab has that runs these. */
export function monitorFrom(running: ReadonlyMap<string, unknown>): Pick<Stack, 'monitor'> {
  if (!running.has('prometheus')) return {};
  return { monitor: running.has('grafana') || 'prometheus' };
}

/** What a node's label says: with the monitor in it, every node would be made anew for that. */
export function withoutMonitor({ monitor: _, ...stack }: Stack): Stack {
  return stack;
}
