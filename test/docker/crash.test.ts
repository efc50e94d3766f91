// labctl killed in the middle of `up`: another `up` finishes what was begun, `down` leaves nothing.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { docker, labctl, leftovers, main } from './labctl.ts';

const NAME = 'labctl-test-crash';
const words = ['up', 'etcd-3node', '--lab', NAME];

afterEach(async () => void (await labctl('down', '--lab', NAME)));

/** Kills a starting labctl as soon as the lab has `count` containers, whatever state they are in. */
async function killWhile(count: number): Promise<void> {
  const up = spawn(process.execPath, [main, ...words], { stdio: 'ignore' });
  const ended = once(up, 'exit');
  while (up.exitCode === null && up.signalCode === null) {
    const list = await docker('ps', '-aq', '--filter', `label=labctl.lab=${NAME}`);
    if (list.split('\n').filter(Boolean).length >= count) up.kill('SIGKILL');
    await sleep(20);
  }
  await ended;
  expect(up.signalCode, 'it was killed before it was done').toBe('SIGKILL');
}

for (const count of [1, 6, 12])
  test(`kill -9 when ${count} of 12 containers are there, then up, then down`, async () => {
    await killWhile(count);
    const again = await labctl(...words);
    expect(again.status, again.err).toBe(0);
    expect((await labctl('status', '--lab', NAME, '--check')).status).toBe(0);
    expect((await labctl('down', '--lab', NAME)).status).toBe(0);
    expect(await leftovers(NAME)).toEqual([]);
  });

test('a proxy that was made but not yet attached to its node is made anew by up', async () => {
  expect((await labctl(...words)).status).toBe(0);
  const label = ['--filter', `label=labctl.lab=${NAME}`];
  const id = await docker('ps', '-q', ...label, '--filter', 'label=labctl.edge=etcd-1:etcd-2');
  await docker('network', 'disconnect', `${NAME}_etcd-2`, id);
  const again = await labctl(...words);
  expect(again.status, again.err).toBe(0);
  const now = await docker('ps', '-q', ...label, '--filter', 'label=labctl.edge=etcd-1:etcd-2');
  expect(now).not.toBe(id);
  const format = '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}';
  expect(await docker('inspect', '-f', format, now)).toBe(`${NAME}_etcd-1 ${NAME}_etcd-2 `);
});

test('kill -9, then down at once: what the orphaned compose still makes goes too', async () => {
  await killWhile(2);
  // The compose that the killed labctl had started may still be at work; down is asked until it is quiet.
  await expect
    .poll(
      async () => {
        expect((await labctl('down', '--lab', NAME)).status).toBe(0);
        await sleep(1_000);
        return leftovers(NAME);
      },
      { timeout: 30_000 },
    )
    .toEqual([]);
});

test('a node that dies while it is waited for ends up at once, with its last words', async () => {
  const ran = await labctl(...words, '--set', 'flags={no-such-flag: 1}');
  expect(ran.status).toBe(125);
  expect(ran.err).toMatch(/node etcd-\d of lab labctl-test-crash ended: Exited \(\d+\)/);
  expect(ran.err).toMatch(/its last lines:[\s\S]*no-such-flag/);
  expect(ran.err).toContain('(node-died)');
  await labctl('down', '--lab', NAME);
  expect(await leftovers(NAME)).toEqual([]);
});
