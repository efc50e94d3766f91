// How nodes of the TiDB family come and go, against a PD that is a list and answers in the form in
// which PD's sources give it: every step is found done or does it.
import { expect, test } from 'vitest';
import type { NodeAccess } from '../../../src/stack/model.ts';
import type { ScaleStep } from '../../../src/stack/scaling.ts';
import { sizesOf } from '../../../src/stack/sizes.ts';
import { systems } from '../../../src/systems/index.ts';
import { tidb } from '../../../src/systems/tidb/tidb.ts';

interface Member {
  name: string;
  member_id: string;
  peer_urls: string[];
  client_urls?: string[];
}
interface Store {
  id: number;
  address: string;
  state_name: string;
  regions: number;
  labels: { key: string; value: string }[];
}
type Answer = readonly [status: number, body: unknown];

const CONFIG = { pd: { count: 5 }, tikv: { count: 9 }, tiflash: { count: 3 }, ticdc: { count: 3 } };
const member = (name: string, i: number): Member => ({
  name,
  member_id: `1387437462803713000${i}`, // no number can hold it
  peer_urls: [`http://${name}:2380`],
  client_urls: [`http://${name}:2379`],
});
const store = (id: number, name: string, regions = 0): Store => ({
  id,
  address: name.startsWith('tiflash') ? `${name}:3930` : `${name}:20160`,
  state_name: 'Up',
  regions,
  labels: name.startsWith('tiflash') ? [{ key: 'engine', value: 'tiflash' }] : [],
});
const DEFAULT_RULE = { group_id: 'pd', id: 'default', role: 'voter', count: 3 };

function newState(pds: readonly string[], others: readonly string[]) {
  const names = others.filter((name) => /^ti(kv|flash)/.test(name));
  return {
    members: pds.map(member),
    leader: pds[0]!,
    /** Why the etcd inside takes no member now. */
    busy: undefined as string | undefined,
    stores: names.map((name, i) => store(i + 1, name, 20)),
    rules: [DEFAULT_RULE] as object[] | undefined,
    captures: [] as { id: string; address: string; is_owner: boolean }[],
    tables: 2,
    /** Who does not answer. */
    silent: [] as string[],
    /** Changes that were asked for. */
    asked: [] as string[],
  };
}
type State = ReturnType<typeof newState>;

/** `METHOD path`, with ID for the last part of a path that has one. */
const answersOf = (state: State): Readonly<Record<string, (id: string) => Answer>> => ({
  'GET /pd/api/v1/members': () => {
    const leader = { name: state.leader };
    return [200, { members: state.members, leader, etcd_leader: leader }];
  },
  'POST /v3/maintenance/status': () => [200, { raftTerm: '2' }],
  'POST /v3/cluster/member/add': () => {
    const message = `etcdserver: ${state.busy ?? 'Peer URLs already exists'}`;
    return [state.busy ? 503 : 400, { error: message, message, code: 9 }];
  },
  'POST /pd/api/v1/leader/transfer/ID': (name) => {
    if (state.busy) return [500, state.busy];
    state.leader = name;
    return [200, null];
  },
  'DELETE /pd/api/v1/members/id/ID': (id) => {
    state.members = state.members.filter((each) => each.member_id !== id);
    return [200, `removed, pd: ${id}`];
  },
  'GET /pd/api/v1/stores?state=0&state=1&state=2': () => {
    const stores = state.stores.map(({ regions, ...each }) => ({
      store: each,
      status: { region_count: regions },
    }));
    return [200, { count: stores.length, stores }];
  },
  'DELETE /pd/api/v1/store/ID': (id) => {
    state.stores.find((each) => each.id === Number(id))!.state_name = 'Offline';
    return [200, 'The store is set as Offline.'];
  },
  'DELETE /pd/api/v1/stores/remove-tombstone': () => {
    state.stores = state.stores.filter((each) => each.state_name !== 'Tombstone');
    return [200, 'Remove tombstone successfully.'];
  },
  'GET /pd/api/v1/config/rules': () =>
    state.rules ? [200, state.rules] : [412, 'placement rules feature is disabled'],
  'GET /pd/api/v1/config/replicate': () => [200, { 'max-replicas': 3 }],
  'POST /pd/api/v1/config/replicate': () => {
    state.rules = [DEFAULT_RULE];
    return [200, 'The config is updated.'];
  },
  'GET /api/v1/captures': () => (state.captures.length ? [200, state.captures] : [404, '']),
  'POST /api/v1/owner/resign': () => {
    for (const capture of state.captures) capture.is_owner = !capture.is_owner;
    return [202, ''];
  },
  'PUT /api/v1/captures/drain': () => {
    if (state.busy) return [503, { error_code: state.busy }];
    state.tables -= 1;
    return [202, { current_table_count: state.tables }];
  },
});

