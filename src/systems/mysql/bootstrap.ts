// From servers that run to a primary with replicas. Every step looks first, and its last act is to
// write the server's settings: a server without them is new, and whatever was begun on it is begun
// again. So an `up` that was killed at any point is finished by the next.
//
//   new -> account, empty binlog -> pointed at the primary -> settings -> started
//      \-> dump of the primary  ---^   (where its binlog is not the whole history)
import { LabError } from '../../errors.ts';
import type { BootStep, ConfigOf, GroupAccess } from '../../stack/group.ts';
import type { Node } from '../../stack/model.ts';
import { namesSource } from './dialect.ts';
import { lastOfEach } from './gtid.ts';
import {
  isSettled,
  type Member,
  memberOf,
  missing,
  seenTerm,
  settle,
  startOf,
  termOf,
  writes,
} from './member.ts';
import { isBefore, SETTINGS_FILE, type ServerState } from './state.ts';
import {
  forgetHistory,
  forgetSource,
  pointAt,
  setHistory,
  startReplica,
  stopReplica,
} from './statements.ts';

/** A dump of what a laptop's lab may hold. */
const SEED_LIMIT_MS = 3_600_000;

/** Where a binlog begins. */
const FIRST = { file: 'mysql-bin.000001', position: 4 } as const;

type Answer = Awaited<ReturnType<BootStep['run']>> & {
  /** Of a replica: the primary, and what that has. */
  readonly source?: { readonly name: string; readonly state: ServerState | undefined } | undefined;
};

export function replicationSteps(nodes: readonly Node[], configOf: ConfigOf): BootStep[] {
  return nodes.map((node) => {
    // A replica is done with what the primary had when it was first looked at, or copied from.
    let goal: Answer['source'];
    const run: BootStep['run'] = async (access, say) => {
      const member = memberOf(access, configOf, node);
      const before = goal && (await member.state());
      const isOnItsWay = before?.following && before.following.source === goal?.name;
      const group = { nodes, configOf, access, say };
      const { source, ...answer }: Answer = isOnItsWay
        ? { done: true, source: goal }
        : await stepOf(node, group);
      if (answer.done && source?.name !== goal?.name) goal = source; // none for who leads by now
      if (!answer.done || !goal?.state) return answer;
      const words = behindOf(member, await member.state(), goal.state);
      return words ? { done: false, words } : answer;
    };
    return { node, name: 'replication', run };
  });
}

/** How far a server is behind what another one had then; undefined: it has all of that. */
function behindOf(member: Member, state: ServerState | undefined, goal: ServerState) {
  if (!state?.following) return 'waits for the server';
  const { source, applied, applier, receiver } = state.following;
  if (applier !== 'Yes' || receiver === 'No') return undefined; // its health says why
  const count = missing(member, goal, state);
  const { file, position } = applied;
  if (count === undefined)
    return isBefore(applied, goal.end) ? `behind ${source}, at ${file}:${position}` : undefined;
  return count ? `${count} transactions behind ${source}` : undefined;
}

interface Group {
  readonly nodes: readonly Node[];
  readonly configOf: ConfigOf;
  readonly access: GroupAccess;
  readonly say: (words: string) => void;
}

async function stepOf(node: Node, { nodes, configOf, access, say }: Group): Promise<Answer> {
  const members = nodes.map((each) => memberOf(access, configOf, each));
  const states = await Promise.all(members.map((member) => member.state()));
  const at = nodes.indexOf(node);
  const member = members[at]!;
  const state = states[at];
  if (!state) return { done: false, words: 'waits for the server' };
  const first = choosePrimary(states);
  if (first === undefined) return { done: false, words: 'waits for the other servers' };
  const primaryState = states[first]!;
  if (!primaryState.settings) refuseEmpty(members, states, first);
  if (await awaitsNewer(members, states, first))
    return { done: false, words: 'waits for the newest primary' };
  const seen = Math.max(...states.map(seenTerm));
  if (first === at) return makePrimary(member, state, termOf(state) || seen + 1);
  if (!termOf(primaryState)) return { done: false, words: 'waits for the primary' };
  return makeReplica(member, state, members[first]!, primaryState, say);
}

