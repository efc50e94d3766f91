// `config: tikv.toml`: a file of the user's own, which the stack takes into itself.
import { expect, test } from 'vitest';
import { buildModel } from '../../../src/stack/build-model.ts';
import { loadStack } from '../../../src/stack/load.ts';
import { configOf } from '../../../src/stack/model.ts';
import { systems } from '../../../src/systems/index.ts';
import { errorOf } from '../stack/fake.ts';

const FILES: Readonly<Record<string, string>> = {
  '/lab/conf/tikv.toml': '# mine\n[raftstore] # of raft\nraft-log-gc-threshold = 50\nratio = 1.0\n',
  '/lab/other.toml': 'log-level = "debug"\n',
  '/lab/broken.toml': '[raftstore]\nstore-pool-size = = 2\n',
};

function readFile(path: string): string {
  const text = FILES[path];
  if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
  return text;
}

const load = (tikv: string, ...set: string[]) => {
  const text = `systems:\n  tidb:\n    tikv: ${tikv}\n`;
  return loadStack({ text, path: 'lab.yaml', folder: '/lab', readFile }, set, systems);
};

test('the stack has what the file says, without its comments, so that the file may go', () => {
  const over = 'overrides={tikv-2: {config: other.toml}}';
  const stack = load('{config: conf/tikv.toml}', over);
  const { nodes } = buildModel(stack, systems);
  const configs = nodes
    .filter(({ role }) => role === 'tikv')
    .map((node) => configOf({ stack, nodes, replaced: {} }, node).config);
  const mine = '[raftstore]\nraft-log-gc-threshold = 50\nratio = 1.0\n';
  expect(configs).toEqual([mine, 'log-level = "debug"\n', mine]);
});

test('a key of a file cannot be set, which is said', () => {
  const error = errorOf(() => load('{config: conf/tikv.toml}', 'tikv.config.log.level=debug'));
  expect(error).toContain('tikv.config is a text, which has no keys to set');
  expect(() => load('{config: {log: {level: info}}}', 'tikv.config.log.level=debug')).not.toThrow();
});

test('a file that is not there, or no TOML, is complained of where it is named', () => {
  const errors = [
    '{config: nowhere.toml}',
    '{config: broken.toml}',
    '{config: [3]}',
    '{config: {a: null}}',
  ].map((tikv) => errorOf(() => load(tikv)));
  expect(errors.join('\n')).toMatchInlineSnapshot(`
    "error: lab.yaml:3:20: tikv.config: there is no file /lab/nowhere.toml  (lab-invalid)
         3 |     tikv: {config: nowhere.toml}
           |                    ^^^^^^^^^^^^
    hint: a path is seen from the folder of the stack file
    error: lab.yaml:3:20: tikv.config: /lab/broken.toml:2:19 is no TOML: invalid value  (lab-invalid)
         3 |     tikv: {config: broken.toml}
           |                    ^^^^^^^^^^^
    hint: a path is seen from the folder of the stack file
    error: lab.yaml:3:20: tikv.config must be a text or a map of keys and values, not a list  (lab-invalid)
         3 |     tikv: {config: [3]}
           |                    ^^^
    hint: tikv.config: keys of its TOML file, or a TOML file with such, laid upon what labctl writes
    error: lab.yaml:3:20: tikv.config has a key with nothing behind it: leave it out  (lab-invalid)
         3 |     tikv: {config: {a: null}}
           |                    ^^^^^^^^^
    hint: tikv.config: keys of its TOML file, or a TOML file with such, laid upon what labctl writes"
  `);
});
