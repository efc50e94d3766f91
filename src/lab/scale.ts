// scale: more or fewer nodes of a group that runs, by count.
import { LabError } from '../errors.ts';
import { buildModel } from '../stack/build-model.ts';
import { checkValue } from '../stack/check.ts';
import { toJson } from '../stack/json.ts';
import type { Stack } from '../stack/model.ts';
import { checkReferences } from '../stack/references.ts';
import { sizesOf, withCount } from '../stack/sizes.ts';
import { systems } from '../systems/index.ts';
import { stepsOf } from './bootstrap.ts';
import { labEdges } from './edges.ts';
import {
  finishLeaving,
  joinedNodes,
  planScale,
  resize,
  type ScaleOptions,
  type SizeChange,
  TIMEOUT_MS,
} from './resize.ts';
import type { Session } from './session.ts';
import { waitReady } from './wait-ready.ts';

export interface ScaleResult {
  readonly version: 1;
  readonly lab: string;
  readonly changed: readonly SizeChange[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Set when faults are in force: those edges keep them, new ones are open. */
  readonly notice?: string;
  readonly tookMs: number;
}

/** Throws usage before anything is touched; scale-timeout, node-died and what `up` throws. */
export async function scale(
  found: Session,
  counts: Readonly<Record<string, number>>,
  options: ScaleOptions = {},
): Promise<ScaleResult> {
  const startedMs = performance.now();
  const { name, model } = found;
  const target = buildModel(withCounts(model.stack, counts), systems, model.replaced);
  const session = await finishLeaving(found, target, options);
  const plan = planScale(session.model, target);
  const notice = await faultNotice(session, plan.added);
  if (notice) options.report?.({ subject: 'notice', kind: '', state: notice, done: true });
  const resized = await resize(session, target, options);
  if (!plan.changed.length && !options.dryRun) await finishSteps(resized, options);
  const tookMs = Math.round(performance.now() - startedMs);
  return { version: 1, lab: name, ...plan, ...(notice && { notice }), tookMs };
}

/** The same scale again goes on with the bootstrap of a node where the last one was broken off. */
async function finishSteps(session: Session, options: ScaleOptions): Promise<void> {
  for (const { name: only } of joinedNodes(session, session.model)) {
    const runs = session.observed.nodes.get(only)?.state === 'running';
    if (!runs || !stepsOf(session.model, only).length) continue;
    await waitReady(session, { timeoutMs: TIMEOUT_MS, ...options, only });
  }
}

/** The stack with these counts, checked as a stack file is. Throws usage. */
function withCounts(stack: Stack, counts: Readonly<Record<string, number>>): Stack {
  const sizes = sizesOf(stack, systems);
  const target = Object.entries(counts).reduce((last, [name, count]) => {
    const size = sizes.find((each) => each.name === name);
    if (size) return withCount(last, size, count);
    throw new LabError('usage', `there is no ${name} to scale in lab ${stack.name}`, {
      hint: sizes.length
        ? `labctl scale ${sizes.map((each) => `${each.name}=${each.count}`).join(' ')}`
        : 'no system of this lab can be scaled',
    });
  }, stack);
  const wrong = Object.entries(target.systems).flatMap(([group, { system, ...config }]) => {
    const { schema } = systems[system]!;
    const at = { at: ['systems', group], called: `systems.${group}`, written: () => undefined };
    const checked = checkValue(config, { schema, json: toJson(schema), ...at });
    return 'complaints' in checked ? checked.complaints : [];
  });
  const [problem] = [...wrong, ...(wrong.length ? [] : checkReferences(target, systems))];
  if (!problem) return target;
  throw new LabError('usage', problem.message, { hint: problem.hint });
}

async function faultNotice(
  session: Session,
  added: readonly string[],
): Promise<string | undefined> {
  const faulty = (await labEdges(session, [])).filter(({ faults }) => faults.length);
  if (!faulty.length || !added.length) return undefined;
  const count = faulty.length === 1 ? '1 edge has' : `${faulty.length} edges have`;
  return `${count} faults, which stay there; the edges of ${added.join(' ')} are open`;
}
