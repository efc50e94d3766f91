// A fresh machine: a Debian 13 with node and npm and nothing else, in a container that runs an engine
// of its own. `npm start` must do all the set-up there; then that engine dies under the running lab.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LabStatus } from '../../src/lab/status.ts';
import { docker } from './labctl.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const recipe = fileURLToPath(new URL('../machine', import.meta.url));
const SETUP_LIMIT_MS = 600_000;

let machine = '';

beforeAll(async () => {
  const digest = createHash('sha256')
    .update(readFileSync(`${recipe}/Dockerfile`))
    .digest('hex');
  const image = `labctl-test/machine:${digest.slice(0, 12)}`;
  const there = await execa('docker', ['image', 'inspect', image], { reject: false });
  if (there.failed) await docker('build', '-q', '-t', image, recipe);
  machine = await docker('run', '-d', ...machineFlags(), image, 'sleep', 'infinity');
  await copyTree();
}, SETUP_LIMIT_MS);
afterAll(async () => {
  if (machine) await docker('rm', '-f', '-v', machine);
});

/** What an engine in a container needs: mounts, networks, devices; its images on a real file system. */
function machineFlags(): string[] {
  const capabilities = ['SYS_ADMIN', 'NET_ADMIN', 'SYS_PTRACE', 'MKNOD'];
  // Where a proxy with a certificate of its own stands before the registry, npm must trust it here too.
  const trust = process.env.NODE_EXTRA_CA_CERTS;
  return [
    ...capabilities.flatMap((name) => ['--cap-add', name]),
    ...['seccomp=unconfined', 'apparmor=unconfined'].flatMap((opt) => ['--security-opt', opt]),
    ...['-v', '/var/lib/docker'],
    ...(trust ? ['-v', `${trust}:/trust.pem:ro`, '-e', 'NODE_EXTRA_CA_CERTS=/trust.pem'] : []),
  ];
}

/** The tree as git would clone it, with what is not committed yet. */
async function copyTree(): Promise<void> {
  const list = 'git ls-files -z --cached --others --exclude-standard';
  const pack = 'tar --null --ignore-failed-read -cf - -T -';
  const unpack = `docker exec -i ${machine} sh -c 'mkdir /labctl && tar -C /labctl -xf -'`;
  await execa('sh', ['-c', `${list} | ${pack} | ${unpack}`], { cwd: root });
}

const inMachine = (command: string) =>
  execa('docker', ['exec', '-w', '/labctl', machine, 'sh', '-c', command], {
    reject: false,
    all: true,
    timeout: SETUP_LIMIT_MS,
  });

async function status(): Promise<LabStatus> {
  return JSON.parse(String((await inMachine('npx labctl status -o json')).stdout));
}

test(
  'npm start sets the machine up and ends in a healthy lab; what it says to try works',
  async () => {
    const start = await inMachine('npm start');
    expect(start.exitCode, start.all).toBe(0);
    expect(start.stderr).toMatch(/setup: installing .*docker\.io/);
    expect(start.stdout).toMatch(/ready in [\d.]+s/);
    const tries = String(start.stdout).split('try:\n')[1]!.trim().split('\n');
    expect(tries.length).toBeGreaterThan(2);
    for (const line of tries.filter((each) => !each.endsWith('down'))) {
      const tried = await inMachine(line);
      expect(tried.exitCode, `${line}\n${tried.all}`).toBe(0);
    }
  },
  SETUP_LIMIT_MS,
);

test(
  'a second npm start installs nothing and finds the lab up',
  async () => {
    const again = await inMachine('npm start');
    expect(again.exitCode, again.all).toBe(0);
    expect(again.stderr).not.toMatch(/setup: (installing|compiling|starting)/);
    expect(again.stdout).toContain('already up: nothing to do');
  },
  SETUP_LIMIT_MS,
);

test(
  'the engine dies: status tells the truth after it is back, up repairs, the data is there',
  async () => {
    await inMachine('npx labctl client -- put before crash');
    await inMachine('npx labctl partition etcd-1 --mode jam');
    await inMachine('kill -9 $(cat /var/run/docker.pid) $(pidof containerd)');
    const away = await inMachine('npx labctl status');
    expect(away.exitCode).toBe(125);
    expect(away.stderr).toContain('(docker-unreachable)');

    const setup = await inMachine('sh scripts/setup.sh');
    expect(setup.exitCode, setup.all).toBe(0);
    const dead = await status();
    expect(dead.healthy).toBe(false);
    expect(dead.nodes.map(({ state }) => state)).toEqual(['exited', 'exited', 'exited']);
    expect(dead.edges.map(({ state }) => state)).toEqual(dead.edges.map(() => 'down'));

    // The proxies come back with their faults, so the lab is whole again only after heal.
    const up = await inMachine('npx labctl up etcd-3node --no-wait && npx labctl heal');
    expect(up.exitCode, up.all).toBe(0);
    expect(up.stdout).toMatch(/healed 4 of 9 edges/);
    const wait = await inMachine('npx labctl wait --timeout 60s');
    expect(wait.exitCode, wait.all).toBe(0);
    expect((await inMachine('npx labctl client -- get before')).stdout).toBe('before\ncrash');
    const down = await inMachine(
      'npx labctl down && docker ps -aq && docker network ls -q -f label=labctl.lab',
    );
    expect(String(down.stdout).split('\n')).toHaveLength(1);
  },
  SETUP_LIMIT_MS,
);