function fakeCluster(pds: readonly string[], others: readonly string[], version = '8.5.3') {
  const config = { system: 'tidb', ...(tidb.schema.parse({ ...CONFIG, version }) as object) };
  const all = tidb.nodes('tidb', config);
  const named = (name: string) => all.find((node) => node.name === name)!;
  const state = newState(pds, others);
  const answers = answersOf(state);
  const accessTo = (name: string): NodeAccess => ({
    ask: async (_port, text) => {
      if (state.silent.includes(name)) throw new Error('refused');
      const [method, path] = text.split(' ') as [string, string];
      const id = path.split('/').at(-1)!;
      const found = [path, path.replace(id, 'ID')].map((at) => answers[`${method} ${at}`]);
      if (method !== 'GET' && !path.startsWith('/v3/')) state.asked.push(`${method} ${path}`);
      const [status, said] = found.find(Boolean)?.(id) ?? [404, 'page not found'];
      // PD writes ids as numbers.
      const words = JSON.stringify(said).replace(/"member_id":"(\d+)"/g, '"member_id":$1');
      return `HTTP/1.0 ${status} X\r\n\r\n${words}`;
    },
    exec: () => Promise.reject(new Error('nothing is run in the family')),
  });
  const reached = [...pds, ...others].map((name) => ({
    node: named(name),
    access: accessTo(name),
    config,
  }));
  const run = (step: ScaleStep | undefined, name: string) => step!(named(name), reached);
  const check = (...names: readonly string[]) => tidb.scaling!.check!(names.map(named), reached);
  const isLeaving = (name: string) => tidb.scaling!.isLeaving!(named(name), reached);
  return { state, run, check, isLeaving };
}

const { join, settle, leave } = tidb.scaling!;
const KVS = ['tikv-1', 'tikv-2', 'tikv-3', 'tikv-4'];

test('a PD joins when the etcd inside would take it, and is in when it has a client URL', async () => {
  const { state, run } = fakeCluster(['pd-1'], []);
  state.busy = 'unhealthy cluster';
  expect(await run(join, 'pd-2')).toBe('unhealthy cluster');
  state.busy = undefined;
  expect(await run(join, 'pd-2')).toBeUndefined();
  expect(await run(settle, 'pd-2')).toBe('not started as a member yet');
  state.members.push({ ...member('pd-2', 2), name: '', client_urls: [] });
  expect(await run(settle, 'pd-2')).toBe('not started as a member yet');
  state.members[1] = member('pd-2', 2);
  expect(await run(settle, 'pd-2')).toBeUndefined();
  expect(state.asked).toEqual([]);
});

test('a PD of that name that is still a member makes room, also one that never started', async () => {
  const { state, run } = fakeCluster(['pd-1', 'pd-2'], []);
  state.members[1]!.name = '';
  expect(await run(join, 'pd-2')).toContain('without data');
  expect(await run(join, 'pd-2')).toBeUndefined();
  expect(state.asked).toEqual([`DELETE /pd/api/v1/members/id/${member('pd-2', 1).member_id}`]);
});

test('a PD that leads hands over before it leaves; nobody leaves without a leader', async () => {
  const { state, run } = fakeCluster(['pd-1', 'pd-2', 'pd-3'], ['tikv-1']);
  state.leader = 'pd-3';
  state.busy = 'timed out';
  expect(await run(leave, 'pd-3')).toBe('it leads; timed out');
  state.busy = undefined;
  expect(await run(leave, 'pd-3')).toBe('it leads; handing over to pd-1');
  expect(await run(leave, 'pd-3')).toBeUndefined();
  expect(await run(leave, 'pd-3')).toBeUndefined();
  const { member_id: id } = member('pd-3', 2);
  const transfer = 'POST /pd/api/v1/leader/transfer/pd-1';
  expect(state.asked).toEqual([transfer, transfer, `DELETE /pd/api/v1/members/id/${id}`]);
  state.leader = '';
  expect(await run(leave, 'pd-2')).toBe('no PD leads');
  state.leader = 'pd-2';
  state.members = state.members.slice(1);
  expect(await run(leave, 'pd-2')).toBe('it leads, and nobody else can');
});

