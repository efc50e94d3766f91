// The library, as another program uses it: the same functions that the commands call.
import { expect, test } from 'vitest';
import { Lab, LabError } from '../../src/index.ts';
import { leftovers } from './labctl.ts';

test('await using: up, partition, heal, restart, status, and down at the end', async () => {
  const name = 'labctl-test-library';
  {
    await using lab = await Lab.up('etcd-3node', { lab: name });
    expect((await lab.status()).healthy).toBe(true);

    const cut = await lab.partition({ isolate: 'leader', mode: 'jam' });
    expect(cut.edges).toHaveLength(4);
    expect((await lab.faults()).map(({ id }) => id)).toEqual(cut.edges.map(() => cut.faults[0]));
    expect((await lab.heal()).edges.toSorted()).toEqual(cut.edges.toSorted());

    await lab.kill('etcd-1');
    await lab.restart('etcd-1');
    await lab.waitFor('healthy');
    expect(await lab.endpoint('etcd-1')).toMatch(/^127\.0\.0\.1:\d+$/);

    const error = await lab.partition({ sides: [['etcd-9']] }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(LabError);
    expect(error.code).toBe('node-unknown');
  }
  expect(await leftovers(name)).toEqual([]);
});
