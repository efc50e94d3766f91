// promote: another node leads, in the way its system has.
import { LabError } from '../errors.ts';
import type { Promotion } from '../stack/group.ts';
import { configOf } from '../stack/model.ts';
import { systems } from '../systems/index.ts';
import { groupAccess } from './group-access.ts';
import { type Report, silent } from './report.ts';
import { findNode, type Session } from './session.ts';

export interface PromoteOptions {
  /** For each wait on the way. Default ten seconds. */
  readonly timeoutMs?: number;
  /** Without what only other replicas have. Default false. */
  readonly lossy?: boolean;
  readonly report?: Report;
}

export interface PromoteResult extends Promotion {
  readonly version: 1;
  readonly lab: string;
  /** Who leads now. */
  readonly node: string;
  readonly tookMs: number;
}

const TIMEOUT_MS = 10_000;

/** Throws node-unknown, node-state, promotion-failed, node-refused. */
export async function promote(
  session: Session,
  name: string,
  { timeoutMs: limitMs = TIMEOUT_MS, lossy = false, report = silent }: PromoteOptions = {},
): Promise<PromoteResult> {
  const startedMs = performance.now();
  const { model } = session;
  const node = findNode(session, name);
  const promoteNode = systems[node.system]?.promote;
  if (!promoteNode)
    throw new LabError('node-state', `cannot promote ${name}: ${node.system} chooses who leads`);
  const promotion = await promoteNode(node, {
    nodes: model.nodes.filter(({ group }) => group === node.group),
    configOf: (each) => configOf(model, each),
    access: groupAccess(session),
    limitMs,
    lossy,
    say: (words) => report({ subject: name, kind: node.system, state: words, done: false }),
  });
  const tookMs = Math.round(performance.now() - startedMs);
  return { version: 1, lab: session.name, node: name, ...promotion, tookMs };
}