test('a store leaves when PD has moved all that it holds; every step is found done', async () => {
  const { state, run } = fakeCluster(['pd-1'], KVS);
  expect(await run(leave, 'tikv-4')).toBe('PD takes its regions away');
  expect(await run(leave, 'tikv-4')).toBe('Offline, 20 regions left');
  state.stores[3]!.state_name = 'Tombstone';
  expect(await run(leave, 'tikv-4')).toBeUndefined();
  expect(await run(leave, 'tikv-4')).toBeUndefined();
  expect(state.stores).toHaveLength(3);
  const asked = ['DELETE /pd/api/v1/store/4', 'DELETE /pd/api/v1/stores/remove-tombstone'];
  expect(state.asked).toEqual(asked);
  expect(await run(join, 'tikv-4')).toBeUndefined();
  expect(await run(settle, 'tikv-4')).toBe('its store is not known to PD yet');
  state.stores.push(store(9, 'tikv-4'));
  expect(await run(settle, 'tikv-4')).toBeUndefined();
  state.stores[3]!.state_name = 'Disconnected'; // it has been in
  expect(await run(settle, 'tikv-4')).toBeUndefined();
  state.stores[3]!.state_name = 'Offline';
  expect(await run(settle, 'tikv-4')).toBe('its store is Offline');
  state.stores[3]!.state_name = 'Up';
  expect(await run(join, 'tikv-4')).toBe('PD still has store 9 of that name, Up');
});

test('who began to leave: stores that PD takes away, PDs that are no members', async () => {
  const { state, isLeaving } = fakeCluster(['pd-1', 'pd-2', 'pd-3'], [...KVS, 'tidb-1']);
  for (const name of ['tikv-4', 'pd-3', 'tidb-1']) expect(await isLeaving(name)).toBe(false);
  for (const word of ['Offline', 'Tombstone']) {
    state.stores[3]!.state_name = word;
    expect(await isLeaving('tikv-4')).toBe(true);
  }
  state.stores.pop();
  expect(await isLeaving('tikv-4')).toBe(false); // one that is to come
  state.members.pop();
  expect(await isLeaving('pd-3')).toBe(true);
  state.silent.push('pd-3'); // it is about to add itself
  expect(await isLeaving('pd-3')).toBe(false);
  state.leader = '';
  expect(await isLeaving('pd-3')).toBe(false);
});

test.each(['8.5.3', '4.0.7'])(
  'PD %s: a store whose replicas have no place stays',
  async (version) => {
    const { state, run } = fakeCluster(['pd-1'], KVS.slice(0, 3), version);
    if (version === '4.0.7') state.rules = undefined;
    const rule = state.rules ? 'pd/default' : 'pd/max-replicas';
    await expect(run(leave, 'tikv-3')).rejects.toMatchObject({
      code: 'node-state',
      message: `tikv-3 cannot go: PD keeps 3 replicas by ${rule}, and 2 other stores are Up`,
      hint: 'labctl client pd-1 -- config set max-replicas 2',
    });
    expect(state.asked).toEqual([]);
  },
);

test('of stores that go together it is said before the first goes', async () => {
  const { state, check } = fakeCluster(['pd-1'], [...KVS, 'tikv-5', 'tiflash-1', 'tidb-1']);
  await expect(check('tikv-4', 'tikv-5', 'tiflash-1', 'tidb-1')).resolves.toBeUndefined();
  await expect(check('tikv-3', 'tikv-4', 'tikv-5')).rejects.toThrow(
    'tikv-3 tikv-4 tikv-5 cannot go: PD keeps 3 replicas by pd/default, and 2 other stores are Up',
  );
  state.stores[2]!.state_name = 'Offline'; // what was begun goes on
  state.stores[3]!.state_name = 'Tombstone';
  state.stores[4]!.state_name = 'Offline';
  await expect(check('tikv-3', 'tikv-4', 'tikv-5')).resolves.toBeUndefined();
  await expect(check('tidb-1')).resolves.toBeUndefined();
  state.leader = '';
  await expect(check('tikv-1')).resolves.toBeUndefined(); // leave waits for one
});

test('stores that are not Up, or that a rule is not for, take no replica', async () => {
  const { state, run } = fakeCluster(['pd-1'], [...KVS, 'tiflash-1']);
  state.stores[0]!.state_name = 'Disconnected';
  await expect(run(leave, 'tikv-4')).rejects.toThrow('and 2 other stores are Up');
  const label_constraints = [{ key: 'zone', op: 'in', values: ['west'] }];
  state.rules = [{ group_id: 'pd', id: 'west', count: 1, label_constraints }];
  expect(await run(leave, 'tikv-3')).toBe('PD takes its regions away');
  state.stores[3]!.labels.push({ key: 'zone', value: 'west' });
  await expect(run(leave, 'tikv-4')).rejects.toMatchObject({
    message: 'tikv-4 cannot go: PD keeps 1 replicas by pd/west, and 0 other stores are Up',
    hint: 'labctl client pd-1 -- config placement-rules show',
  });
});

