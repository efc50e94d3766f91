// What the TiDB family says of itself, against answers in the form that their HTTP APIs give.
import { expect, test } from 'vitest';
import type { Ask, NodeHealth } from '../../../src/stack/model.ts';
import { placementRules } from '../../../src/systems/tidb/placement.ts';
import { tidb } from '../../../src/systems/tidb/tidb.ts';

const config = (set: object = {}) => ({ system: 'tidb', ...(tidb.schema.parse(set) as object) });
const exec = async () => {
  throw new Error('the family is asked, and nothing is run in it');
};

/** Answers by path; a path that is not there is refused. */
const asking =
  (answers: Readonly<Record<string, unknown>>, asked: string[] = []): Ask =>
  async (port, text) => {
    const path = text.split(' ')[1]!;
    asked.push(`${port} ${text.split('\r\n')[0]}`, ...text.split('\r\n').slice(2));
    if (!(path in answers)) throw new Error('refused');
    const found = answers[path];
    const status = typeof found === 'number' ? found : 200;
    return `HTTP/1.0 ${status} X\r\n\r\n${status === 200 ? JSON.stringify(found) : ''}`;
  };

const probe = (name: string, answers: object, set: object = {}, asked: string[] = []) => {
  const all = { tiflash: { count: 1 }, ticdc: { count: 1 }, ...set };
  const node = tidb.nodes('tidb', config(all)).find((one) => one.name === name)!;
  const ask = asking(answers as Record<string, unknown>, asked);
  return tidb.probe({ ask, exec }, node, config(all));
};

const members = (leader?: string) => ({
  '/pd/api/v1/members': { header: {}, members: [], ...(leader && { leader: { name: leader } }) },
  '/v3/maintenance/status': { raftTerm: '7' },
});
const store = (name: string, state: string, leaders: number) => ({
  store: { id: 1, address: `${name}:20160`, state_name: state },
  status: { leader_count: leaders },
});

test('a PD answers for itself: a follower, one without a leader, one that is silent', async () => {
  const asked: string[] = [];
  const follower = await probe('pd-1', members('pd-2'), { pd: { count: 3 } }, asked);
  expect(follower).toEqual({
    health: 'healthy',
    detail: 'healthy',
    leader: false,
    follows: 'pd-2',
    term: 7,
  });
  expect(asked).toContain('PD-Allow-follower-handle: true');
  expect(await probe('pd-1', members())).toMatchObject({ detail: 'no leader', leader: false });
  expect(await probe('pd-1', { '/pd/api/v1/members': 503 })).toMatchObject({ detail: 'no leader' });
  const noQuorum = { '/v3/maintenance/status': { raftTerm: '8' } };
  expect(await probe('pd-1', noQuorum)).toMatchObject({ detail: 'no leader', term: 8 });
  expect(await probe('pd-1', {})).toMatchObject({ health: 'unhealthy', detail: 'no answer' });
});

test('a PD claims to lead or not, and nobody else does', async () => {
  const claim = (name: string, answers: object) => {
    const node = tidb.nodes('tidb', config()).find((one) => one.name === name)!;
    const ask = asking(answers as Record<string, unknown>);
    return tidb.claim({ ask, exec }, node, config());
  };
  expect(await claim('pd-1', members('pd-1'))).toEqual({ leader: true, term: 7 });
  expect(await claim('pd-1', members('pd-2'))).toEqual({ leader: false, term: 7 });
  expect(await claim('pd-1', {})).toBeUndefined();
  expect(await claim('tikv-1', { '/status': {} })).toBeUndefined();
});

test('the PD that leads knows the stores, and how many regions each leads', async () => {
  const stores = [store('tikv-2', 'Disconnected', 0), store('tikv-1', 'Up', 5)];
  const answers = {
    ...members('pd-1'),
    '/pd/api/v1/stores': { count: 2, stores: [...stores, store('tikv-9', 'Tombstone', 0)] },
    '/pd/api/v1/replication_mode/status': { mode: 'x', 'dr-auto-sync': { state: 'async' } },
  };
  const replication = { mode: 'dr-auto-sync', primary: 'e', dr: 'w' };
  const health = await probe('pd-1', answers, { replication, tikv: { count: 2 } });
  expect(health.facts).toEqual({
    stores: 3,
    storesUp: 1,
    storesNotUp: 'tikv-2 Disconnected',
    regionLeaders: 'tikv-1 5 tikv-2 0 tikv-9 0',
    replication: 'async',
  });
});

test('TiKV, TiFlash, TiDB with its DDL owner, and TiCDC by version', async () => {
  expect(await probe('tikv-1', { '/status': {} })).toMatchObject({ health: 'healthy' });
  expect(await probe('tikv-1', { '/status': 500 })).toMatchObject({ detail: '/status says 500' });
  expect(await probe('tikv-1', {})).toMatchObject({ detail: 'no answer' });
  const owner = await probe('tidb-1', { '/status': {}, '/info': { is_owner: true } });
  expect(owner).toMatchObject({ health: 'healthy', leader: null, facts: { ddlOwner: true } });
  const paths = async (name: string, version: string) => {
    const asked: string[] = [];
    await probe(name, {}, { version }, asked);
    return asked[0];
  };
  expect(await paths('tiflash-1', '8.5.3')).toBe('20292 GET /status HTTP/1.0');
  expect(await paths('ticdc-1', '4.0.14')).toBe('8300 GET /status HTTP/1.0');
  expect(await paths('ticdc-1', '5.4.0')).toBe('8300 GET /status HTTP/1.0');
  expect(await paths('ticdc-1', '6.5.0')).toBe('8300 GET /api/v2/health HTTP/1.0');
});

test('the whole is ready when all are well, PDs agree and every store is Up', () => {
  const pd = (leader: boolean, follows: string, facts?: NodeHealth['facts']): NodeHealth => ({
    health: 'healthy',
    detail: 'healthy',
    leader,
    follows,
    ...(facts && { facts }),
  });
  const tikv: NodeHealth = { health: 'healthy', detail: 'healthy', leader: null };
  const unready = (...all: NodeHealth[]) =>
    tidb.unready(new Map(all.map((health, i) => [`n${i}`, health])));
  const up = { stores: 1, storesUp: 1 };
  expect(unready(pd(true, 'pd-1', up), pd(false, 'pd-1'), tikv)).toBeUndefined();
  expect(unready(pd(true, 'pd-1', up), pd(false, 'pd-2'), tikv)).toMatch(/do not agree/);
  expect(unready(pd(true, 'pd-1', { stores: 3, storesUp: 0 }), tikv)).toBe('0 of 3 stores are Up');
  expect(unready({ ...tikv, health: 'unhealthy', detail: 'no answer' })).toBe('n0: no answer');
});

test('placement rules: one for each zone with dr-auto-sync, else what the stack says', () => {
  const replication = { mode: 'dr-auto-sync', primary: 'e', dr: 'w', primary_replicas: 3 };
  const rules = (set: object) => placementRules(config(set) as never, []);
  expect(rules({ replication })).toMatchObject([
    { id: 'zone-e', role: 'voter', count: 3, label_constraints: [{ key: 'zone', values: ['e'] }] },
    { id: 'zone-w', role: 'follower', count: 1 },
  ]);
  expect(rules({})).toEqual([]);
  expect(rules({ replication, placement_rules: [{ id: 'own' }] })).toEqual([
    { group_id: 'pd', start_key: '', end_key: '', id: 'own' },
  ]);
});
