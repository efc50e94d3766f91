// TiCDC and where it writes to: links of the stack file are the edges that it dials.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { buildModel } from '../../../src/stack/build-model.ts';
import { loadStack } from '../../../src/stack/load.ts';
import { systems } from '../../../src/systems/index.ts';

/** What every TiCDC dials beside other TiCDCs: `ticdc-1:pd-1 2379`. */
function dialled(text: string): string[] {
  const stack = loadStack(
    { text, path: 'lab.yaml', folder: '/lab', readFile: () => '' },
    [],
    systems,
  );
  return buildModel(stack, systems)
    .edges.filter(({ from }) => from.includes('ticdc'))
    .map(({ name, ports }) => `${name} ${ports}`)
    .sort();
}

test('the example: into a MySQL', () => {
  const text = readFileSync('examples/tidb-cdc-mysql/stack.yaml', 'utf8');
  expect(dialled(text)).toEqual([
    'ticdc-1:mysql-1 3306',
    'ticdc-1:pd-1 2379',
    ...['1', '2', '3'].map((n) => `ticdc-1:tikv-${n} 20160`),
  ]);
});

test('from one cluster into another of the same lab, and into all that may come to lead', () => {
  const stack = `systems:
  tidb: {tikv: {count: 1}, ticdc: {count: 2}}
  down: {system: tidb, tikv: {count: 1}, tidb: {count: 2}}
  mysql: {nodes: 2}
links:
  - {from: ticdc, to: "down-tidb-*", ports: [4000]}
  - {from: ticdc-1, to: mysql}
`;
  expect(dialled(stack)).toEqual([
    'ticdc-1:down-tidb-1 4000',
    'ticdc-1:down-tidb-2 4000',
    'ticdc-1:mysql-1 3306',
    'ticdc-1:mysql-2 3306',
    ...['ticdc-1:pd-1 2379', 'ticdc-1:ticdc-2 8300', 'ticdc-1:tikv-1 20160'],
    ...['ticdc-2:down-tidb-1 4000', 'ticdc-2:down-tidb-2 4000'],
    ...['ticdc-2:pd-1 2379', 'ticdc-2:ticdc-1 8300', 'ticdc-2:tikv-1 20160'],
  ]);
});
