// promote: a replica becomes the primary. With a primary that answers it is a switch, and nothing
// is lost. With one that is dead or cut off it is a failover: what it had and never sent is counted
// in its binlog, on its disk.
import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../../errors.ts';
import type { PromoteContext, Promotion } from '../../stack/group.ts';
import type { Node } from '../../stack/model.ts';
import { seed } from './bootstrap.ts';
import { minus } from './gtid.ts';
import { binlogScript, countLost, transactionsIn } from './losses.ts';
import { type Member, memberOf, missing, settle, startOf, termOf, writes } from './member.ts';
import type { Position, ServerState } from './state.ts';
import { forgetSource, pointAt, startReplica, stopReceiver, stopReplica } from './statements.ts';

const POLL_MS = 100;

export async function promoteServer(node: Node, group: PromoteContext): Promise<Promotion> {
  const members = group.nodes.map((each) => memberOf(group.access, group.configOf, each));
  const states = new Map<Member, ServerState | undefined>();
  for (const member of members) states.set(member, await member.state());
  const target = members[group.nodes.indexOf(node)]!;
  const state = states.get(target);
  if (!state?.settings) throw refused(node, state ? 'it is not set up yet' : 'it does not answer');
  const source = state.following?.source;
  const old = members.find(({ node: { name } }) => name === source);
  const oldState = old && states.get(old);
  if (!source && termOf(state)) throw refused(node, 'it leads already');
  const term = Math.max(...[...states.values()].map(termOf), 1) + 1;

  const isOrderly = old !== undefined && (await handOver(old, oldState, target, state, group));
  const applied = source ? await applyAll(target, group) : undefined;
  const lost = old && (isOrderly ? NOTHING : await lostOf(old, target, applied, group));
  if (source) await target.sql(stopReplica(target.dialect), forgetSource(target.dialect));
  const now = await mustAnswer(target);
  await settle(target, term);

  const others = members.filter((each) => each !== target && (each !== old || isOrderly));
  const left: { node: string; why: string }[] = [];
  const following: string[] = [];
  for (const other of others) {
    const why = await follow(other, target, { now, applied, from: source }, group);
    if (why === undefined) following.push(other.node.name);
    else left.push({ node: other.node.name, why });
  }
  if (old && !isOrderly) left.push({ node: old.node.name, why: whyLeft(oldState) });
  return { from: source ?? null, orderly: isOrderly, following, left, lost: lost ?? null };
}

function whyLeft(state: ServerState | undefined): string {
  if (!state) return 'dead';
  return state.settings ? 'cut off: still takes writes' : 'not set up yet';
}

const NOTHING = { writes: 0, ids: '' };

const refused = ({ name }: Node, why: string) =>
  new LabError('node-state', `cannot promote ${name}: ${why}`, { hint: 'labctl status' });

async function mustAnswer(member: Member): Promise<ServerState> {
  const state = await member.state();
  if (state) return state;
  throw new LabError('promotion-failed', `${member.node.name} does not answer any more`);
}

/**
 * Stops the old primary from writing and waits until the new one has everything. false when the two
 * have no connection: then the old one is left alone, as who is cut off from it would have to.
 */
async function handOver(
  old: Member,
  oldState: ServerState | undefined,
  target: Member,
  state: ServerState,
  { limitMs, say }: PromoteContext,
): Promise<boolean> {
  if (!oldState?.settings || oldState.following || state.following?.receiver !== 'Yes')
    return false;
  say(`stops writes to ${old.node.name}`);
  await settle(old, undefined);
  const { end, executed } = await mustAnswer(old);
  const deadlineMs = performance.now() + limitMs;
  for (;;) {
    const { following, executed: own } = await mustAnswer(target);
    const has = following && !isBefore(following.applied, end) && !minus(executed, own).size;
    if (has) return true;
    if (following?.receiver !== 'Yes' || performance.now() > deadlineMs) {
      await settle(old, termOf(oldState)); // as it was: it goes on, cut off
      return false;
    }
    await sleep(POLL_MS);
  }
}

/** Everything that was received is applied. Where the target is then, in the old one's files. */
async function applyAll(target: Member, { limitMs, say }: PromoteContext): Promise<Position> {
  await target.sql(stopReceiver(target.dialect));
  const deadlineMs = performance.now() + limitMs;
  for (let saidSo = false; ; saidSo = true) {
    const { following, executed } = await mustAnswer(target);
    if (!following) throw refused(target.node, 'its replication was reset meanwhile');
    const { received, applied, retrieved, applier, error } = following;
    const isDone = retrieved.size
      ? !minus(retrieved, executed).size
      : !received.file || !isBefore(applied, received);
    if (isDone) return applied;
    const { name } = target.node;
    if (applier !== 'Yes' || performance.now() > deadlineMs)
      throw new LabError(
        'promotion-failed',
        `${name} has not applied all that it received: ${error || 'it is still at it'}`,
      );
    if (!saidSo) say('waits for the relay log to be applied');
    await sleep(POLL_MS);
  }
}

/** File names end in numbers of equal length. */
const isBefore = (a: Position, b: Position): boolean =>
  a.file === b.file ? a.position < b.position : a.file < b.file;

/** Transactions in the old primary's binlog behind what the new one has applied of it. */
async function lostOf(
  old: Member,
  target: Member,
  applied: Position | undefined,
  { access, say }: PromoteContext,
): Promise<Promotion['lost']> {
  say(`reads the binlog of ${old.node.name}`);
  const script = binlogScript(applied ?? { file: '', position: 0 });
  const said = await access.onDisk(old.node, script).catch(() => ''); // its disk is gone too
  const ids = transactionsIn(said);
  return ids ? countLost(ids, (await mustAnswer(target)).executed) : null;
}

interface Change {
  /** The new primary, before it takes its first write. */
  readonly now: ServerState;
  readonly applied: Position | undefined;
  readonly from: string | undefined;
}

/** undefined when it follows the new primary; else why not. */
async function follow(
  other: Member,
  target: Member,
  { now, applied, from }: Change,
  { say }: PromoteContext,
): Promise<string | undefined> {
  const state = await other.state();
  const { name } = target.node;
  if (!state?.settings) return state ? 'not set up yet' : 'does not answer';
  const { dialect } = other;
  const ahead = missing(other, state, now);
  if (ahead) return `has ${writes(ahead)} that ${name} has not`;
  // Without GTIDs a place in one server's files is known in another's only where both are even.
  const isOld = other.node.name === from;
  const place = state.following?.source === from ? state.following?.applied : undefined;
  const isEven =
    isOld ||
    (place && applied && place.file === applied.file && place.position === applied.position);
  if (!dialect.gtid && !isEven) {
    if (place && applied && isBefore(applied, place)) return `has writes that ${name} has not`;
    await seed(other, target, say);
    return undefined;
  }
  await other.sql(stopReplica(dialect));
  await other.sql(...pointAt(dialect, name, startOf(other, now.end)));
  await settle(other, undefined);
  await other.sql(startReplica(dialect));
  return undefined;
}
