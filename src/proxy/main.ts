// The program in a proxy container. Its configuration is its environment, its control channel its
// stdin and stderr, its audit trail its stdout (see src/control/protocol.ts).
import { type Change, lineSplitter, type Reply, type Request } from '../control/protocol.ts';
import { faultKinds } from '../faults/index.ts';
import { EdgeProxy, PacketsUnavailable } from './edge-proxy.ts';
import { openNetns } from './netns.ts';
import { probe } from './probe.ts';
import { loadStored, saveStored } from './store.ts';
import { findTiers } from './tiers.ts';
import { Trace } from './trace.ts';

/** A stop is graceful, but not for longer than this. */
const STOP_LIMIT_MS = 300;

// `doctor` asks so what this engine has, before there is a lab.
if (process.argv[2] === 'tiers') {
  process.stdout.write(`${JSON.stringify(await findTiers())}\n`);
  process.exit();
}

const edge = process.env.LABCTL_EDGE ?? '';
const upstream = process.env.LABCTL_UPSTREAM ?? '';
const ports = (process.env.LABCTL_PORTS ?? '').split(',').map(Number);
const storePath = process.env.LABCTL_STORE ?? '/var/lib/labctl/faults.json';

const record = (
  event: Change['event'],
  { revision, faults }: Pick<Change, 'revision' | 'faults'> = proxy.state,
) => {
  const change: Change = { at: new Date().toISOString(), edge, event, revision, faults };
  process.stdout.write(`${JSON.stringify(change)}\n`);
};

const trace = new Trace(
  (line) => process.stderr.write(`${JSON.stringify(line)}\n`),
  () => proxy.openBytes,
);

const proxy = new EdgeProxy({
  edge,
  upstream,
  ports: new Map(ports.map((port) => [port, port])),
  netns: openNetns(upstream),
  trace: (event) => trace.say(event),
  save: (revision, faults) => saveStored(storePath, { revision, faults }),
  changed: record,
});

async function answer(request: Request): Promise<Reply> {
  const { id } = request;
  if (request.op === 'probe') {
    const target = { host: upstream, port: request.port };
    return { id, ok: true, received: await probe(target, request.send, request.limitMs) };
  }
  if (request.op === 'tiers') return { id, ok: true, tiers: await findTiers() };
  if (request.op === 'trace') trace.start(request.forMs);
  if (request.op === 'hits') return { id, ok: true, state: proxy.state, hits: await proxy.hits() };
  if (request.op === 'set') {
    const unknown = request.faults.find(({ kind }) => !(kind in faultKinds));
    if (unknown) throw new Error(`this proxy knows no fault ${unknown.kind}`);
    if (!(await proxy.set(request.base, request.faults))) {
      const message = `revision is ${proxy.state.revision}, not ${request.base}`;
      return { id, ok: false, code: 'conflict', message, state: proxy.state };
    }
  }
  return { id, ok: true, state: proxy.state };
}

async function onLine(line: string): Promise<void> {
  let reply: Reply;
  let request: Request | undefined;
  try {
    request = JSON.parse(line) as Request;
    reply = await answer(request);
  } catch (error) {
    const code = !request
      ? 'bad-line'
      : error instanceof PacketsUnavailable
        ? 'packets-unavailable'
        : 'failed';
    reply = { id: request?.id ?? '', ok: false, code, message: (error as Error).message };
  }
  process.stderr.write(`${JSON.stringify(reply)}\n`);
}

setInterval(() => {}, 2 ** 30); // stay, even with every listener closed and nobody on stdin

process.once('SIGTERM', async () => {
  setTimeout(() => process.exit(0), STOP_LIMIT_MS);
  record('stopped');
  await proxy.stop();
});

const stored = loadStored(storePath);
await proxy.start(stored.revision, stored.faults);
record('started');
// Only now: a change made from a list that is still being taken up would be overwritten.
process.stdin.setEncoding('utf8').on('data', lineSplitter(onLine));
