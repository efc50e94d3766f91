// The proxy's two links: taken down and up again, and the kernel's network emulator on them.
import { Resolver } from 'node:dns/promises';
import { SIDES, type Side } from '../faults/fault.ts';
import type { NetnsPlan } from './netns-plan.ts';
import { runTool } from './run-tool.ts';

interface Link {
  words: string | undefined;
  isDown: boolean;
}

/** What is in force; a new network namespace has both links up and no netem. */
const inForce: Record<Side, Link> = {
  src: { words: undefined, isDown: false },
  dst: { words: undefined, isDown: false },
};
/** The route out of the host network; the kernel forgets it with the link. */
let routes: string[] = [];

/** Puts this state of the links in force, or, with the words of ip or tc, what was. */
export async function applyLinks(wanted: NetnsPlan, upstream: string): Promise<void> {
  const before = structuredClone(inForce);
  const link = (side: Side): Link => ({
    words: wanted.netem[side],
    isDown: wanted.unplugged.includes(side),
  });
  try {
    await change({ src: link('src'), dst: link('dst') }, upstream);
  } catch (error) {
    await change(before, upstream).catch(() => {}); // the first error says more
    throw error;
  }
}

async function change(wanted: Readonly<Record<Side, Link>>, upstream: string): Promise<void> {
  for (const side of SIDES) {
    const { words, isDown } = wanted[side];
    const link = inForce[side];
    if (words === link.words && isDown === link.isDown) continue;
    const device = (await findDevices(upstream))[side];
    if (words !== link.words) await setNetem(device, words);
    link.words = words;
    if (isDown !== link.isDown) await setLink(device, isDown);
    link.isDown = isDown;
  }
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

/**
 * The dialler's link has the default route, on a host edge, or the address to which the name of the
 * node leads the dialler. The node need not run. Where that name leads to the node itself, its link
 * is the listener's.
 */
async function findDevices(upstream: string): Promise<Readonly<Record<Side, string>>> {
  if (devices) return devices;
  const all = await runTool('ip', ['-o', '-4', 'addr', 'show', 'scope', 'global']);
  const links = [...all.matchAll(/^\d+: (\S+) +inet ([\d.]+)/gm)];
  const names = links.map(([, name]) => name!);
  const deviceOf = (route: string) => / dev (\S+)/.exec(route)?.[1];
  let src = deviceOf(await runTool('ip', ['route', 'show', 'default']));
  if (!src) {
    const resolver = new Resolver({ timeout: 250, tries: 2 });
    const [address = ''] = await resolver.resolve4(upstream.replace(/\.node$/, ''));
    src = links.find(([, , own]) => own === address)?.[1];
    const dst = src ?? deviceOf(await runTool('ip', ['-o', 'route', 'get', address]));
    src ??= names.find((name) => name !== dst);
  }
  const dst = names.find((name) => name !== src);
  if (!src || !dst) throw new Error(`the proxy has the links ${names.join(', ')}, and not two`);
  devices = { src, dst };
  return devices;
}
