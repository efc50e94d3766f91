// A container of the user's own without a healthcheck is well when it runs. One that dies and is
// started again by its restart policy runs too, each time for a moment: it has to stay up a while.
import { engineClock } from '../docker/clock.ts';
import type { NodeHealth } from '../stack/model.ts';
import type { Session } from './session.ts';

/** The engine may not know yet that the first run has ended. */
const STEADY_MS = { first: 1_000, again: 3_000 } as const;

/** Of the nodes whose health is unknown, those that may start again and just did. */
export async function unsteady(
  { docker, observed }: Session,
  healths: ReadonlyMap<string, NodeHealth>,
): Promise<[string, NodeHealth][]> {
  const unknown = [...healths].filter(([, { health }]) => health === 'unknown');
  const found = await Promise.all(
    unknown.map(async ([name]) => {
      const container = docker.getContainer(observed.nodes.get(name)!.id);
      // Who is gone is told of elsewhere.
      return { name, seen: await container.inspect().catch(() => undefined) };
    }),
  );
  const policies = ['always', 'unless-stopped', 'on-failure'];
  const may = found.flatMap(({ name, seen }) =>
    seen && policies.includes(seen.HostConfig.RestartPolicy?.Name ?? '') ? { name, seen } : [],
  );
  if (!may.length) return [];
  const nowMs = (await engineClock(docker))();
  return may.flatMap(({ name, seen: { RestartCount: count, State } }): [string, NodeHealth][] => {
    const steadyMs = count ? STEADY_MS.again : STEADY_MS.first;
    if (nowMs - Date.parse(State.StartedAt) >= steadyMs) return [];
    const detail = count ? `restarted ${count} times` : 'just started';
    return [[name, { health: 'unhealthy', detail, leader: null }]];
  });
}
