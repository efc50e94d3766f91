// promote: a replica becomes the primary. With a primary that answers it is a switch, and nothing
// is lost. With one that is dead or cut off it is a failover: what it had and never sent is counted
// in its binlog, on its disk.
import { LabError } from '../../errors.ts';
import type { PromoteContext, Promotion } from '../../stack/group.ts';
import type { Node } from '../../stack/model.ts';
import { seed } from './bootstrap.ts';
import { catchUp, mustAnswer } from './catch-up.ts';
import { binlogScript, countLost, transactionsIn } from './losses.ts';
import {
  lastPrimary,
  type Member,
  memberOf,
  missing,
  seenTerm,
  settle,
  startOf,
  termOf,
  writes,
} from './member.ts';
import { isBefore, type Position, type ServerState } from './state.ts';
import { forgetSource, pointAt, startReplica, stopReplica } from './statements.ts';

export async function promoteServer(node: Node, group: PromoteContext): Promise<Promotion> {
  const members = group.nodes.map((each) => memberOf(group.access, group.configOf, each));
  const states = new Map<Member, ServerState | undefined>();
  for (const member of members) states.set(member, await member.state());
  const target = members[group.nodes.indexOf(node)]!;
  const state = states.get(target);
  if (!state?.settings) throw refused(node, state ? 'it is not set up yet' : 'it does not answer');
  const source = state.following?.source;
  const led = lastPrimary(members.map((each) => [each.node.name, states.get(each)]));
  if (led === node.name) throw refused(node, 'it leads already');
  const old = members.find(({ node: { name } }) => name === led);
  const oldState = old && states.get(old);
  if (termOf(oldState) && source !== led && !group.lossy)
    throw refused(node, `it does not follow ${led}, which leads`, 'labctl up takes it back');
  const term = Math.max(...[...states.values()].map(seenTerm), 1) + 1;
  // Those of another primary have nothing of the last one that the target may need.
  const peers = members.filter(
    (each) => each !== target && each !== old && states.get(each)?.following?.source === led,
  );

  const { isOrderly, place } = await catchUp({ target, old, peers, states }, group);
  const applied = source === led ? place : undefined;
  const lost = old && (isOrderly ? NOTHING : await lostOf(old, target, applied, group));
  if (source) await target.sql(stopReplica(target.dialect), forgetSource(target.dialect));
  const now = await mustAnswer(target);
  await settle(target, { leads: true, term });

  const others = members.filter((each) => each !== target && (each !== old || isOrderly));
  const left: { node: string; why: string }[] = [];
  const following: string[] = [];
  for (const other of others) {
    const why = await follow(other, target, { now, term, applied, from: led }, group).catch(whyNot);
    if (why === undefined) following.push(other.node.name);
    else left.push({ node: other.node.name, why });
  }
  if (old && !isOrderly) left.push({ node: old.node.name, why: whyLeft(oldState) });
  return { from: led ?? null, orderly: isOrderly, following, left, lost: lost ?? null };
}

function whyLeft(state: ServerState | undefined): string {
  if (!state) return 'does not answer';
  return state.settings ? 'still takes writes' : 'not set up yet';
}

/** The new primary leads already: who cannot follow it now is taken back by `up`. */
function whyNot(error: unknown): string {
  if (error instanceof LabError) return error.message;
  throw error;
}

const NOTHING = { writes: 0, ids: '' };

const refused = ({ name }: Node, why: string, hint = 'labctl status') =>
  new LabError('node-state', `cannot promote ${name}: ${why}`, { hint });

/** Transactions in the old primary's binlog behind what the new one has applied of it. */
async function lostOf(
  old: Member,
  target: Member,
  applied: Position | undefined,
  { access, say }: PromoteContext,
): Promise<Promotion['lost']> {
  if (!applied && target.dialect.flavour === 'mysql' && !target.dialect.gtid) return null;
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
