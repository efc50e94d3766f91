// Helpers of the tests on real Docker: the built command, labs that are always taken down, etcd's gateway.
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect } from 'vitest';

export const main = fileURLToPath(new URL('../../dist/bin/main.js', import.meta.url));

export interface Ran {
  readonly status: number | undefined;
  readonly out: string;
  readonly err: string;
}

const LIMIT_MS = 180_000;

/** Runs the built command; never rejects for its exit status. */
export async function labctl(...args: readonly string[]): Promise<Ran> {
  const { exitCode, stdout, stderr } = await execa('node', [main, ...args], {
    reject: false,
    stdin: 'ignore',
    timeout: LIMIT_MS,
  });
  return { status: exitCode, out: String(stdout), err: String(stderr) };
}

/** Runs the command with plain progress, and kills it as soon as it says that. */
export async function killedAt(words: string, ...args: readonly string[]): Promise<void> {
  const ran = execa('node', [main, ...args, '--progress', 'plain'], {
    reject: false,
    stdin: 'ignore',
    timeout: LIMIT_MS,
  });
  let said = '';
  ran.stderr.on('data', (text: Buffer) => {
    said += text;
    if (said.includes(words)) ran.kill('SIGKILL');
  });
  await ran;
}

/** Runs the command, which must succeed, and parses what it prints. */
export async function labctlJson<T>(...args: readonly string[]): Promise<T> {
  const ran = await labctl(...args, '-o', 'json');
  expect(ran.status, `labctl ${args.join(' ')}\n${ran.err}`).toBe(0);
  return JSON.parse(ran.out) as T;
}

/** The docker command, which must succeed. */
export async function docker(...args: readonly string[]): Promise<string> {
  return (await execa('docker', args)).stdout;
}

/** As labctl does before it takes a node away. */
export async function markLeaving(lab: string, node: string): Promise<void> {
  const labels = ['--label', `labctl.lab=${lab}`, '--label', `labctl.leaving=${node}`];
  await docker('volume', 'create', ...labels, `${lab}_${node}_leaving`);
}

/** Names of all that bears the lab's label. */
export async function leftovers(lab: string): Promise<string[]> {
  const filter = ['--filter', `label=labctl.lab=${lab}`];
  const lists = await Promise.all([
    docker('ps', '-aq', ...filter),
    docker('network', 'ls', '-q', ...filter),
    docker('volume', 'ls', '-q', ...filter),
  ]);
  return lists.flatMap((list) => list.split('\n')).filter(Boolean);
}

export interface TestLab extends AsyncDisposable {
  readonly name: string;
  /** A command on this lab. */
  run(...args: readonly string[]): Promise<Ran>;
  json<T>(...args: readonly string[]): Promise<T>;
  /** `http://127.0.0.1:...` of a node. */
  url(node: string): Promise<string>;
}

/** Starts a lab of that name, which must succeed; takes it down at the end and checks that all is gone. */
export async function startLab(name: string, ...args: readonly string[]): Promise<TestLab> {
  const lab = testLab(name);
  const up = await lab.run('up', ...args);
  if (up.status !== 0) {
    await lab[Symbol.asyncDispose]();
    throw new Error(`up ${args.join(' ')} ended with ${up.status}: ${up.err}`);
  }
  return lab;
}

export function testLab(name: string): TestLab {
  const on = (args: readonly string[]) => {
    const dashes = args.indexOf('--');
    const at = dashes < 0 ? args.length : dashes;
    return [...args.slice(0, at), '--lab', name, ...args.slice(at)];
  };
  return {
    name,
    run: (...args) => labctl(...on(args)),
    json: (...args) => labctlJson(...on([...args])),
    url: async (node) => `http://${(await labctl('port', node, '--lab', name)).out.trim()}`,
    [Symbol.asyncDispose]: async () => {
      const down = await labctl('down', '--lab', name);
      expect(down.status, down.err).toBe(0);
      expect(await leftovers(name)).toEqual([]);
    },
  };
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Writes through etcd's JSON gateway; rejects when the write was not acknowledged within `limitMs`. */
export async function put(url: string, key: string, value: string, limitMs = 5_000): Promise<void> {
  await gateway(url, 'kv/put', { key: base64(key), value: base64(value) }, limitMs);
}

/** The value by a read of that member alone, without asking the others; undefined when there is none. */
export async function getLocal(url: string, key: string): Promise<string | undefined> {
  const body = { key: base64(key), serializable: true };
  const answer = (await gateway(url, 'kv/range', body, 5_000)) as { kvs?: { value: string }[] };
  const value = answer.kvs?.[0]?.value;
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString();
}

async function gateway(url: string, path: string, body: object, limitMs: number): Promise<unknown> {
  const response = await fetch(`${url}/v3/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(limitMs),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Who leads, by the status of the lab. */
export async function leaderOf(lab: TestLab): Promise<string | undefined> {
  const { nodes } = await lab.json<{ nodes: { name: string; leader: boolean }[] }>('status');
  return nodes.find(({ leader }) => leader)?.name;
}
