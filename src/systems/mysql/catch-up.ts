// The part of a promotion before the new primary leads: it gets all that can be had, of an old
// primary that answers, and else of the other replicas. It changes nothing that is not taken back.
import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../../errors.ts';
import type { PromoteContext } from '../../stack/group.ts';
import type { Dialect } from './dialect.ts';
import { type GtidSet, minus } from './gtid.ts';
import { type Member, missing, seenTerm, settle, writes } from './member.ts';
import { type Following, isBefore, type Position, type ServerState } from './state.ts';
import { pointAt, startReceiver, startReplica, stopReceiver, stopReplica } from './statements.ts';

const POLL_MS = 100;

export async function mustAnswer(member: Member): Promise<ServerState> {
  const state = await member.state();
  if (state) return state;
  throw new LabError('promotion-failed', `${member.node.name} does not answer any more`);
}

interface Parties {
  readonly target: Member;
  /** Who led last. */
  readonly old: Member | undefined;
  /** Its other replicas. */
  readonly peers: readonly Member[];
  readonly states: ReadonlyMap<Member, ServerState | undefined>;
}

/**
 * The target gets all that can be had. Where that fails, all go on as they were. `place`: where the
 * target is then, in its source's files.
 */
export async function catchUp(parties: Parties, group: PromoteContext) {
  const { target, old, peers, states } = parties;
  const source = states.get(target)?.following?.source;
  let isOrderly = false;
  try {
    isOrderly = await handOver(parties, group);
    // A primary that is cut off from the target alone would give the others more and more.
    if (!isOrderly)
      await Promise.allSettled(peers.map((peer) => peer.sql(stopReceiver(peer.dialect))));
    const place = source ? await applyAll(target, group) : undefined;
    if (!isOrderly && !group.lossy)
      for (const peer of peers) await getWrites(target, peer, source, group);
    return { isOrderly, place };
  } catch (error) {
    const received = [target, ...peers].filter(
      (each) => !['No', undefined].includes(states.get(each)?.following?.receiver),
    );
    await Promise.allSettled([
      ...received.map((each) => goOn(each, states.get(each)!)),
      isOrderly && settle(old!, { leads: true, term: seenTerm(states.get(old!)) }),
    ]);
    throw error;
  }
}

/** Receives from its source again. */
async function goOn(member: Member, { following }: ServerState): Promise<void> {
  const { dialect } = member;
  const now = await mustAnswer(member);
  const isElsewhere = now.following?.source !== following!.source;
  await member.sql(
    ...(isElsewhere ? follows(dialect, following!.source) : [startReceiver(dialect)]),
  );
}

/**
 * Stops the old primary from writing and waits until the target has everything. false when the two
 * have no connection: then the old one is left alone, as who is cut off from it would have to.
 */
async function handOver(
  { target, old, states }: Parties,
  { limitMs, say }: PromoteContext,
): Promise<boolean> {
  const oldState = old && states.get(old);
  const { source, receiver } = states.get(target)?.following ?? {};
  if (!oldState?.settings || oldState.following) return false;
  if (source !== old!.node.name || receiver !== 'Yes') return false;
  // Semi-sync commits that wait would be let go by what follows, and then be lost in a failover.
  if (!(await getsAll(target, source, await mustAnswer(old!), limitMs))) return false;
  say(`stops writes to ${source}`);
  const term = seenTerm(oldState);
  let hasAll = false;
  try {
    await settle(old!, { leads: false, term });
    hasAll = await getsAll(target, source, await mustAnswer(old!), limitMs);
  } finally {
    // One that died meanwhile has nothing to go on with.
    if (!hasAll) await settle(old!, { leads: true, term }).catch(() => {});
  }
  return hasAll;
}

/** false when the connection breaks. Throws promotion-failed when it only takes too long. */
async function getsAll(
  target: Member,
  source: string,
  { end, executed }: ServerState,
  limitMs: number,
): Promise<boolean> {
  const { name } = target.node;
  const deadlineMs = performance.now() + limitMs;
  for (;;) {
    const { following, executed: own } = await mustAnswer(target);
    if (following && !isBefore(following.applied, end) && !minus(executed, own).size) return true;
    if (following?.receiver !== 'Yes') return false;
    if (following.applier !== 'Yes' || performance.now() > deadlineMs) {
      const why = following.error || 'it is still at it';
      throw new LabError('promotion-failed', `${name} has not all of ${source}: ${why}`, {
        hint: `labctl promote ${name} --timeout 1m; or labctl kill ${source}, for a failover`,
      });
    }
    await sleep(POLL_MS);
  }
}

/** Everything that was received is applied. Where the target is then, in its source's files. */
async function applyAll(target: Member, { limitMs, say }: PromoteContext): Promise<Position> {
  await target.sql(stopReceiver(target.dialect));
  const deadlineMs = performance.now() + limitMs;
  for (let saidSo = false; ; saidSo = true) {
    const { following, executed } = await mustAnswer(target);
    if (!following)
      throw new LabError('promotion-failed', `${target.node.name} was reset meanwhile`);
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
 * promotion-lossy where it cannot.
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
    const isAhead = ahead ?? (following && mayBeAhead(following, own.following));
    const willBe = following?.applier === 'Yes' && isApplying(following, theirs.executed);
    if (!isAhead && !(willBe && dialect.gtid)) return;
    if (!source || !dialect.gtid || performance.now() > deadlineMs) {
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

/** Of places in the files of different sources nobody knows which is ahead. */
const mayBeAhead = (a: Following, b: Following | undefined): boolean =>
  a.source !== b?.source || isBefore(b.received, a.received);

const follows = (dialect: Dialect, source: string): string[] => [
  stopReplica(dialect),
  ...pointAt(dialect, source, 'gtid'),
  startReplica(dialect),
];
