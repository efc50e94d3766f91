// Starts the containers of a lab: all at once, or in phases where a system says that some of its
// nodes wait for others (TiKV and TiDB for PD).
import type Docker from 'dockerode';
import type { ObservedLab } from '../docker/observe.ts';
import { proxyService } from '../render/compose.ts';
import type { Model } from '../stack/model.ts';
import { startPhases } from '../stack/phases.ts';
import { systems } from '../systems/index.ts';
import { type Images, type StartOptions, startContainers } from './containers.ts';
import type { Report } from './report.ts';
import { sessionOf } from './session.ts';
import { waitReady } from './wait-ready.ts';

interface OrderOptions extends Omit<StartOptions, 'only'> {
  /** For each phase. */
  readonly timeoutMs: number;
  readonly report: Report;
  /** The lab as it was: who runs already has nobody to wait for. */
  readonly before: ObservedLab | undefined;
}

/** Throws what `startContainers` throws, and start-timeout, node-died of nodes waited for. */
export async function startInOrder(
  docker: Docker,
  model: Model,
  images: Images,
  { before, timeoutMs, report, ...start }: OrderOptions,
): Promise<ObservedLab> {
  const { signal } = start;
  const phases = startPhases(model, systems);
  for (const [i, { nodes, awaited }] of phases.slice(0, -1).entries()) {
    const later = phases.slice(i + 1).flatMap((phase) => phase.nodes);
    if (later.every(({ name }) => before?.nodes.get(name)?.state === 'running')) break;
    const proxies = i === 0 ? model.edges.map(proxyService) : [];
    const only = [...proxies, ...nodes.map(({ name }) => name)];
    const observed = await startContainers(docker, model, images, { ...start, only });
    for (const { name } of awaited)
      await waitReady(sessionOf(docker, observed), { timeoutMs, report, signal, only: name });
  }
  return startContainers(docker, model, images, start);
}
