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
import { finishLeaving, planScale } from './resize.ts';
import { sessionOf, stackOf } from './session.ts';
import { keepReplaced, keepSizes, refuseOtherNodes, type UpOptions } from './up.ts';

export interface Step {
  readonly action: 'remove' | 'create' | 'recreate' | 'start' | 'keep';
  readonly what: string;
}

interface UpPlan {
  readonly lab: string;
  readonly steps: readonly Step[];
}

/** Throws what `up` would throw before it touches anything. */
export async function planUp(options: UpOptions): Promise<UpPlan> {
  const fromFile = loadModel(options);
  const lab = fromFile.stack.name;
  const docker = await openDocker();
  const found = (await observeLabs(docker)).get(lab);
  let observed = options.fresh ? undefined : found;
  const model = keepReplaced(fromFile, observed);
  let there = keepSizes(model, observed);
  requireFiles(there);
  await requireConfigs(there);
  if (!options.fresh) await refuseOtherNodes(docker, there, model, found);
  if (observed && stackOf(observed)) {
    const session = sessionOf(docker, observed);
    ({ observed } = await finishLeaving(session, there, { dryRun: true }));
    there = keepSizes(model, observed);
  }
  const gone = [...(found?.networks.keys() ?? [])].filter((name) => !observed?.networks.has(name));
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
  const removed = options.fresh ? [] : [...gone, ...planScale(there, model).removed];
  const step = (action: Step['action'], what: string): Step => ({ action, what });
  const containerStep = (state: string | undefined, what: string) =>
    step(state === undefined ? 'create' : state === 'running' ? 'keep' : 'start', what);
  const monitors = monitorSources(model);
  const unwanted = [...(observed?.monitors.keys() ?? [])].filter(
    (name) => !monitors.some(([wanted]) => wanted === name),
  );
  const steps: Step[] = [
    ...(options.fresh && found ? [step('remove', `lab ${lab} and its data`)] : []),
    ...removed.map((name) => step('remove', `node ${name}  its edges and its data`)),
    ...unwanted.map((name) => step('remove', name)),
    ...networksOf(model).map(({ name }) => {
      const what = `network ${lab}_${name} ${subnets.get(name)}`;
      return step(observed?.networks.has(name) ? 'keep' : 'create', what);
    }),
    ...model.nodes.map((node) => {
      const { name, role, system, publish } = node;
      const image = isCustom(node)
        ? 'its own image'
        : systems[system]!.image(configOf(model, node), node).ref;
      const ports = publish.map((port) => `127.0.0.1:${hostPorts.get(`${name}/${port}`)}`);
      const what = `node ${name}  ${role}  ${image}  ${ports.join(' ')}`.trimEnd();
      const state = observed?.nodes.get(name)?.state;
      return state === undefined || same ? containerStep(state, what) : step('recreate', what);
    }),
    ...model.edges.map(({ name, ports }) =>
      containerStep(observed?.proxies.get(name)?.state, `proxy ${name}  ${ports.join(',')}`),
    ),
    ...monitors.map(([name, { ref }]) => {
      const what = `${name}  ${ref}  127.0.0.1:${hostPorts.get(monitorPortKey(name))}`;
      return containerStep(observed?.monitors.get(name)?.state, what);
    }),
  ];
  return { lab, steps };
}
