// Whose container and data go for good: never by the word of a system alone.
import type Docker from 'dockerode';
import { expect, test, vi } from 'vitest';
import { LEAVING_LABEL, markLeaving } from '../../../src/lab/leaving.ts';
import { finishLeaving } from '../../../src/lab/resize.ts';
import { buildModel } from '../../../src/stack/build-model.ts';
import { systems } from '../../../src/systems/index.ts';

/** An engine that has volumes and nothing else. */
function engine() {
  const volumes: object[] = [];
  const docker = {
    createVolume: async (volume: object) => volumes.push(volume),
    listVolumes: async () => ({ Volumes: volumes }),
  };
  return docker as unknown as Docker;
}

test('one that is no member goes only where labctl was told to take it away', async () => {
  const { etcd } = systems;
  const config = { system: 'etcd', ...(etcd!.schema.parse({ nodes: 3 }) as object) };
  const model = buildModel({ name: 'demo', systems: { etcd: config }, nodes: {} }, systems);
  const docker = engine();
  const there = new Map(model.nodes.map(({ name }) => [name, { subnet: '', joined: false }]));
  const none = { replaced: {}, nodes: new Map(), proxies: new Map(), monitors: new Map() };
  const observed = { ...none, name: 'demo', stack: model.stack, networks: there };
  const session = { docker, name: 'demo', model, observed };
  const names = async (wanted = model) =>
    (await finishLeaving(session, wanted, { dryRun: true })).model.nodes.map(({ name }) => name);
  const isLeaving = vi.spyOn(etcd!.scaling!, 'isLeaving').mockResolvedValue(true);
  try {
    expect(await names()).toEqual(['etcd-1', 'etcd-2', 'etcd-3']);
    await markLeaving(docker, 'demo', 'etcd-3');
    expect(await names()).toEqual(['etcd-1', 'etcd-2']);
    const smaller = { ...model, nodes: model.nodes.slice(0, 2) };
    expect(await names(smaller)).toEqual(['etcd-1', 'etcd-2', 'etcd-3']); // resize takes it away
    isLeaving.mockResolvedValue(false); // it is one of them again
    expect(await names()).toEqual(['etcd-1', 'etcd-2', 'etcd-3']);
  } finally {
    isLeaving.mockRestore();
  }
  const { Volumes } = await docker.listVolumes();
  expect(Volumes).toEqual([
    { Name: 'demo_etcd-3_leaving', Labels: { 'labctl.lab': 'demo', [LEAVING_LABEL]: 'etcd-3' } },
  ]);
});
