// What etcd says of itself, against answers as its versions give them.
import { expect, test } from 'vitest';
import type { Ask, NodeHealth } from '../../../src/stack/model.ts';
import { etcd } from '../../../src/systems/etcd/etcd.ts';

const config = (set: object = {}) => ({ system: 'etcd', ...(etcd.schema.parse(set) as object) });
const http = (status: number, body: object) =>
  `HTTP/1.0 ${status} X\r\nContent-Type: application/json\r\n\r\n${JSON.stringify(body)}`;
const member = (id: string, leader?: string, term = '2') =>
  http(200, { header: { member_id: id }, ...(leader && { leader }), raftTerm: term });

const asking =
  (status: string, health = http(200, { health: 'true' })): Ask =>
  async (_port, text) =>
    text.includes('/maintenance/status') ? status : health;

const neverRuns = async () => {
  throw new Error('etcd is asked, and nothing is run in it');
};

const probe = (ask: Ask, set = {}) =>
  etcd.probe({ ask, exec: neverRuns }, etcd.nodes('etcd', config())[0]!, config(set));

test('a leader, a follower, a member without a leader, and one without a quorum', async () => {
  expect(await probe(asking(member('7', '7')))).toEqual({
    health: 'healthy',
    detail: 'healthy',
    leader: true,
    term: 2,
    follows: '7',
  });
  expect(await probe(asking(member('8', '7')))).toMatchObject({ leader: false, follows: '7' });
  expect(await probe(asking(member('8')))).toMatchObject({
    health: 'unhealthy',
    detail: 'no leader',
  });
  const silent: Ask = async (_port, text) => {
    if (text.includes('/health')) throw new Error('no answer in 2000 ms');
    return member('7', '7');
  };
  expect(await probe(silent)).toMatchObject({
    health: 'unhealthy',
    detail: 'no quorum',
    leader: true,
  });
});

test('the reason that 3.5 gives is shortened to its last words', async () => {
  const health = http(503, { health: 'false', reason: 'RANGE ERROR:etcdserver: leader changed' });
  expect(await probe(asking(member('7', '7'), health))).toMatchObject({ detail: 'leader changed' });
});

test('3.3 has its gateway at /v3beta, later versions at /v3', async () => {
  const paths: string[] = [];
  const ask: Ask = async (_port, text) => {
    paths.push(text.split(' ')[1]!);
    return member('7', '7');
  };
  await probe(ask, { version: '3.3.25' });
  await probe(ask, { version: '3.4.23' });
  expect(paths).toEqual(
    expect.arrayContaining(['/v3beta/maintenance/status', '/v3/maintenance/status']),
  );
});

test('the whole is ready when all are healthy and follow the same leader', () => {
  const health = (follows: string): NodeHealth => ({
    health: 'healthy',
    detail: 'healthy',
    leader: false,
    follows,
  });
  expect(
    etcd.unready(
      new Map([
        ['a', health('7')],
        ['b', health('7')],
      ]),
    ),
  ).toBeUndefined();
  expect(
    etcd.unready(
      new Map([
        ['a', health('7')],
        ['b', health('8')],
      ]),
    ),
  ).toMatch(/do not agree/);
  const sick: NodeHealth = { health: 'unhealthy', detail: 'no leader', leader: false };
  expect(
    etcd.unready(
      new Map([
        ['a', health('7')],
        ['b', sick],
      ]),
    ),
  ).toBe('b: no leader');
});

test('versions that Debian packages have a recipe, others are only pulled', () => {
  const image = (version: string) =>
    etcd.image(config({ version }), etcd.nodes('etcd', config())[0]!);
  expect(image('v3.4.23')).toEqual({
    ref: 'quay.io/coreos/etcd:v3.4.23',
    recipe: { name: 'etcd', tag: 'labctl/etcd:3.4.23', suite: 'bookworm' },
  });
  expect(image('3.6.1')).toEqual({ ref: 'quay.io/coreos/etcd:v3.6.1' });
});

test('a disk must hold what etcd reserves', () => {
  const disk = (size: string) => etcd.schema.safeParse({ disk: size });
  expect(disk('159m').error?.issues[0]?.message).toMatch(/etcd needs 160m/);
  expect(disk('64').error?.issues[0]?.message).toMatch(/etcd needs 160m/);
  expect(disk('much').error?.issues[0]?.message).toMatch(/a size is written like 256m/);
  expect(disk('1g').success).toBe(true);
});
