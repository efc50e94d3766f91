// limit: cpu, memory and process limits of running nodes, and back to those of the stack, which the
// lab's labels hold: nothing has to be remembered.
import type Docker from 'dockerode';
import { engineError } from '../docker/connect.ts';
import { LabError } from '../errors.ts';
import { configOf, isCustom, type Model, type Node } from '../stack/model.ts';
import { dockerBytes, formatBytes, MEMORY_LEAST_BYTES } from '../stack/units.ts';
import { pauseFor } from './lifecycle-for.ts';
import { containerOf, findNode, type Session } from './session.ts';

/** null: none. */
export interface Limits {
  readonly cpus: number | null;
  readonly memoryBytes: number | null;
  readonly pids: number | null;
}

export interface NodeLimits extends Limits {
  readonly name: string;
}

export interface LimitOptions extends Partial<Limits> {
  /** All three back to what the stack says. */
  readonly reset?: boolean;
  /** Stays for so long and then puts back what was there. */
  readonly forMs?: number;
  readonly onDone?: (limits: readonly NodeLimits[]) => void;
  readonly cancel?: AbortSignal;
}

/** As good as none: the engine cannot take a memory limit away, as 0 means "as it is" to it. */
const NO_LIMIT_BYTES = 2 ** 50;
const PERIOD_US = 100_000;

/** The limits in force after it. Without a change it only looks. Throws usage, node-state. */
export async function limit(
  session: Session,
  names: readonly string[],
  { reset = false, forMs, onDone, cancel, ...change }: LimitOptions = {},
): Promise<NodeLimits[]> {
  checkChange(change);
  const all = names.length ? names : session.model.nodes.map(({ name }) => name);
  const nodes = all.map((name) => findNode(session, name));
  const wanted = (node: Node) => (reset ? stackLimits(session.model, node) : change);
  /** What was there of all that was changed. */
  const undo = new Map<Node, Partial<Limits>>();
  const set = async (node: Node, limits: Partial<Limits>) => {
    const container = session.docker.getContainer(containerOf(session, node.name).id);
    const { before, after } = await apply(container, node.name, limits);
    const keys = Object.keys(limits) as (keyof Limits)[];
    undo.set(node, Object.fromEntries(keys.map((key) => [key, before[key]])));
    return { name: node.name, ...after };
  };
  const putBack = () => Promise.all([...undo].map(([node, limits]) => set(node, limits)));
  const tries = await Promise.allSettled(nodes.map((node) => set(node, wanted(node))));
  const failed = tries.find((result) => result.status === 'rejected');
  if (failed) await putBack(); // all of them, or none
  if (failed) throw failed.reason;
  const done = tries.map((result) => (result as PromiseFulfilledResult<NodeLimits>).value);
  if (forMs === undefined) return done;
  onDone?.(done);
  await pauseFor(forMs, cancel);
  return putBack();
}

function checkChange({ cpus, memoryBytes, pids }: Partial<Limits>): void {
  const wrong = (text: string) => {
    throw new LabError('usage', text);
  };
  if (cpus != null && !(cpus >= 0.01)) wrong(`--cpus: the least is 0.01, not ${cpus}`);
  if (memoryBytes != null && !(memoryBytes >= MEMORY_LEAST_BYTES))
    wrong(`--memory: the least that Docker allows is ${formatBytes(MEMORY_LEAST_BYTES)}`);
  if (pids != null && !(Number.isInteger(pids) && pids > 0))
    wrong(`--pids: must be a whole number above 0, not ${pids}`);
}

/** What the stack says of a node, whichever kind it is: the keys are compose's. */
function stackLimits(model: Model, node: Node): Limits {
  const keys = isCustom(node) ? model.stack.nodes[node.name]!.service : configOf(model, node);
  const { cpus, mem_limit: memory, pids_limit: pids } = keys;
  return {
    cpus: cpus === undefined ? null : Number(cpus),
    memoryBytes: memory === undefined ? null : dockerBytes(String(memory)),
    pids: Number(pids) > 0 ? Number(pids) : null,
  };
}

/** Changes what differs. */
async function apply(
  container: Docker.Container,
  name: string,
  wanted: Partial<Limits>,
): Promise<{ readonly before: Limits; readonly after: Limits }> {
  try {
    const { HostConfig } = await container.inspect();
    const before = read(HostConfig);
    const after = { ...before, ...wanted };
    const update = changes(HostConfig, before, after);
    if ('Memory' in update) await refuseTooLittle(container, name, after.memoryBytes);
    if (Object.keys(update).length) await container.update(update);
    return { before, after };
  } catch (error) {
    throw engineError(`cannot limit ${name}`, error);
  }
}

/** Cgroups of version 1 would refuse it in words of their own, version 2 might kill the node. */
async function refuseTooLittle(
  container: Docker.Container,
  name: string,
  bytes: number | null,
): Promise<void> {
  if (bytes === null) return;
  const { memory_stats: memory } = await container.stats({ stream: false, 'one-shot': true });
  // Of a container that does not run there is nothing. What files have in memory can be dropped.
  const { total_inactive_file: v1 = 0, inactive_file: v2 = 0 } = memory.stats ?? {};
  const used = (memory.usage ?? 0) - (v1 || v2);
  if (used < bytes) return;
  const text = `cannot limit ${name} to ${formatBytes(bytes)} of memory`;
  throw new LabError('node-state', `${text}: it uses ${formatBytes(used)}`, {
    hint: 'a larger --memory',
  });
}

function read({ NanoCpus, CpuQuota, Memory, PidsLimit }: Docker.HostConfig): Limits {
  const cpus = NanoCpus ? NanoCpus / 1e9 : CpuQuota && CpuQuota > 0 ? CpuQuota / PERIOD_US : null;
  return {
    cpus,
    memoryBytes: Memory && Memory < NO_LIMIT_BYTES ? Memory : null,
    pids: PidsLimit && PidsLimit > 0 ? PidsLimit : null,
  };
}

function changes({ NanoCpus }: Docker.HostConfig, before: Limits, after: Limits): object {
  const { cpus, memoryBytes, pids } = after;
  // A container made with NanoCpus can only be changed by it; one made without only by the quota,
  // which alone can be taken away again.
  const cpu = NanoCpus
    ? { NanoCpus: Math.round((cpus ?? 0) * 1e9) }
    : { CpuPeriod: PERIOD_US, CpuQuota: cpus === null ? -1 : Math.round(cpus * PERIOD_US) };
  // Without a limit of its own on both together swap would make the limit a soft one.
  const Memory = memoryBytes ?? NO_LIMIT_BYTES;
  return {
    ...(cpus !== before.cpus && cpu),
    ...(memoryBytes !== before.memoryBytes && { Memory, MemorySwap: Memory }),
    ...(pids !== before.pids && { PidsLimit: pids ?? 0 }),
  };
}