/** Index of the member that leads: of those that say so the latest; of a new group the first. */
function choosePrimary(states: readonly (ServerState | undefined)[]): number | undefined {
  const terms = states.map((state) => (state?.following ? 0 : termOf(state)));
  const highest = Math.max(...terms);
  if (highest > 0) return terms.indexOf(highest);
  // One that does not answer may have a term.
  if (states.some((state) => !state)) return undefined;
  // All are new; or a promotion was cut short, and who was to lead follows nobody.
  return Math.max(
    states.findIndex((state) => state!.settings && !state!.following),
    0,
  );
}

/** Only a group that is new as a whole begins anew: an empty primary has nothing to replicate. */
function refuseEmpty(
  members: readonly Member[],
  states: readonly (ServerState | undefined)[],
  first: number,
): void {
  const heir = members.find((_, at) => states[at]?.settings);
  if (!heir) return;
  const text = `${members[first]!.node.name} led, and its data is gone; the others have theirs`;
  throw new LabError('primary-empty', text, { hint: `labctl promote ${heir.node.name}` });
}

/**
 * A primary that others have seen replaced is nobody to follow: what was written since would go.
 * True when the newer one is on its way. Throws primary-old.
 */
async function awaitsNewer(
  members: readonly Member[],
  states: readonly (ServerState | undefined)[],
  first: number,
): Promise<boolean> {
  const term = termOf(states[first]);
  const seen = states.map(seenTerm);
  const highest = Math.max(...seen);
  if (!term || highest <= term) return false;
  const at = seen.indexOf(highest);
  const witness = members[at]!.node.name;
  const newer = members.find(({ node }) => node.name === states[at]!.following?.source);
  const isDown = newer && !states[members.indexOf(newer)];
  if (isDown && (await newer.runs())) return true;
  const old = `${members[first]!.node.name} is a primary of old`;
  const who = newer ? newer.node.name : 'another server';
  const why = isDown ? 'does not run' : 'leads no more';
  throw new LabError('primary-old', `${old}: ${who} led after it, and ${why}`, {
    hint: isDown
      ? `labctl start ${who} --wait; if it is lost, labctl promote ${witness}`
      : `labctl promote ${witness}`,
  });
}

async function makePrimary(member: Member, state: ServerState, term: number): Promise<Answer> {
  const place = { leads: true, term };
  if (isSettled(member, state, place)) return { done: true };
  if (!state.settings) await member.sql(...member.accounts);
  await settle(member, place);
  return { done: true, words: 'primary' };
}

async function makeReplica(
  member: Member,
  state: ServerState,
  primary: Member,
  primaryState: ServerState,
  say: (words: string) => void,
): Promise<Answer> {
  const { name } = primary.node;
  const words = `replica of ${name}`;
  const term = termOf(primaryState);
  const place = { leads: false, term };
  const source = { name, state: primaryState };
  if (!state.settings) {
    if (!primaryState.isHistoryWhole || term > 1 || primary.hasInit)
      await seed(member, primary, term, say);
    else await followFromStart(member, name, term);
    say(words);
    return { done: true, words, source: { name, state: await primary.state() } };
  }
  if (state.following?.source !== name) return rejoin(member, state, primary, primaryState);
  const runs = state.following.applier === 'Yes' && state.following.receiver !== 'No';
  if (runs && isSettled(member, state, place)) return { done: true, source };
  // The receiver asks for semi-sync only when it starts.
  await member.sql(stopReplica(member.dialect));
  await settle(member, place);
  await member.sql(startReplica(member.dialect));
  return { done: true, words, source };
}

/** New servers have nothing of their own: the binlog of the primary tells all there is. */
async function followFromStart(member: Member, primary: string, term: number): Promise<void> {
  const { dialect } = member;
  await member.sql(
    ...beginAnew(member),
    ...member.accounts,
    ...pointAt(dialect, primary, startOf(member, FIRST)),
  );
  await settle(member, { leads: false, term });
  await member.sql(startReplica(dialect));
}

const beginAnew = ({ dialect }: Member): string[] => [
  ...(dialect.flavour === 'mysql' ? ['SET GLOBAL super_read_only = OFF'] : []),
  'SET GLOBAL read_only = OFF',
  stopReplica(dialect),
  forgetSource(dialect),
  forgetHistory(dialect),
];

