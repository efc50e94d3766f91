// What `render` writes for every example and a few variations, compared with stored files.
// If one of these fails, run `npx vitest run --project unit -u test/golden` and read the diff.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { renderText } from '../../src/lab/render.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const examples = readdirSync(here('../../examples'));

const cases: [name: string, options: Parameters<typeof renderText>[0]][] = [
  ...examples.map((stack): [string, { stack: string }] => [stack, { stack }]),
  ['etcd-3.3', { stack: 'etcd-1node', set: ['version=3.3.25'] }],
  [
    'etcd-options',
    {
      stack: 'etcd-1node',
      set: [
        'flags={snapshot-count: 100, experimental-initial-corrupt-check: true}',
        'environment={GOMEMLIMIT: 64MiB, PRICE: "$5"}',
        'cpus=0.5',
        'mem_limit=256m',
        'host_port=23790',
        'binary=/opt/etcd/bin/etcd',
      ],
    },
  ],
  [
    'etcd-overrides',
    {
      stack: 'etcd-1node',
      set: [
        'nodes=2',
        'flags={snapshot-count: 100}',
        'image=my/etcd:1',
        'disk=256m',
        'overrides={etcd-2: {version: 3.4.23, disk: 1g, flags: {}}}',
      ],
    },
  ],
  ...['4.0.7', '5.4.0', '6.5.0', '7.1.0'].map(
    (version): [string, { file: string; set: string[] }] => [
      `tidb-${version}`,
      { file: here('tidb-all.yaml'), set: [`version=${version}`] },
    ],
  ),
  [
    'mysql-options',
    {
      stack: 'mysql-replica',
      set: [
        'version=5.7',
        'gtid=false',
        'init=/opt/dump.sql',
        'root_password=se"cret',
        'environment={MYSQL_DATABASE: app}',
        'flags={max-connections: 200}',
        'binary=/opt/mysqld',
      ],
    },
  ],
  ['extra-node', { file: here('extra-node.yaml') }],
  ['etcd-monitor', { stack: 'etcd-1node', set: ['monitor=true'] }],
];

/** The proxy's tag is a digest of its code, the version moves with every release. */
const stable = (text: string) =>
  text
    .replace(/labctl\/proxy:[0-9a-f]{12}/g, 'labctl/proxy:DIGEST')
    .replace(/(by labctl |labctl.version: ")[0-9.]+/g, '$1VERSION');

for (const [name, options] of cases)
  test(`${name} renders as it did, and compose accepts it`, async () => {
    const text = await renderText(options);
    expect(await renderText(options), 'the same input gives the same bytes').toBe(text);
    await expect(stable(text)).toMatchFileSnapshot(here(`files/${name}.yaml`));
    const { exitCode, stderr } = await execa('docker', ['compose', '-f', '-', 'config', '-q'], {
      input: text,
      reject: false,
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  });
