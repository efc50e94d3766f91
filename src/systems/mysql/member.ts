// One server of a group, as bootstrap and promotion work on it: what it says, and how it is told.
import { LabError } from '../../errors.ts';
import type { ConfigOf, GroupAccess } from '../../stack/group.ts';
import type { Node } from '../../stack/model.ts';
import { askedOf, read, semiSyncOf } from './config.ts';
import type { Dialect } from './dialect.ts';
import { countOf, minus } from './gtid.ts';
import {
  clientCommand,
  type Position,
  readState,
  SETTINGS_FILE,
  SETTINGS_LINK,
  type ServerState,
} from './state.ts';
import {
  makeAccounts,
  roleSettings,
  type SemiSync,
  type Start,
  semiSyncPlugins,
} from './statements.ts';

export interface Member {
  readonly node: Node;
  readonly dialect: Dialect;
  readonly semiSync: SemiSync | undefined;
  /** Statements that make the accounts which every server has. */
  readonly accounts: readonly string[];
  /** The stack gives the group data that its first server is made with. */
  readonly hasInit: boolean;
  /** Its container runs, whether or not the server answers. */
  runs(): Promise<boolean>;
  /** undefined: it does not answer. */
  state(): Promise<ServerState | undefined>;
  /** All statements in one session. Throws node-refused with the server's words. */
  sql(...statements: readonly string[]): Promise<void>;
  /** A script for bash in its container. */
  shell(script: string, limitMs: number): Promise<void>;
  /** The client with root's account, as a word for such a script. */
  client(program?: string, host?: string): string;
}

/** What a member is in the group: its primary of that term, or a replica of it. */
export interface Place {
  readonly leads: boolean;
  readonly term: number;
}

const SQL_LIMIT_MS = 60_000;

export function memberOf(access: GroupAccess, configOf: ConfigOf, node: Node): Member {
  const config = configOf(node);
  const asked = askedOf(config);
  const own = access.of(node);
  const run = async (script: string, limitMs: number, stdin?: string) => {
    const command = ['bash', '-euo', 'pipefail', '-c', script];
    const ran = await own.exec(command, { limitMs, ...(stdin !== undefined && { stdin }) });
    if (ran.status !== 0)
      throw new LabError('node-refused', `${node.name}: ${ran.err.trim() || ran.out.trim()}`);
  };
  return {
    node,
    dialect: asked.dialect,
    semiSync: semiSyncOf(config),
    accounts: makeAccounts(asked.dialect, asked.password),
    hasInit: read(config).init !== undefined,
    runs: () =>
      own.exec(['true'], { limitMs: SQL_LIMIT_MS }).then(
        () => true,
        () => false,
      ),
    state: () => readState(own, asked),
    sql: (...statements) => run(clientCommand(asked), SQL_LIMIT_MS, statements.join(';\n')),
    shell: (script, limitMs) => run(script, limitMs),
    client: (program, host) => clientCommand(asked, program, host),
  };
}

/** Of two that can be written to, the one of the higher term is the primary. */
export const termOf = (state: ServerState | undefined): number =>
  Number(/^# term (\d+)$/m.exec(state?.settings ?? '')?.[1] ?? 0);

/** The highest term it knows of: its own, or that of the last primary it was told to follow. */
export const seenTerm = (state: ServerState | undefined): number =>
  Number(/^# (?:follows )?term (\d+)$/m.exec(state?.settings ?? '')?.[1] ?? 0);

/**
 * Who led last, as far as those that answer know: whoever has the highest term, or is followed by
 * who has it. It may be dead.
 */
export function lastPrimary(
  states: readonly (readonly [name: string, state: ServerState | undefined])[],
): string | undefined {
  const latest = Math.max(...states.map(([, state]) => seenTerm(state)));
  const known = states.filter(([, state]) => state?.settings && seenTerm(state) === latest);
  const names = known.map(([name, state]) => state!.following?.source ?? (termOf(state) && name));
  return names.find((name) => typeof name === 'string');
}

/** The settings of a place, as the server reads them at its start. */
function settingsText({ dialect, semiSync }: Member, { leads, term }: Place): string {
  const settings = roleSettings(dialect, { isPrimary: leads, semiSync });
  // The plugins may not be there yet when the server reads this.
  const lines = settings.map(([name, value]) => `loose_${name} = ${value}`);
  return ['[mysqld]', `# ${leads ? '' : 'follows '}term ${term}`, ...lines, ''].join('\n');
}

/**
 * Puts it in its place: now, and at its next start. The file comes last: while it is not there, all
 * of this is done again.
 */
export async function settle(member: Member, place: Place): Promise<void> {
  const { dialect, semiSync } = member;
  if (semiSync) await installPlugins(member);
  const settings = roleSettings(dialect, { isPrimary: place.leads, semiSync });
  await member.sql(...settings.map(([name, value]) => `SET GLOBAL ${name} = ${sqlValue(value)}`));
  const script = [
    `printf %s '${settingsText(member, place)}' > ${SETTINGS_FILE}.new`,
    `mv ${SETTINGS_FILE}.new ${SETTINGS_FILE}`,
    `ln -sf ${SETTINGS_FILE} ${SETTINGS_LINK}`,
  ];
  await member.shell(script.join('\n'), SQL_LIMIT_MS);
}

const sqlValue = (value: string): string => (/^(ON|OFF|\d+)$/.test(value) ? value : `'${value}'`);

async function installPlugins(member: Member): Promise<void> {
  const plugins = semiSyncPlugins(member.dialect);
  if (!plugins.length) return;
  const lines = plugins.map(
    ([name, library]) =>
      `echo "$there" | grep -qx ${name} || ` +
      `${member.client()} -e "SET SESSION sql_log_bin = 0; ` +
      `SET GLOBAL super_read_only = OFF; INSTALL PLUGIN ${name} SONAME '${library}'"`,
  );
  const ask = "-N -e 'SELECT plugin_name FROM information_schema.plugins'";
  await member.shell([`there=$(${member.client()} ${ask})`, ...lines].join('\n'), SQL_LIMIT_MS);
}

export const isSettled = (member: Member, state: ServerState, place: Place): boolean =>
  state.isLinked &&
  state.isReadOnly !== place.leads &&
  state.settings === settingsText(member, place);

/** How many transactions one has and the other lacks; undefined where nobody counts them. */
export function missing({ dialect }: Member, has: ServerState, lacks: ServerState) {
  if (dialect.flavour === 'mysql' && !dialect.gtid) return undefined;
  return countOf(minus(has.executed, lacks.executed));
}

/** Where a replica goes on behind a source of which it has everything so far. */
export const startOf = ({ dialect }: Member, { file, position }: Position): Start =>
  dialect.gtid ? 'gtid' : { file, position };

/** `1 write`, `3 writes` */
export const writes = (count: number): string => `${count} write${count === 1 ? '' : 's'}`;