/**
 * Data and place in the history from a dump of the primary, taken over the replica's own edge.
 * Until it is there the server is a new one. A second copy waits for the first by the lock, so two
 * `up`s do no harm.
 */
export async function seed(
  member: Member,
  primary: Member,
  term: number,
  say: (words: string) => void,
): Promise<void> {
  const { dialect } = member;
  const { name } = primary.node;
  say(`copies the data of ${name}`);
  const history = lastOfEach((await primary.state())?.executed ?? new Map());
  const before = [
    `SELECT GET_LOCK('labctl', ${SEED_LIMIT_MS / 1000})`,
    ...beginAnew(member),
    // Who wrote what before is in no dump of MariaDB's.
    ...(dialect.flavour === 'mariadb' && history ? [setHistory(history)] : []),
    'SET SESSION sql_log_bin = 0',
    ...member.accounts.slice(1, -1),
    ...pointAt(dialect, name, startOf(member, FIRST)),
  ];
  const start = [
    `rm -f ${SETTINGS_FILE}; { cat <<'SQL'`,
    ...before.map((line) => `${line};`),
    'SQL',
  ];
  const dump = `${primary.client('-dump', name)} ${dumpFlags(member).join(' ')}`;
  const script = [...start, listDrops(member), dump, `} | ${member.client()} > /dev/null`];
  await member.shell(script.join('\n'), SEED_LIMIT_MS);
  await settle(member, { leads: false, term });
  await member.sql(startReplica(dialect));
}

/** A dump drops tables that it has, but no other ones. */
const listDrops = (member: Member): string =>
  [
    `${member.client()} -N -e "SELECT CONCAT('DROP DATABASE \\\`', schema_name, '\\\`;')`,
    'FROM information_schema.schemata WHERE schema_name NOT IN',
    `('mysql', 'sys', 'information_schema', 'performance_schema')"`,
  ].join(' ');

const OWN_TABLES = [
  ...['slave_master_info', 'slave_relay_log_info', 'slave_worker_info', 'gtid_executed'],
];

function dumpFlags({ dialect }: Member): string[] {
  const common = ['--all-databases', '--single-transaction', '--routines', '--events'];
  // Each server has its plugins already, and loads those of the other only at its next start.
  const all = [...common, '--flush-privileges', '--ignore-table=mysql.plugin'];
  // What a server has received and executed is its own; not every version leaves all of these out.
  const own = OWN_TABLES.map((name) => `--ignore-table=mysql.${name}`);
  if (dialect.flavour === 'mariadb')
    return [...all, '--master-data=1', ...(dialect.gtid ? ['--gtid'] : [])];
  const place = namesSource(dialect) ? '--source-data' : '--master-data';
  // Before 8.0.32 it is this that makes the set of GTIDs be of the same moment as the data.
  if (dialect.gtid) return [...all, ...own, '--set-gtid-purged=ON', `${place}=2`];
  return [...all, ...own, '--set-gtid-purged=OFF', `${place}=1`];
}

/** A primary of old comes back, or a replica of one: if the new one has all that it has. */
async function rejoin(
  member: Member,
  state: ServerState,
  primary: Member,
  primaryState: ServerState,
): Promise<Answer> {
  const { dialect, node } = member;
  const { name } = primary.node;
  const own = missing(member, state, primaryState);
  if (own || !dialect.gtid) {
    const { source } = state.following ?? {};
    const was = source ? `follows ${source}, not ${name}` : `was a primary before ${name}`;
    const what = own && dialect.gtid ? `has ${writes(own)} that ${name} has not` : was;
    throw new LabError('node-diverged', `${node.name} ${what}`, {
      hint: `labctl wipe ${node.name} --wait gives it the data of ${name} instead`,
    });
  }
  await member.sql(stopReplica(dialect));
  await member.sql(...pointAt(dialect, name, 'gtid'));
  await settle(member, { leads: false, term: termOf(primaryState) });
  await member.sql(startReplica(dialect));
  return { done: true, words: `replica of ${name}`, source: { name, state: primaryState } };
}
