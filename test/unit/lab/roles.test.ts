import { expect, test } from 'vitest';
import { leadersOf } from '../../../src/lab/roles.ts';

const nodes = ['etcd-1', 'etcd-2', 'mysql-1', 'mysql-2'].map((name) => ({
  name,
  group: name.slice(0, -2),
}));

test('every group has a leader of its own, and of two that say so the higher term counts', () => {
  const said = new Map([
    ['etcd-1', { leader: true, term: 4 }],
    ['etcd-2', { leader: true, term: 5 }],
    ['mysql-1', { leader: true }],
    ['mysql-2', { leader: false }],
  ]);
  expect(leadersOf(nodes, said)).toEqual(
    new Map([
      ['etcd', 'etcd-2'],
      ['mysql', 'mysql-1'],
    ]),
  );
});

test('a group in which nobody says that it leads, or answers, has none', () => {
  expect(leadersOf(nodes, new Map([['etcd-1', { leader: null }]]))).toEqual(new Map());
});