test('rules for the same regions that only together need more stores, and one in place of another', async () => {
  const { state, check } = fakeCluster(['pd-1'], KVS);
  const rule = (id: string, count: number, more: object = {}) => ({
    ...{ group_id: 'pd', id, count, start_key: '', end_key: '', ...more },
  });
  const east = [{ key: 'zone', op: 'in', values: ['east'] }];
  for (const each of state.stores.slice(0, 2)) each.labels.push({ key: 'zone', value: 'east' });
  state.rules = [rule('leader', 1), rule('follower', 2, { label_constraints: east })];
  await expect(check('tikv-4')).resolves.toBeUndefined();
  await expect(check('tikv-3', 'tikv-4')).rejects.toMatchObject({
    message:
      'tikv-3 tikv-4 cannot go: PD keeps 3 replicas by pd/leader and pd/follower, and 2 other stores are Up',
    hint: 'labctl client pd-1 -- config placement-rules show',
  });
  state.rules = [rule('default', 3), rule('own', 3, { override: true })];
  await expect(check('tikv-4')).resolves.toBeUndefined();
  state.rules = [rule('default', 3), rule('table', 3, { start_key: '7480' })];
  await expect(check('tikv-4')).resolves.toBeUndefined();
});

test('a TiFlash stays while a table asks for as many; before 5.0 rules are turned on for it', async () => {
  const { state, run } = fakeCluster(['pd-1'], [...KVS, 'tiflash-1', 'tiflash-2']);
  const label_constraints = [{ key: 'engine', op: 'in', values: ['tiflash'] }];
  const table = { group_id: 'tiflash', id: 'table-45-r', count: 2, label_constraints };
  state.rules = [DEFAULT_RULE, table];
  await expect(run(leave, 'tiflash-2')).rejects.toMatchObject({
    hint: 'ALTER TABLE ... SET TIFLASH REPLICA 1 for its tables',
  });
  table.count = 1;
  expect(await run(leave, 'tiflash-2')).toBe('PD takes its regions away');
  const old = fakeCluster(['pd-1'], KVS, '4.0.7');
  old.state.rules = undefined;
  expect(await old.run(join, 'tiflash-1')).toBeUndefined();
  expect(old.state.rules).toEqual([DEFAULT_RULE]);
  expect(await run(join, 'tiflash-3')).toBeUndefined();
});

test('a TiCDC gives up being owner, then its tables; one without that API just goes', async () => {
  const { state, run } = fakeCluster(['pd-1'], ['ticdc-1', 'ticdc-2']);
  expect(await run(leave, 'ticdc-2')).toBeUndefined();
  state.captures = [
    { id: 'a', address: 'ticdc-1:8300', is_owner: false },
    { id: 'b', address: 'ticdc-2:8300', is_owner: true },
  ];
  expect(await run(leave, 'ticdc-2')).toBe('it is the owner; handing over');
  state.busy = 'CDC:ErrOwnerNotFound';
  expect(await run(leave, 'ticdc-2')).toBe('TiCDC is not ready to move its tables');
  state.busy = undefined;
  expect(await run(leave, 'ticdc-2')).toBe('1 tables left');
  expect(await run(leave, 'ticdc-2')).toBeUndefined();
  state.busy = 'CDC:ErrVersionIncompatible';
  expect(await run(leave, 'ticdc-2')).toBeUndefined();
  expect(await fakeCluster(['pd-1'], ['ticdc-1']).run(leave, 'ticdc-1')).toBeUndefined();
});

test('a TiDB has nothing to do', async () => {
  const { run } = fakeCluster(['pd-1'], []);
  for (const step of [join, settle, leave]) expect(await run(step, 'tidb-1')).toBeUndefined();
});

test('what can be scaled: every role that the mode has, in the names of the nodes', () => {
  const sizes = (set: object, group = 'tidb') => {
    const config = { system: 'tidb', ...(tidb.schema.parse(set) as object) };
    const stack = { name: 'demo', systems: { [group]: config }, nodes: {} };
    return sizesOf(stack, systems).map(({ name, count }) => `${name}=${count}`);
  };
  expect(sizes({})).toEqual(['pd=1', 'tikv=3', 'tidb=1', 'tiflash=0', 'ticdc=0']);
  expect(sizes({ mode: 'tikv-slim' }, 'down')).toEqual(['down-pd=1', 'down-tikv=3']);
});
