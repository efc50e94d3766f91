// dr-auto-sync against the zones of the stack file.
import { expect, test } from 'vitest';
import { loadStack } from '../../../src/stack/load.ts';
import { systems } from '../../../src/systems/index.ts';
import { errorOf } from '../stack/fake.ts';

const load = (zones: string, more = '') =>
  loadStack(
    {
      text: `systems:
  tidb:
    replication: {mode: dr-auto-sync, primary: east, dr: west${more}}
zones: ${zones}
`,
      path: 'lab.yaml',
      folder: '/lab',
      readFile: () => '',
    },
    [],
    systems,
  );

test('zones with stores enough for the replicas that are to be there', () => {
  load('{east: [tikv-1, tikv-2], west: [tikv-3]}');
  load('{east: [tikv-1], west: [tikv-2, tikv-3]}', ', primary_replicas: 1, dr_replicas: 2');
});

test('a zone without a store, one that the stack has not, and one with too few', () => {
  const errors = [
    errorOf(() => load('{east: [tikv], west: [pd-1]}')),
    errorOf(() => load('{east: [tikv-1, tikv-2], west2: [tikv-3]}')),
    errorOf(() => load('{east: [tikv-1], west: [tikv-2]}')),
  ];
  expect(errors.join('\n')).toMatchInlineSnapshot(`
    "error: lab.yaml:3:48: no TiKV stands in a zone east (and 2 more)  (lab-invalid)
         3 |     replication: {mode: dr-auto-sync, primary: east, dr: west}
           |                                                ^^^^
    hint: zones with stores: none; zones: {east: [tikv-1, tikv-2]} says who stands where
    error: lab.yaml:3:58: no TiKV stands in a zone west  (lab-invalid)
         3 |     replication: {mode: dr-auto-sync, primary: east, dr: west}
           |                                                          ^^^^
    hint: zones with stores: east (2), west2 (1); zones: {east: [tikv-1, tikv-2]} says who stands where
    error: lab.yaml:3:48: east has 1 TiKV for 2 replicas (primary_replicas)  (lab-invalid)
         3 |     replication: {mode: dr-auto-sync, primary: east, dr: west}
           |                                                ^^^^
    hint: zones with stores: east (1), west (1); zones: {east: [tikv-1, tikv-2]} says who stands where"
  `);
});
