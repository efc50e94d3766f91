// A system of the user's own, from a folder that has nothing of labctl's in reach.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { addSystem, addSystems } from '../../../src/lab/own-systems.ts';
import { renderFolder } from '../../../src/lab/render.ts';

const root = mkdtempSync(join(tmpdir(), 'labctl-own-'));
afterAll(() => rmSync(root, { recursive: true }));

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(root, 'system-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const SYSTEM = `export const system = ({ z, values }) => ({
  name: 'echo',
  summary: 'says what it hears',
  schema: z.strictObject({
    version: values.text().default('1.0'),
    nodes: z.int().min(1).default(2),
  }),
  nodes: (group, { nodes }) =>
    Array.from({ length: nodes }, (_, i) => ({
      name: group + '-' + (i + 1),
      group,
      system: 'echo',
      role: 'server',
      ports: { client: 7 },
      publish: ['client'],
      hostPorts: {},
    })),
  edges: ([first, ...others]) =>
    others.map(({ name }) => ({ from: name, to: first.name, ports: [7] })),
  image: ({ version }) => ({
    ref: 'echo:' + version,
    recipe: { name: 'echo', tag: 'labctl/echo:' + version, suite: 'trixie' },
  }),
  service: (node, { peers }) => ({ first: peers[0].name }),
  unready: () => undefined,
  client: () => ['echo'],
});
`;
const TEMPLATE = `{{q name}}:
  image: {{q image.ref}}
{{#if image.build}}
  build:
    context: {{image.build.context}}
{{/if}}
  command: [echo, {{q service.first}}]
  {{> node}}
`;

test('a stack file names it, its template is rendered and its recipe is carried along', async () => {
  const system = {
    'system.mjs': SYSTEM,
    'server.yaml.hbs': TEMPLATE,
    Dockerfile: 'FROM scratch\n',
  };
  const folder = folderOf(system);
  await addSystem(folder);
  await addSystems(folder); // once more does no harm
  const file = join(root, 'stack.yaml');
  writeFileSync(file, 'systems: { echo: { version: 1.10 } }');
  const out = join(root, 'out');
  expect(await renderFolder({ file, set: ['nodes=3'] }, out)).toContain('images/echo/Dockerfile');
  const compose = readFileSync(join(out, 'compose.yaml'), 'utf8');
  expect(compose).toContain('image: "echo:1.10"');
  expect(compose).toContain('command: [echo, "echo-1"]');
  expect(compose).toContain('labctl.edge: "echo-3:echo-1"');
});

test.each([
  ['no such file', {}, 'Cannot find module'],
  ['no such export', { 'system.mjs': 'export const other = 1;' }, 'not a function'],
  [
    'a name that is none',
    { 'system.mjs': "export const system = () => ({ name: 'No' });" },
    'its name',
  ],
  ['nothing', { 'system.mjs': 'export const system = () => undefined;' }, 'no system'],
  ['a name of ours', { 'system.mjs': SYSTEM.replace("'echo'", "'etcd'") }, 'etcd already'],
])('%s', async (_, files, why) => {
  await expect(addSystem(folderOf(files))).rejects.toMatchObject({
    code: 'system-invalid',
    message: expect.stringContaining(why),
  });
});
