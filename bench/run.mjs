// How the benchmarks run things: labctl as a user does, docker for what stands beside it.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const labctlMain = fileURLToPath(new URL('../dist/bin/main.js', import.meta.url));

/** Whatever takes longer than this hangs. */
const LIMIT_MS = 300_000;

/** Rejects with what the program wrote when it fails. */
export async function timed(file, args) {
  const startedMs = performance.now();
  const { stdout } = await run(file, args, { timeout: LIMIT_MS, maxBuffer: 2 ** 26 });
  return { ms: performance.now() - startedMs, stdout: stdout.trim() };
}

/** The whole process, as the user's shell sees it. */
export const labctl = (...args) => timed(process.execPath, [labctlMain, ...args]);

export const docker = async (...args) => (await timed('docker', args)).stdout;

export const stackName = 'etcd-3node';

/** Brings a lab up for `work` and takes it down after it, whatever happened. */
export async function withLab(lab, work, stack = stackName) {
  await labctl('down', '--lab', lab);
  try {
    const { ms } = await labctl('up', stack, '--lab', lab);
    return await work(lab, ms);
  } finally {
    await labctl('down', '--lab', lab);
  }
}

/** How long a new lab takes to be healthy. */
export const labctlUp = (stack, lab) => withLab(lab, (_lab, ms) => ms, stack);

/** Runs all `contenders` (name -> function that gives a number) in each round: name -> numbers. */
export async function interleave(rounds, contenders) {
  const samples = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const [name, contend] of Object.entries(contenders)) samples[name].push(await contend());
  return samples;
}
