// Several labs taken down, of which the engine keeps one.
import type Docker from 'dockerode';
import { expect, test } from 'vitest';
import { downAll } from '../../../src/lab/down.ts';

/** An engine with one network for each lab; that of `stuck` does not go. */
function engine(labs: readonly string[], stuck: string): Docker {
  const left = new Set(labs);
  const listNetworks = async ({ filters }: { filters: { label: string[] } }) => {
    const lab = filters.label[0]!.split('=')[1]!;
    const Labels = { 'labctl.network': 'etcd-1' };
    return left.has(lab) ? [{ Id: lab, Name: `${lab}_etcd-1`, Labels }] : [];
  };
  const remove = async (lab: string) => {
    if (lab === stuck) throw Object.assign(new Error('x'), { statusCode: 500, reason: 'no' });
    left.delete(lab);
  };
  return {
    listNetworks,
    listContainers: async () => [],
    listVolumes: async () => ({ Volumes: [] }),
    getNetwork: (lab: string) => ({ remove: () => remove(lab) }),
  } as unknown as Docker;
}

test('a lab that stays keeps no other, and is named', async () => {
  const labs = ['labctl-test-a', 'labctl-test-b', 'labctl-test-c'];
  const { removed, failed } = await downAll(labs, {}, engine(labs, 'labctl-test-b'));
  expect(removed.map(({ lab, networks }) => [lab, networks.length])).toEqual([
    ['labctl-test-a', 1],
    ['labctl-test-c', 1],
  ]);
  expect(failed).toMatchObject({
    code: 'docker-failed',
    message: '1 of 3 labs did not go: labctl-test-b',
    details: [expect.stringContaining('labctl-test-b: cannot take lab labctl-test-b down')],
  });
});

test('one lab alone says itself why it stays', async () => {
  const { failed } = await downAll(
    ['labctl-test-b'],
    {},
    engine(['labctl-test-b'], 'labctl-test-b'),
  );
  expect(failed?.message).toContain('cannot take lab labctl-test-b down');
});
