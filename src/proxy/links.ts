// The proxy's two links: taken down and up again, and the kernel's network emulator on them.
import { Resolver } from 'node:dns/promises';
import type { Side } from '../faults/fault.ts';
import { runTool } from './run-tool.ts';

export interface LinkState {
  readonly unplugged: readonly Side[];
  readonly netem: Readonly<Partial<Record<Side, string>>>;
}

const SIDES: readonly Side[] = ['src', 'dst'];

/** What is in force; a new network namespace has both links up and no netem. */
let inForce: LinkState = { unplugged: [], netem: {} };
/** The route out of the host network; the kernel forgets it with the link. */
let routes: string[] = [];

/** Puts this state of the links in force. Rejects with the words of ip or tc. */
export async function applyLinks(wanted: LinkState, upstream: string): Promise<void> {
  const before = inForce;
  const changes = SIDES.filter(
    (side) =>
      wanted.netem[side] !== before.netem[side] ||
      wanted.unplugged.includes(side) !== before.unplugged.includes(side),
  );
  if (!changes.length) return;
  const devices = await findDevices(upstream);
  for (const side of changes) {
    const words = wanted.netem[side];
    if (words !== before.netem[side]) await setNetem(devices[side], words);
    const down = wanted.unplugged.includes(side);
    if (down !== before.unplugged.includes(side)) await setLink(devices[side], down);
  }
  inForce = wanted;
}

async function setNetem(device: string, words: string | undefined): Promise<void> {
  const change = words === undefined ? ['del'] : ['replace'];
  await runTool('tc', [
    'qdisc',
    ...change,
    ...['dev', device, 'root'],
    ...(words === undefined ? [] : ['netem', ...words.split(' ')]),
  ]);
}

async function setLink(device: string, down: boolean): Promise<void> {
  if (down) {
    const lines = (await runTool('ip', ['route', 'show', 'default', 'dev', device])).trim();
    if (lines) routes = lines.split('\n').map((line) => `${line} dev ${device}`);
  }
  await runTool('ip', ['link', 'set', device, down ? 'down' : 'up']);
  if (down) return;
  for (const route of routes.filter((line) => line.endsWith(` dev ${device}`)))
    await runTool('ip', ['route', 'replace', ...route.split(/\s+/)]);
}

let devices: Readonly<Record<Side, string>> | undefined;

/** The listener's link is the one on the network of its address, the other is the dialler's. */
async function findDevices(upstream: string): Promise<Readonly<Record<Side, string>>> {
  if (devices) return devices;
  const [address] = await new Resolver({ timeout: 250, tries: 2 }).resolve4(upstream).catch(() => {
    throw new Error(`${upstream} does not run, so its link cannot be told from the other`);
  });
  const [, dst] = / dev (\S+)/.exec(await runTool('ip', ['-o', 'route', 'get', address!])) ?? [];
  const all = await runTool('ip', ['-o', '-4', 'addr', 'show', 'scope', 'global']);
  const names = [...all.matchAll(/^\d+: (\S+)/gm)].map(([, name]) => name!);
  const src = names.find((name) => name !== dst);
  if (!dst || !src) throw new Error(`the proxy has the links ${names.join(', ')}, and not two`);
  devices = { src, dst };
  return devices;
}
