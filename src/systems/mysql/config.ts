// The keys of a group of mysql or mariadb, and what they come to.
import { z } from 'zod';
import type { Node, SystemConfig } from '../../stack/model.ts';
import { dockerBytes, parseDuration } from '../../stack/units.ts';
import { hostPorts, limitsOf, overridesOf, path, size, text } from '../../stack/values.ts';
import { type Dialect, isFrom } from './dialect.ts';
import type { Asked } from './state.ts';
import type { SemiSync } from './statements.ts';

export const PORT = 3306;
const MEMBERS_MAX = 9;

/** Servers of labctl's own layout, or what replication hangs on. */
const OWN_FLAGS = [
  ...['server-id', 'report-host', 'log-bin', 'relay-log', 'datadir', 'port', 'socket'],
  ...['gtid-mode', 'enforce-gtid-consistency'], // by the key gtid
];

const flagName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]*$/, 'a flag is written without its dashes: max-connections')
  .refine((name) => !OWN_FLAGS.includes(name.replaceAll('_', '-')), 'labctl sets this flag itself');

/** labctl comes as root, from 127.0.0.1. */
const OF_ROOT = /^(MYSQL|MARIADB)_(.*ROOT_.*|ALLOW_EMPTY_PASSWORD|ONETIME_PASSWORD)$/;

const variableName = z
  .string()
  .refine((name) => !OF_ROOT.test(name), 'labctl sets root up itself: root_password');

/** Redo and undo logs, the system tablespace and a binlog take 150 MiB before the first row. */
const DISK_LEAST = '512m';

const waits = text().refine((value) => 'ms' in parseDuration(value), 'must be a time such as 10s');

/** What a dump or a script may be called; anything else is a folder of such. */
const FILE = /\.(sql|sql\.gz|sh)$/;

export interface Versions {
  readonly oldestVersion: string;
  readonly defaultVersion: string;
}

export function schemaOf(flavour: Dialect['flavour'], { oldestVersion, defaultVersion }: Versions) {
  const ofMember = {
    version: text()
      .regex(/^\d+\.\d+(\.\d+)?$/, {
        error: `a version is written like ${defaultVersion}`,
        abort: true,
      })
      .refine((version) => isFrom(version, oldestVersion), {
        error: `${flavour} is known from ${oldestVersion} on`,
        abort: true,
      })
      .describe(`version of the server, e.g. ${defaultVersion}`),
    image: z.string().min(1).describe(`another image than ${flavour}:VERSION`),
    flags: z.record(flagName, text()).describe('flags of the server, without dashes'),
    binary: path().describe("a server of your own build in place of the image's"),
    environment: z
      .record(variableName, text())
      .describe('environment, as the official image has it'),
    ...limitsOf('server', '512m'),
    disk: size()
      .refine((value) => dockerBytes(value) >= dockerBytes(DISK_LEAST), {
        error: `${flavour} needs ${DISK_LEAST}`,
        abort: true,
      })
      .describe("size of each server's data disk, which is in memory then, e.g. 1g"),
  };
  const semiSync = {
    timeout: waits.default('10s').describe('how long a commit waits before all go on without'),
    wait_point: z
      .enum(['after-sync', 'after-commit'])
      .default('after-sync')
      .describe('wait before or after others see the commit'),
  };
  const acks = z.int().min(1).default(1).describe('how many replicas must answer');
  const group = z.strictObject({
    version: ofMember.version.default(defaultVersion),
    nodes: z.int().min(1).max(MEMBERS_MAX).default(2).describe('a primary and its replicas'),
    replication: z
      .enum(['async', 'semi-sync'])
      .default('async')
      .describe('whether a commit waits until a replica has it'),
    semi_sync: z
      .strictObject(flavour === 'mysql' ? { ...semiSync, acks } : semiSync)
      .optional()
      .describe('of replication: semi-sync'),
    gtid: z.boolean().default(true).describe('replicate by GTID; false: by file and position'),
    init: path().optional().describe('a dump (.sql, .sql.gz) or a folder of such, for the primary'),
    root_password: text().default('').describe('of root, from anywhere; empty: none'),
    performance_schema: z.boolean().default(false).describe('costs each server 140 MiB of memory'),
    image: ofMember.image.optional(),
    flags: ofMember.flags.default({}),
    binary: ofMember.binary.optional(),
    environment: ofMember.environment.default({}),
    cpus: ofMember.cpus.optional(),
    mem_limit: ofMember.mem_limit.optional(),
    disk: ofMember.disk.optional(),
    host_port: hostPorts(MEMBERS_MAX).describe('host port of the first server; the others follow'),
    overrides: overridesOf(ofMember).describe(
      `keys of single servers: {${flavour}-2: {version: ${defaultVersion}}}`,
    ),
  });
  return group.superRefine(({ nodes, replication, semi_sync: settings }, { addIssue }) => {
    const complain = (key: string, message: string) =>
      addIssue({ code: 'custom', path: [key], message });
    if (replication === 'async') {
      if (settings) complain('semi_sync', 'needs replication: semi-sync');
      return;
    }
    const wanted = settings && 'acks' in settings ? settings.acks : 1;
    if (wanted >= nodes) complain('nodes', `must be more than semi_sync.acks (${wanted})`);
  });
}

type MysqlConfig = SystemConfig &
  Omit<z.infer<ReturnType<typeof schemaOf>>, 'semi_sync'> & {
    readonly semi_sync?: {
      readonly timeout: string;
      readonly wait_point: SemiSync['waitPoint'];
      readonly acks?: number;
    };
  };

export const read = (config: SystemConfig): MysqlConfig => config as MysqlConfig;

/** How a server with that configuration is spoken to. */
export const askedOf = (config: SystemConfig): Asked => {
  const { system, version, gtid, root_password: password } = read(config);
  return { dialect: { flavour: system as Dialect['flavour'], version, gtid }, password };
};

/** undefined: asynchronous. */
export function semiSyncOf(config: SystemConfig): SemiSync | undefined {
  const { replication, semi_sync: settings } = read(config);
  if (replication === 'async') return undefined;
  const { timeout = '10s', wait_point: waitPoint = 'after-sync', acks = 1 } = settings ?? {};
  const parsed = parseDuration(timeout);
  return { timeoutMs: 'ms' in parsed ? parsed.ms : 0, waitPoint, acks };
}

/** Only the first server is made with the user's data; the others get them from it. */
export const isSeed = (node: Node): boolean => node.name === `${node.group}-1`;

/** A dump goes under its own name, a folder takes the place of the image's. */
export function initMount(init: string): { readonly source: string; readonly target: string } {
  const folder = '/docker-entrypoint-initdb.d';
  const file = FILE.test(init) ? `/${init.slice(init.lastIndexOf('/') + 1)}` : '';
  return { source: init, target: `${folder}${file}` };
}
