// promote: a replica becomes the primary. With a primary that answers it is a switch, and nothing
// is lost. With one that is dead or cut off it is a failover: what it had and never sent is counted
// in its binlog, on its disk.
import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../../errors.ts';
import type { PromoteContext, Promotion } from '../../stack/group.ts';
import type { Node } from '../../stack/model.ts';
import { seed } from './bootstrap.ts';
import type { Dialect } from './dialect.ts';
import { type GtidSet, minus } from './gtid.ts';
import { binlogScript, countLost, transactionsIn } from './losses.ts';
import {
  type Member,
  memberOf,
  missing,
  seenTerm,
  settle,
  startOf,
  termOf,
  writes,
} from './member.ts';
import { type Following, isBefore, type Position, type ServerState } from './state.ts';
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
  const seen = Math.max(...[...states.values()].map(seenTerm), 1);
  if (!source && termOf(state) === seen) throw refused(node, 'it leads already');
  const term = seen + 1;

  const isOrderly = old !== undefined && (await handOver(old, oldState, target, state, group));
  const applied = source ? await applyAll(target, group) : undefined;
  if (!isOrderly && !group.lossy)
    for (const other of members.filter((each) => each !== target && each !== old))
      await getWrites(target, other, source, group);
  const lost = old && (isOrderly ? NOTHING : await lostOf(old, target, applied, group));
  if (source) await target.sql(stopReplica(target.dialect), forgetSource(target.dialect));
  const now = await mustAnswer(target);
  await settle(target, { leads: true, term });

  const others = members.filter((each) => each !== target && (each !== old || isOrderly));
  const left: { node: string; why: string }[] = [];
  const following: string[] = [];
  for (const other of others) {
    const why = await follow(other, target, { now, term, applied, from: source }, group);
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
  const term = termOf(oldState);
  await settle(old, { leads: false, term });
  const { end, executed } = await mustAnswer(old);
  const deadlineMs = performance.now() + limitMs;
  for (;;) {
    const { following, executed: own } = await mustAnswer(target);
    const has = following && !isBefore(following.applied, end) && !minus(executed, own).size;
    if (has) return true;
    if (following?.receiver !== 'Yes' || performance.now() > deadlineMs) {
      await settle(old, { leads: true, term }); // as it was: it goes on, cut off
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
    const { applied, applier, error } = following;
    if (!isApplying(following, executed)) return applied;
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

const isApplying = ({ received, applied, retrieved }: Following, executed: GtidSet): boolean =>
  retrieved.size
    ? minus(retrieved, executed).size > 0
    : received.file !== '' && isBefore(applied, received);

/**
 * A replica may have more of the old primary than the chosen one, which gets that first. Throws
 * promotion-lossy where it cannot, and then follows its source again.
 */
async function getWrites(
  target: Member,
  other: Member,
  source: string | undefined,
  { limitMs, say }: PromoteContext,
): Promise<void> {
  const { dialect, node } = target;
  const { name } = other.node;
  const deadlineMs = performance.now() + limitMs;
  for (let asked = false; ; await sleep(POLL_MS)) {
    const theirs = await other.state();
    if (!theirs?.settings) return;
    const { following } = theirs;
    const own = await mustAnswer(target);
    const ahead = missing(target, theirs, own);
    const isAhead = ahead ?? (following && own.following && isAheadOf(following, own.following));
    const willBe = following?.applier === 'Yes' && isApplying(following, theirs.executed);
    if (!isAhead && !(willBe && dialect.gtid)) return;
    if (!source || !dialect.gtid || performance.now() > deadlineMs) {
      if (source) await target.sql(...(asked ? follows(dialect, source) : [startReplica(dialect)]));
      const what = ahead ? writes(ahead) : 'writes';
      throw new LabError('promotion-lossy', `${name} has ${what} that ${node.name} has not`, {
        hint: `labctl promote ${name}; or without them: labctl promote ${node.name} --lossy`,
      });
    }
    if (!asked && ahead) {
      say(`gets ${writes(ahead)} from ${name}`);
      await target.sql(...follows(dialect, name));
      asked = true;
    }
  }
}

/** Both follow the same source, so the places are in the same files. */
const isAheadOf = (a: Following, b: Following): boolean =>
  a.source === b.source && isBefore(b.received, a.received);

const follows = (dialect: Dialect, source: string): string[] => [
  stopReplica(dialect),
  ...pointAt(dialect, source, 'gtid'),
  startReplica(dialect),
];

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
  readonly term: number;
  readonly applied: Position | undefined;
  readonly from: string | undefined;
}

/** undefined when it follows the new primary; else why not. */
async function follow(
  other: Member,
  target: Member,
  { now, term, applied, from }: Change,
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
    await seed(other, target, term, say);
    return undefined;
  }
  await other.sql(stopReplica(dialect));
  await other.sql(...pointAt(dialect, name, startOf(other, now.end)));
  await settle(other, { leads: false, term });
  await other.sql(startReplica(dialect));
  return undefined;
}
