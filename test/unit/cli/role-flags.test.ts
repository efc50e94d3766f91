import { expect, test } from 'vitest';
import { roleFlags } from '../../../src/cli/role-flags.ts';

const words = (...typed: string[]) => roleFlags(typed);

test('--ROLE.KEY VALUE becomes a --set that keeps how it was typed', () => {
  const typed = [
    '--tikv.path',
    'bin/tikv',
    '--wait',
    '--tikv.count=3',
    '--pd.config.log.level=x=y',
  ];
  expect(words('up', 'tidb', ...typed)).toEqual([
    ...['up', 'tidb', '--set=--tikv.path=bin/tikv', '--wait', '--set=--tikv.count=3'],
    '--set=--pd.config.log.level=x=y',
  ]);
  const counts = words('up', 'tidb', '--kv', '3', '--pd=3', '--tidb', '2', '--quiet');
  const set = ['--set=--kv.count=3', '--set=--pd.count=3', '--set=--tidb.count=2'];
  expect(counts).toEqual(['up', 'tidb', ...set, '--quiet']);
});

test('what has no value, another command, and what is behind -- stay as they are', () => {
  for (const typed of [
    ['up', '--tikv.count'],
    ['status', '--tikv.count', '3'],
    ['up', '--', '--tikv.count', '3'],
    ['up', '--set', 'tikv.count=3'],
    [],
  ])
    expect(words(...typed)).toEqual(typed);
});
