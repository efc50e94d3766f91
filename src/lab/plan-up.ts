// up --dry-run: what up would do, step by step, with nothing touched.
import { isDeepStrictEqual } from 'node:util';
import { openDocker } from '../docker/connect.ts';
import { observeLabs } from '../docker/observe.ts';
import { networksOf } from '../render/compose.ts';
import { monitorPortKey } from '../render/monitor.ts';
import { configOf, isCustom } from '../stack/model.ts';
import { withoutMonitor } from '../stack/monitor.ts';
import { systems } from '../systems/index.ts';
import { requireConfigs, requireFiles } from './containers.ts';
import { monitorSources } from './image-sources.ts';
import { loadModel } from './load-model.ts';
import { place, SUBNETS_DEFAULT } from './place.ts';
import { planScale } from './resize.ts';
import { stackOf } from './session.ts';
import { keepReplaced, keepSizes, refuseOtherNodes, type UpOptions } from './up.ts';

export interface Step {
  readonly action: 'remove' | 'create' | 'recreate' | 'start' | 'keep';
  readonly what: string;
}

export interface UpPlan {
  readonly lab: string;
  readonly steps: readonly Step[];
}

/** Throws what `up` would throw before it touches anything. */
export async function planUp(options: UpOptions): Promise<UpPlan> {
  const fromFile = loadModel(options);
  const lab = fromFile.stack.name;
  const docker = await openDocker();
  const found = (await observeLabs(docker)).get(lab);
  const observed = options.fresh ? undefined : found;
  const model = keepReplaced(fromFile, observed);
  const there = keepSizes(model, observed);
  requireFiles(there);
  await requireConfigs(there);
  if (!options.fresh) await refuseOtherNodes(docker, there, model, found);
  const { subnets, hostPorts } = await place(
    docker,
    model,
    observed,
    options.subnets ?? SUBNETS_DEFAULT,
  );
  const now = observed && stackOf(observed);
  const same =
    now &&
    isDeepStrictEqual(withoutMonitor(now), JSON.parse(JSON.stringify(withoutMonitor(there.stack))));
  const { removed } = planScale(there, model);
  const containerStep = (state: string | undefined, what: string): Step => ({
    action: state === undefined ? 'create' : state === 'running' ? 'keep' : 'start',
    what,
  });
  const steps: Step[] = [
    ...(options.fresh && found
      ? [{ action: 'remove' as const, what: `lab ${lab} and its data` }]
      : []),
    ...removed.map((name) => ({
      action: 'remove' as const,
      what: `node ${name}  its edges and its data`,
    })),
    ...[...(observed?.monitors.keys() ?? [])]
      .filter((name) => !monitorSources(model).some(([wanted]) => wanted === name))
      .map((what) => ({ action: 'remove' as const, what })),
    ...networksOf(model).map(({ name }) => ({
      action: observed?.networks.has(name) ? ('keep' as const) : ('create' as const),
      what: `network ${lab}_${name} ${subnets.get(name)}`,
    })),
    ...model.nodes.map((node) => {
      const { name, role, system, publish } = node;
      const image = isCustom(node)
        ? 'its own image'
        : systems[system]!.image(configOf(model, node), node).ref;
      const ports = publish.map((port) => `127.0.0.1:${hostPorts.get(`${name}/${port}`)}`);
      const what = `node ${name}  ${role}  ${image}  ${ports.join(' ')}`.trimEnd();
      const step = containerStep(observed?.nodes.get(name)?.state, what);
      return step.action === 'create' || same ? step : { ...step, action: 'recreate' as const };
    }),
    ...model.edges.map(({ name, ports }) =>
      containerStep(observed?.proxies.get(name)?.state, `proxy ${name}  ${ports.join(',')}`),
    ),
    ...monitorSources(model).map(([name, { ref }]) => {
      const what = `${name}  ${ref}  127.0.0.1:${hostPorts.get(monitorPortKey(name))}`;
      return containerStep(observed?.monitors.get(name)?.state, what);
    }),
  ];
  return { lab, steps };
}
