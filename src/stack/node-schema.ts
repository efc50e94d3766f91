// A node of the user's own: the compose service keys that go well with one network per node, plus
// `ports` and `connects`. Values go on to compose, which judges their fine print.
import { z } from 'zod';
import { parseDuration } from './units.ts';
import { mount, path, port, text } from './values.ts';

const RESERVED_LABEL = /^(labctl|com\.docker)\./;

const words = () => z.union([text(), z.array(text())]);
const settings = () => z.union([z.record(z.string(), text().nullable()), z.array(z.string())]);
const list = () => z.array(text(), 'must be a list');
const flag = () => z.boolean();
const size = () =>
  text().regex(/^\d+(\.\d+)?([kmgKMG]i?)?[bB]?$/, 'must be a size such as 256m or 1g');
const duration = () =>
  text().superRefine((value, { addIssue }) => {
    const parsed = parseDuration(value);
    if ('problem' in parsed) addIssue(`it ${parsed.problem}`);
  });

const labels = settings().superRefine((value, { addIssue }) => {
  const keys = Array.isArray(value) ? value : Object.keys(value);
  const reserved = keys.find((key) => RESERVED_LABEL.test(key));
  if (reserved)
    addIssue(`cannot have ${reserved}: labctl and Docker find their own by such labels`);
});

/** Ports inside a container, each once. */
export const portsSchema = z
  .array(port(), 'must be a list such as [6379]')
  .superRefine((value, { addIssue }) => {
    const twice = value.find((one, index) => value.indexOf(one) < index);
    if (twice !== undefined) addIssue(`has ${twice} twice`);
  });

const NODE_OR_PORT = /^[a-z][a-z0-9-]*(:\d{1,5})?$/;
const connects = z.array(
  z.string().regex(NODE_OR_PORT, 'must be a node, a node:port or a group of nodes'),
  'must be a list such as [etcd]',
);

const metrics = z.strictObject({
  port: port(),
  path: z
    .string()
    .regex(/^\/\S*$/, 'must be a path such as /metrics')
    .optional(),
});

const build = z.union([
  path(),
  z.strictObject({
    context: path(),
    dockerfile: z.string().optional(),
    args: settings().optional(),
    target: z.string().optional(),
  }),
]);

const bind = z.strictObject({
  type: z.enum(['bind', 'tmpfs']),
  source: path().optional(),
  target: z.string(),
  read_only: flag().optional(),
});

const healthcheck = z.strictObject({
  test: words().optional(),
  interval: duration().optional(),
  timeout: duration().optional(),
  start_period: duration().optional(),
  retries: z.int().min(1).optional(),
  disable: flag().optional(),
});

const ulimit = z.union([z.int(), z.strictObject({ soft: z.int(), hard: z.int() })]);

/** Key -> its values and what an editor says of it. Everyday keys come first, also in errors. */
const keys = {
  image: [text().regex(/^\S+$/, 'must be an image such as redis:7'), 'Image to run.'],
  build: [build, 'Folder with a Dockerfile, in place of image.'],
  ports: [portsSchema, 'Ports that it listens on: what edges to it carry and host:NODE publishes.'],
  connects: [connects, 'Whom it dials: nodes, node:port, or a group for all of its nodes.'],
  command: [words(), "What to run in place of the image's own command."],
  entrypoint: [words(), "In place of the image's own entrypoint."],
  environment: [settings(), 'Environment variables.'],
  env_file: [z.union([path(), z.array(path())]), 'Files of environment variables.'],
  volumes: [z.array(z.union([mount(), bind])), 'Folders to mount: ./folder:/inside, or /inside.'],
  tmpfs: [words(), 'Folders in memory.'],
  working_dir: [z.string(), 'Folder to run in.'],
  user: [text(), 'User to run as.'],
  healthcheck: [healthcheck, 'How Docker tells that it is healthy.'],
  restart: [
    z
      .string()
      .regex(
        /^(no|always|unless-stopped|on-failure(:\d+)?)$/,
        'must be no, always, unless-stopped or on-failure',
      ),
    'What Docker does when it ends: no, always, unless-stopped, on-failure.',
  ],
  cpus: [z.number().positive(), 'CPU limit, e.g. 0.5.'],
  cpuset: [text(), 'CPUs it may run on, e.g. 0-1.'],
  mem_limit: [size(), 'Memory limit, e.g. 256m.'],
  mem_reservation: [size(), 'Memory to leave it, e.g. 128m.'],
  memswap_limit: [size(), 'Memory and swap together.'],
  pids_limit: [z.int(), 'How many processes.'],
  shm_size: [size(), 'Size of /dev/shm.'],
  ulimits: [z.record(z.string(), ulimit), 'Limits such as nofile.'],
  sysctls: [settings(), 'Kernel settings of its own namespaces.'],
  oom_score_adj: [z.int().min(-1000).max(1000), 'How soon the kernel ends it for want of memory.'],
  init: [flag(), 'An init process that reaps zombies.'],
  tty: [flag(), 'A terminal.'],
  stdin_open: [flag(), 'Standard input stays open.'],
  stop_signal: [text(), 'Signal that stops it.'],
  stop_grace_period: [duration(), 'How long it may take to stop, e.g. 10s.'],
  labels: [labels, 'Docker labels.'],
  platform: [z.string(), 'e.g. linux/amd64.'],
  read_only: [flag(), 'Its root file system cannot be written.'],
  privileged: [flag(), 'All rights on the host: only for what cannot do without.'],
  cap_add: [list(), 'Linux capabilities to add.'],
  cap_drop: [list(), 'Linux capabilities to take away.'],
  security_opt: [list(), 'Security options.'],
  devices: [list(), 'Devices of the host.'],
  group_add: [list(), 'More groups of the user.'],
  metrics: [metrics, 'Where it tells metrics for the monitor: {port: 9104}.'],
} as const satisfies Record<string, readonly [z.ZodType, string]>;

type Keys = { -readonly [K in keyof typeof keys]: z.ZodOptional<(typeof keys)[K][0]> };

const shape = Object.fromEntries(
  Object.entries(keys).map(([key, [schema, doc]]) => [key, schema.optional().describe(doc)]),
) as unknown as Keys;

/** What may stand under `nodes.NAME`. */
export const nodeSchema = z.strictObject(shape).superRefine((node, { addIssue }) => {
  if (node.image === undefined && node.build === undefined) addIssue('needs an image or a build');
});

/** Keys that compose has and a node cannot, each with the reason, as the end of a sentence. */
export const refusedNodeKeys: Readonly<Record<string, string>> = {
  ...refuse(
    'a node has one network of its own; say what it dials with connects:',
    'networks network_mode links external_links extra_hosts dns dns_search dns_opt mac_address',
  ),
  ...refuse('a node is called what its key says', 'container_name hostname domainname'),
  ...refuse('list what it listens on under ports:', 'expose'),
  ...refuse(
    'all nodes start at once, as after a power cut; let it retry, or add restart: on-failure',
    'depends_on',
  ),
  ...refuse('a node is one container; write one node for each', 'deploy scale replicas'),
  ...refuse('labctl pulls images; see labctl up --pull', 'pull_policy'),
  ...refuse('write the node out here', 'extends profiles volumes_from configs secrets'),
};

function refuse(reason: string, words: string): Record<string, string> {
  return Object.fromEntries(words.split(' ').map((key) => [key, reason]));
}
