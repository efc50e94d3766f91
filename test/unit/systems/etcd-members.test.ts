// How members join and leave, against an etcd that is a list: every step is found done or does it.
import { expect, test } from 'vitest';
import type { NodeAccess } from '../../../src/stack/model.ts';
import type { ScaleStep } from '../../../src/stack/scaling.ts';
import { etcd } from '../../../src/systems/etcd/etcd.ts';

interface Member {
  ID: string;
  name?: string;
  peerURLs: string[];
  isLearner?: boolean;
}

/** A cluster whose leader is `leader`; says what was asked of it, reads excepted. */
function fakeCluster(names: readonly string[], leader: string, version = '3.5.16') {
  const config = { system: 'etcd', ...(etcd.schema.parse({ nodes: 9, version }) as object) };
  const nodes = etcd.nodes('etcd', config);
  const url = (name: string) => `http://${name}:2380`;
  const members: Member[] = names.map((name) => ({ ID: name, name, peerURLs: [url(name)] }));
  const state = { leader, members, refuse: '', asked: [] as string[] };
  const answer = (status: number, body: object) =>
    `HTTP/1.0 ${status} X\r\n\r\n${JSON.stringify(body)}`;
  const change = (path: string, body: Member & { targetID: string }) => {
    const { ID, peerURLs, isLearner, targetID } = body;
    state.asked.push(path.split('/').at(-1)!);
    if (state.refuse) return answer(400, { code: 9, message: `etcdserver: ${state.refuse}` });
    if (path.endsWith('add'))
      members.push({ ID: 'new', peerURLs, ...(isLearner && { isLearner }) });
    if (path.endsWith('remove'))
      members.splice(
        members.findIndex((each) => each.ID === ID),
        1,
      );
    if (path.endsWith('promote')) members.find((each) => each.ID === ID)!.isLearner = false;
    if (path.endsWith('leadership')) state.leader = targetID;
    return answer(200, {});
  };
  const access = (name: string): NodeAccess => ({
    ask: async (_port, text) => {
      const [, path] = text.split(' ');
      if (path!.endsWith('maintenance/status'))
        return answer(200, { header: { member_id: name }, leader: state.leader, raftTerm: '2' });
      if (path!.endsWith('member/list')) return answer(200, { members });
      return change(path!, JSON.parse(text.split('\r\n\r\n')[1]!));
    },
    exec: () => Promise.reject(new Error('nothing is run in etcd')),
  });
  const reached = names.map((name) => ({
    node: nodes.find((node) => node.name === name)!,
    access: access(name),
    config,
  }));
  const run = (step: ScaleStep | undefined, name: string) =>
    step!(nodes.find((node) => node.name === name)!, reached);
  const isLeaving = (name: string) =>
    etcd.scaling!.isLeaving!(nodes.find((node) => node.name === name)!, reached);
  return { state, run, isLeaving };
}

const { join, settle, leave } = etcd.scaling!;
const three = ['etcd-1', 'etcd-2', 'etcd-3'];

test('a member joins as a learner and is promoted; a step that is done does nothing', async () => {
  const { state, run } = fakeCluster(three, 'etcd-2');
  state.refuse = 'unhealthy cluster';
  expect(await run(join, 'etcd-4')).toBe('unhealthy cluster');
  state.refuse = '';
  expect(await run(join, 'etcd-4')).toBeUndefined();
  expect(await run(join, 'etcd-4')).toBeUndefined();
  expect(state.members.at(-1)).toMatchObject({ peerURLs: ['http://etcd-4:2380'], isLearner: true });
  expect(await run(settle, 'etcd-4')).toBe('not started as a member yet');
  state.members.at(-1)!.name = 'etcd-4';
  state.refuse = 'can only promote a learner member which is in sync with leader';
  expect(await run(settle, 'etcd-4')).toContain('in sync');
  state.refuse = '';
  expect(await run(settle, 'etcd-4')).toBeUndefined();
  expect(await run(settle, 'etcd-4')).toBeUndefined();
  expect(state.asked).toEqual(['add', 'add', 'promote', 'promote']);
});

test('3.3 knows no learners; a member whose data is gone makes room for itself', async () => {
  const { state, run } = fakeCluster([...three, 'etcd-4'], 'etcd-1', '3.3.25');
  expect(await run(join, 'etcd-4')).toContain('whose data is gone');
  expect(await run(join, 'etcd-4')).toBeUndefined();
  expect(state.members.at(-1)).toEqual({ ID: 'new', peerURLs: ['http://etcd-4:2380'] });
  expect(state.asked).toEqual(['remove', 'add']);
});

test('a leader hands over before it leaves; nobody leaves without a leader', async () => {
  const { state, run } = fakeCluster(three, 'etcd-3');
  expect(await run(leave, 'etcd-3')).toBe('it leads; handing over to etcd-1');
  expect(await run(leave, 'etcd-3')).toBeUndefined();
  expect(await run(leave, 'etcd-3')).toBeUndefined();
  expect(state.asked).toEqual(['transfer-leadership', 'remove']);
  state.leader = '0';
  expect(await run(leave, 'etcd-2')).toBe('no leader');
});

test('one that is no member is leaving, if there is a leader to say so', async () => {
  const { state, isLeaving } = fakeCluster(three, 'etcd-2');
  expect(await isLeaving('etcd-3')).toBe(false);
  expect(await isLeaving('etcd-4')).toBe(true);
  state.leader = '0';
  expect(await isLeaving('etcd-4')).toBe(false);
});
