// The keys of a group of the system tidb in a stack file, and what goes with which version.
import { z } from 'zod';
import type { SystemConfig } from '../../stack/model.ts';
import type { Toml, TomlTable } from '../../stack/toml.ts';
import { dockerBytes } from '../../stack/units.ts';
import { limitsOf, overridesOf, path, size, text, tomlFile } from '../../stack/values.ts';
import {
  atLeast,
  DR_TIMEOUTS,
  has,
  hasDrTimeout,
  VERSION_DEFAULT,
  VERSION_LEAST,
} from './versions.ts';

const COUNT_MAX = 25;

const version = text()
  .regex(/^(v?\d+\.\d+\.\d+(-[\w.]+)?|nightly|latest)$/, 'a version is written like 8.5.3')
  .refine((value) => atLeast(value, VERSION_LEAST), {
    error: `labctl knows the versions from ${VERSION_LEAST} on`,
    abort: true,
  });

const toml: z.ZodType<Toml> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.array(toml), z.record(z.string(), toml)]),
);
const config = z
  .union([tomlFile(), z.record(z.string(), z.unknown())])
  .superRefine((value, { addIssue }) => {
    if (!toml.safeParse(value).success) addIssue('has a key with nothing behind it: leave it out');
  });

/** PD's etcd reserves 122 MiB of it for its log. */
const DISK_LEAST = '160m';

/** What a node may have for itself. */
const ofNode = {
  version: version.describe('version, where it is not the one of the group'),
  image: z.string().min(1).describe('another image than pingcap/ROLE'),
  binary: path().describe("a program in place of the image's: ./bin/tikv-server"),
  config: config.describe(
    'keys of its TOML file, or a TOML file with such, laid upon what labctl writes',
  ),
  environment: z.record(z.string(), text()).describe('environment variables'),
  ...limitsOf('node', '1g'),
  disk: size()
    .refine((value) => dockerBytes(value) >= dockerBytes(DISK_LEAST), {
      error: `a disk here has ${DISK_LEAST} or more`,
      abort: true,
    })
    .describe('size of its data disk, which is in memory then, e.g. 2g'),
  labels: z
    .record(z.string(), text())
    .describe('labels of a store, beside those of its zone: {disk: ssd}'),
};

const optional = <T extends z.ZodType>(schema: T) => schema.optional();

const role = (count: number, more: object = {}) => {
  const { labels: _, disk: __, ...keys } = ofNode;
  return z
    .strictObject({
      count: z.int().min(0).max(COUNT_MAX).default(count).describe('how many nodes'),
      ...(Object.fromEntries(
        Object.entries({ ...keys, ...more }).map(([key, schema]) => [key, optional(schema)]),
      ) as object),
      host_port: z
        .int()
        .min(1)
        .max(65_535 - COUNT_MAX)
        .optional()
        .describe("host port of the first node's first port; the other nodes follow"),
    })
    .prefault({});
};

const stores = { labels: ofNode.labels, disk: ofNode.disk };

const duration = () => text().regex(/^(\d+(ms|s|m|h))+$/, 'a duration is written like 1m');

const replication = z.strictObject({
  mode: z.enum(['majority', 'dr-auto-sync']).default('majority'),
  primary: z.string().optional().describe('the zone that goes on alone'),
  dr: z.string().optional().describe('the zone that holds a copy'),
  primary_replicas: z.int().min(1).default(2),
  dr_replicas: z.int().min(1).default(1),
  wait_store_timeout: duration().optional(),
  wait_sync_timeout: duration().optional(),
  wait_async_timeout: duration().optional(),
  wait_recover_timeout: duration().optional(),
  pause_region_split: z.boolean().optional(),
});

const shape = z.strictObject({
  version: version.default(VERSION_DEFAULT).describe('version of every role, e.g. 8.5.3'),
  mode: z
    .enum(['tidb', 'tikv-slim'])
    .default('tidb')
    .describe('tikv-slim: PD and TiKV alone, for users of RawKV and TxnKV'),
  pd: role(1, { disk: ofNode.disk }).describe('placement driver'),
  tikv: role(3, stores).describe('stores'),
  tidb: role(1).describe('SQL servers; none in the mode tikv-slim'),
  tiflash: role(0, stores).describe('columnar stores'),
  ticdc: role(0, { disk: ofNode.disk }).describe('change data capture'),
  defaults: z
    .enum(['laptop', 'upstream'])
    .default('laptop')
    .describe('laptop: small caches and pools; upstream: what the programs have themselves'),
  raft_engine: z.boolean().optional().describe("TiKV's raft engine; its default is by version"),
  location_labels: z
    .array(z.string())
    .optional()
    .describe('labels that PD spreads replicas by; the first is that of the zones'),
  placement_rules: z
    .array(z.record(z.string(), z.unknown()))
    .optional()
    .describe("placement rules in PD's own JSON, in place of the default rule"),
  replication: replication.prefault({}).describe("PD's replication mode"),
  overrides: overridesOf(ofNode).describe('keys of single nodes: {tikv-2: {version: 7.5.0}}'),
});

/** What `--set` and the file say, checked against each other. */
export const schema = shape.superRefine((group, context) => {
  const complain = (path: readonly string[], message: string) =>
    context.addIssue({ code: 'custom', path: [...path], message });
  const { version: all, raft_engine: engine, replication: mode } = group;
  for (const each of ['pd', 'tikv'] as const)
    if (group[each].count < 1) complain([each, 'count'], 'must be 1 or more');
  if (engine && !has(all, 'raft-engine'))
    complain(['raft_engine'], `TiKV ${all} has no raft engine: it came with 5.0.0`);
  if (mode.mode === 'dr-auto-sync' && !(mode.primary && mode.dr))
    complain(['replication'], 'needs primary and dr, each a zone of the stack');
  for (const key of Object.keys(DR_TIMEOUTS)) {
    const name = key.replaceAll('-', '_');
    const given = mode[name as keyof typeof mode] !== undefined;
    if (given && !hasDrTimeout(all, key))
      complain(['replication', name], `PD ${all} does not know ${key}`);
  }
});

export type TidbConfig = SystemConfig &
  z.infer<typeof shape> & {
    // What configOf has put there of a role or a node.
    readonly image?: string;
    readonly binary?: string;
    readonly config?: TomlTable | string;
    readonly environment?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  };

export const read = (config: SystemConfig): TidbConfig => config as TidbConfig;
