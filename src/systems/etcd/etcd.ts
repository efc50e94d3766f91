// etcd: n members, each dialling every other. Facts read in etcd's sources at v3.3.25, v3.4.37,
// v3.5.21.
import { z } from 'zod';
import type {
  Ask,
  Claim,
  ImageSource,
  NodeHealth,
  ServiceContext,
  System,
  SystemConfig,
} from '../../stack/model.ts';
import { dockerBytes } from '../../stack/units.ts';
import { hostPorts, limitsOf, overridesOf, path, size, text } from '../../stack/values.ts';
import { askHttp, parseJson } from '../ask-http.ts';
import { askGateway, CLIENT_PORT, type MemberStatus, minor, PEER_PORT } from './gateway.ts';
import { isLeaving, join, leave, settle } from './members.ts';

const MEMBERS_MAX = 25;
const DEFAULT_VERSION = '3.5.16';

/** A member that has lost its quorum answers /health only after its own request timeout. */
const PROBE_LIMIT_MS = 2_000;

/** Debian suites that package etcd. sid moves on: its 3.5.30 is only built when asked for. */
const DEBIAN_SUITES: Readonly<Record<string, string>> = {
  '3.3.25': 'bullseye',
  '3.4.23': 'bookworm',
  '3.5.16': 'trixie',
  '3.5.30': 'sid',
};

/** The layout depends on these, so a stack file may not set them. */
const OWN_FLAGS = [
  'name',
  'data-dir',
  'listen-peer-urls',
  'listen-client-urls',
  'advertise-client-urls',
  'initial-advertise-peer-urls',
  'initial-cluster',
  'initial-cluster-token',
];

const flagName = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, 'a flag is written without its dashes: snapshot-count')
  .refine((name) => !OWN_FLAGS.includes(name), 'labctl sets this flag itself');

/** The write-ahead log reserves two files of 61 MiB; there must be room for the database too. */
const DISK_LEAST = '160m';

/** Keys that one member may have for itself. */
const ofMember = {
  version: text()
    .regex(/^v?\d+\.\d+\.\d+(-[\w.]+)?$/, 'a version is written like 3.5.16')
    .describe('etcd version, e.g. 3.5.16'),
  image: z.string().min(1).describe('another image than quay.io/coreos/etcd'),
  flags: z.record(flagName, text()).describe('flags of etcd, without dashes'),
  binary: path().describe("an etcd binary in place of the image's"),
  environment: z.record(z.string(), text()).describe('environment of each member'),
  ...limitsOf('member', '256m'),
  disk: size()
    .refine((text) => dockerBytes(text) >= dockerBytes(DISK_LEAST), {
      error: `etcd needs ${DISK_LEAST}, of which it reserves 122m for its log`,
      abort: true,
    })
    .describe("size of each member's data disk, which is in memory then, e.g. 256m"),
};

const schema = z.strictObject({
  version: ofMember.version.default(DEFAULT_VERSION),
  nodes: z.int().min(1).max(MEMBERS_MAX).default(3).describe('how many members'),
  image: ofMember.image.optional(),
  flags: ofMember.flags.default({}),
  binary: ofMember.binary.optional(),
  environment: ofMember.environment.default({}),
  cpus: ofMember.cpus.optional(),
  mem_limit: ofMember.mem_limit.optional(),
  disk: ofMember.disk.optional(),
  host_port: hostPorts(MEMBERS_MAX).describe(
    "host port of the first member's client port; the others follow",
  ),
  overrides: overridesOf(ofMember).describe('keys of single members: {etcd-2: {version: 3.4.23}}'),
});

type EtcdConfig = SystemConfig & z.infer<typeof schema>;

const read = (config: SystemConfig): EtcdConfig => config as EtcdConfig;

const bucketRate = (histogram: string): string => `rate(${histogram}_bucket{job="etcd"}[1m])`;

