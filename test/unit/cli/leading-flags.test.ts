import { expect, test, vi } from 'vitest';
import { buildCommand } from '../../../src/cli/command.ts';
import { commandGroups } from '../../../src/cli/commands/index.ts';
import { commandFirst } from '../../../src/cli/leading-flags.ts';

const commands = Object.values(commandGroups).flat();

test.each([
  ['--lab x status', 'status --lab x'],
  ['-l x -q ps --edges', 'status -l x -q --edges'],
  ['-lx --output=json --no-color ls -a', 'ls -lx --output=json --no-color -a'],
  ['-l x fault add drop a:b -l y', 'fault add -l x drop a:b -l y'],
  ['-l x client -- -l z', 'client -l x -- -l z'],
  ['status --lab x', 'status --lab x'],
  // A flag of nobody's, and one without its value.
  ['-x status', '-x status'],
  ['status -l', 'status -l'],
  // No command: what is left says it better than a flag out of place.
  ['-l x statsu', 'statsu'],
  ['-l x --help', '--help'],
  ['-l x help up', 'up --help'],
  ['help fault add', 'fault add --help'],
  ['help', 'help'],
  ['help up etcd-3node', 'up --help'],
  // No such command: the same error however it is asked for.
  ['help faultt', 'faultt'],
  ['faultt --help', 'faultt'],
  ['help fault ad', 'fault ad'],
  ['fault ad --help -l x', 'fault ad'],
  ['fault help add', 'fault help add'],
  ['-l x', ''],
])('labctl %s', (typed, expected) => {
  expect(commandFirst(typed.split(' '), commands).join(' ')).toBe(expected);
});

test('an empty variable counts as none', async () => {
  vi.stubEnv('LABCTL_LAB', '');
  const status = commands.find(({ name }) => name === 'status')!;
  const command = buildCommand(status, async () => {});
  await command.parseAsync([], { from: 'user' });
  expect(command.opts().lab).toBeUndefined();
  vi.unstubAllEnvs();
});
