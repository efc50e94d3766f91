// A walk through etcd's API as a user walks it, with `labctl client` and `exec`, on three versions.
import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { main, startLab, type TestLab, testLab } from './labctl.ts';

const walks = [
  { version: '3.3.25', stack: 'etcd-1node', members: 1 },
  { version: '3.4.23', stack: 'etcd-3node', members: 3 },
  { version: '3.5.16', stack: 'etcd-3node', members: 3 },
];

for (const { version, stack, members } of walks)
  test(`etcd ${version}, ${members} member(s)`, async () => {
    const name = `labctl-test-api-${version.replaceAll('.', '-')}`;
    const words = [stack, '--set', `version=${version}`];
    await using lab = await startLab(name, ...words);
    const etcdctl = async (...args: string[]) => {
      const ran = await lab.run('client', '--', ...args);
      expect(ran.status, `${args.join(' ')}: ${ran.err}`).toBe(0);
      return ran.out;
    };

    expect(await etcdctl('version')).toContain(`etcdctl version: ${version}`);
    expect((await etcdctl('member', 'list')).split('\n')).toHaveLength(members);
    await walkKeys(lab, etcdctl);
    await walkLeases(lab, etcdctl);
    await walkWatch(name, etcdctl);
    await keepData(lab, words, members, etcdctl);
  });

type Etcdctl = (...args: string[]) => Promise<string>;

async function walkKeys(lab: TestLab, etcdctl: Etcdctl) {
  expect(await etcdctl('put', 'color', 'red')).toBe('OK');
  const { header } = JSON.parse(await etcdctl('get', 'color', '-w', 'json'));
  await etcdctl('put', 'color', 'blue');
  expect(await etcdctl('get', 'color')).toBe('color\nblue');
  expect(await etcdctl('get', 'color', '--rev', String(header.revision))).toBe('color\nred');
  await etcdctl('compaction', String(header.revision + 1));
  const old = await lab.run('client', '--', 'get', 'color', '--rev', String(header.revision));
  expect(old.status).not.toBe(0);
  expect(old.err).toContain('required revision has been compacted');
}

async function walkLeases(lab: TestLab, etcdctl: Etcdctl) {
  const id = /lease (\w+) granted with TTL\(600s\)/.exec(
    await etcdctl('lease', 'grant', '600'),
  )![1]!;
  await etcdctl('put', 'leased', 'yes', `--lease=${id}`);
  expect(await etcdctl('lease', 'timetolive', id, '--keys')).toMatch(
    /granted with TTL\(600s\).*\[leased\]/,
  );
  expect(await etcdctl('lease', 'keep-alive', '--once', id)).toContain(
    `${id} keepalived with TTL(600)`,
  );
  expect(await etcdctl('lease', 'revoke', id)).toContain('revoked');
  expect(await etcdctl('get', 'leased')).toBe('');
  const gone = await lab.run('client', '--', 'lease', 'revoke', id);
  expect(gone.status).not.toBe(0);
  expect(gone.err).toContain('requested lease not found');
}

async function walkWatch(name: string, etcdctl: Etcdctl) {
  const words = ['client', '--lab', name, '--', 'watch', '--prefix', 'w/'];
  const watch = spawn(process.execPath, [main, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  let seen = '';
  watch.stdout.setEncoding('utf8').on('data', (text: string) => {
    seen += text;
  });
  try {
    // A watch prints nothing when it has begun, so events are made until it sees one.
    await expect
      .poll(
        async () => {
          await etcdctl('put', 'w/first', '1');
          return seen;
        },
        { timeout: 15_000, interval: 100 },
      )
      .toContain('w/first');
    await etcdctl('put', 'other', '2');
    await etcdctl('del', 'w/first');
    await expect.poll(() => seen, { timeout: 5_000 }).toMatch(/DELETE\nw\/first/);
    expect(seen).not.toContain('other');
  } finally {
    watch.kill('SIGKILL');
  }
}

async function keepData(lab: TestLab, words: string[], members: number, etcdctl: Etcdctl) {
  const down = await lab.run('down', '--keep-data');
  expect(down.status, down.err).toBe(0);
  expect(down.out).not.toContain('volume');
  const labs = await testLab(lab.name).run('ls', '--all');
  expect(labs.out).toMatch(new RegExp(`${lab.name} +- +0 +data only`));
  const up = await lab.run('up', ...words);
  expect(up.status, up.err).toBe(0);
  expect(await etcdctl('get', 'color')).toBe('color\nblue');
  for (let i = 1; i <= members; i += 1) {
    const list = ['ls', '/var/lib/etcd/member/snap/db', '/var/lib/etcd/member/wal'];
    const files = await lab.run('exec', `etcd-${i}`, '--', ...list);
    expect(files.out).toMatch(/\/var\/lib\/etcd\/member\/snap\/db[\s\S]*\.wal/);
  }
}