export const etcd: System = {
  name: 'etcd',
  summary: 'etcd, a raft key-value store: n members that all dial each other',
  schema,

  nodes(group, config) {
    const { nodes, host_port: hostPort } = read(config);
    return Array.from({ length: nodes }, (_, i) => ({
      name: `${group}-${i + 1}`,
      group,
      system: 'etcd',
      role: 'member',
      ports: { client: CLIENT_PORT, peer: PEER_PORT },
      publish: ['client'],
      hostPorts: hostPort === undefined ? {} : { client: hostPort + i },
      metrics: { port: CLIENT_PORT },
    }));
  },

  // The receiver dials raft streams, the sender snapshots, so both directions are used between any
  // two; 2379 serves `etcdctl --cluster`, which dials the advertised client URLs of all members.
  edges: (nodes) =>
    nodes.flatMap(({ name: from }) =>
      nodes
        .filter(({ name }) => name !== from)
        .map(({ name: to }) => ({ from, to, ports: [CLIENT_PORT, PEER_PORT] })),
    ),

  image(config): ImageSource {
    const { image, version } = read(config);
    if (image) return { ref: image };
    const bare = version.replace(/^v/, '');
    const suite = DEBIAN_SUITES[bare];
    return {
      ref: `quay.io/coreos/etcd:v${bare}`,
      ...(suite && { recipe: { name: 'etcd', tag: `labctl/etcd:${bare}`, suite } }),
    };
  },

  service(_node, { config, peers, joined }: ServiceContext) {
    const { flags, environment, binary } = read(config);
    // --logger came with 3.4; 3.3 does not start with a flag it does not know.
    // Before 3.5 arm64 must be told; from 3.5 on the variable makes etcd warn.
    const oldArm = minor(config) < 5 ? { ETCD_UNSUPPORTED_ARCH: 'arm64' } : {};
    const logging = minor(config) >= 4 ? { logger: 'zap', 'log-outputs': 'stderr' } : {};
    return {
      flags: Object.entries({ ...logging, ...flags }).map(([name, value]) => `--${name}=${value}`),
      // Without it 3.3's etcdctl speaks v2.
      environment: { ...oldArm, ETCDCTL_API: '3', ...environment },
      binary,
      peers,
      joined,
    };
  },

  async probe({ ask }, _node, config): Promise<NodeHealth> {
    const status = await memberStatus(ask, config);
    if (!status) return { health: 'unhealthy', detail: 'no answer', leader: null };
    const { leader, header, raftTerm } = status;
    const base = { leader: leader === header.member_id, term: Number(raftTerm ?? 0) };
    if (!leader || leader === '0') return { ...base, health: 'unhealthy', detail: 'no leader' };
    const word = await memberHealth(ask);
    const health = word === 'healthy' ? 'healthy' : 'unhealthy';
    return { ...base, health, detail: word, follows: leader };
  },

  async claim({ ask }, _node, config): Promise<Claim | undefined> {
    const status = await memberStatus(ask, config);
    if (!status) return undefined;
    const { leader, header, raftTerm, raftIndex } = status;
    const index = raftIndex === undefined ? {} : { index: Number(raftIndex) };
    return { leader: leader === header.member_id, term: Number(raftTerm ?? 0), ...index };
  },

  unready(healths) {
    for (const [name, { health, detail }] of healths)
      if (health !== 'healthy') return `${name}: ${detail}`;
    const leaders = new Set([...healths.values()].map(({ follows }) => follows));
    return leaders.size === 1 ? undefined : 'the members do not agree on a leader';
  },

  client: (node) => ['etcdctl', `--endpoints=http://${node.name}:${CLIENT_PORT}`],

  scaling: { sizes: (group) => ({ [group]: ['nodes'] }), join, settle, leave, isLeaving },

  // PD has the same metrics, of the etcd inside: hence the job.
  panels: [
    { title: 'Has a leader', query: 'etcd_server_has_leader{job="etcd"}', unit: 'bool_yes_no' },
    { title: 'Leads', query: 'etcd_server_is_leader{job="etcd"}', unit: 'bool_yes_no' },
    {
      title: 'Leader changes of the last minute',
      query: 'increase(etcd_server_leader_changes_seen_total{job="etcd"}[1m])',
    },
    { title: 'Proposals pending', query: 'etcd_server_proposals_pending{job="etcd"}' },
    {
      title: 'Proposals committed',
      query: 'rate(etcd_server_proposals_committed_total{job="etcd"}[15s])',
      unit: 'ops',
    },
    {
      title: 'Time to sync the log, p99',
      query: `histogram_quantile(0.99, ${bucketRate('etcd_disk_wal_fsync_duration_seconds')})`,
      unit: 's',
    },
    {
      title: 'Round trip to peers, p99',
      query: `histogram_quantile(0.99, ${bucketRate('etcd_network_peer_round_trip_time_seconds')})`,
      unit: 's',
      legend: '{{instance}} to {{To}}',
    },
  ],
};

/** maintenance/status answers at once, also without a quorum. */
async function memberStatus(ask: Ask, config: SystemConfig): Promise<MemberStatus | undefined> {
  const answer = await askGateway(ask, config, 'maintenance/status', {}, PROBE_LIMIT_MS);
  return answer?.status === 200 ? parseJson<MemberStatus>(answer.body) : undefined;
}

/** /health makes a linearizable read: no quorum, no health. */
async function memberHealth(ask: Ask): Promise<string> {
  const answer = await askHttp(ask, CLIENT_PORT, 'GET', '/health', PROBE_LIMIT_MS);
  const said = answer && parseJson<{ health: string; reason?: string }>(answer.body);
  if (!said) return 'no quorum';
  const { health, reason } = said;
  // 3.5 gives a reason: `RANGE ERROR:etcdserver: leader changed`.
  const word = reason?.split(':').at(-1)?.trim().toLowerCase();
  return health === 'true' ? 'healthy' : word || 'unhealthy';
}
