// A lab that is nothing but lists: what the API does to one can be seen without Docker.
import { request } from 'node:http';
import type { ApiLab } from '../../../src/api/lab.ts';
import { LabError } from '../../../src/errors.ts';
import type { FaultParams } from '../../../src/faults/fault.ts';
import type { LabEdge } from '../../../src/lab/edges.ts';
import type { LabEvent } from '../../../src/lab/events.ts';
import type { FaultChange } from '../../../src/lab/faults/fault-change.ts';
import { completeParams } from '../../../src/lab/faults/fault-params.ts';
import type { ShownFault } from '../../../src/lab/faults/show-fault.ts';
import type { NodeStatus } from '../../../src/lab/status.ts';

export interface FakeLab extends ApiLab {
  /** By edge; tests may change them. */
  readonly on: Map<string, ShownFault[]>;
  /** Edges whose proxy is down. */
  readonly down: Set<string>;
  /** What was asked of it besides, as `act stop etcd-1`. */
  readonly calls: string[];
  /** Of clients that follow its events. */
  readonly listeners: Set<(event: LabEvent) => void>;
}

const EDGES = [
  ['host', 'etcd-1', [2379], '127.0.0.1:21695'],
  ['etcd-1', 'etcd-2', [2379, 2380], 'etcd-2:2379'],
] as const;

const hits = { connections: 0, heldBytes: 0, droppedBytes: 0, droppedPackets: 0 };

const node: NodeStatus = {
  name: 'etcd-1',
  system: 'etcd',
  role: 'member',
  zone: null,
  state: 'running',
  health: 'healthy',
  detail: 'healthy',
  leader: true,
  since: 'Up 1 second',
  image: null,
  facts: null,
  brief: null,
  replaced: null,
  endpoints: { client: '127.0.0.1:21695' },
};

function change(mode: string, edges: readonly string[], faults: readonly string[]): FaultChange {
  const base = { version: 1, lab: 'fake', requested: mode, resolved: {} } as const;
  return { ...base, edges, of: EDGES.length, mode, faults, tookMs: 1 };
}

/** What is laid over the whole lab, or changes its nodes. */
function stages(
  calls: string[],
): Pick<ApiLab, 'hold' | 'wan' | 'wanOff' | 'wanPresets' | 'scale' | 'promote' | 'failpoint'> {
  return {
    hold: async ({ until = '' }, say = () => {}, signal) => {
      const event = { version: 1, lab: 'fake', atMs: 0 } as const;
      say({ ...event, event: 'started', seed: 7 });
      if (until === 'log=never')
        await new Promise((gone) => signal?.addEventListener('abort', gone));
      calls.push(`healed ${until}`);
      return { met: null, tookMs: 1, seed: 7 };
    },
    wan: async ({ preset, scale = 1 }) => {
      calls.push(`wan ${preset}`);
      return { ...change('wan', [], ['wan']), scale, regions: {}, rttMs: {} };
    },
    wanOff: async () => change('wan', ['host:etcd-1'], ['wan']),
    wanPresets: () => [{ name: '2-region', summary: 'two', regions: ['a', 'b'] }],
    scale: async (counts) => {
      calls.push(`scale ${JSON.stringify(counts)}`);
      return { version: 1, lab: 'fake', changed: [], added: [], removed: [], tookMs: 1 };
    },
    promote: async (node) => {
      const how = { from: null, orderly: true, following: [], left: [], lost: null, tookMs: 1 };
      return { version: 1, lab: 'fake', node, ...how };
    },
    failpoint: async (node, name, action) => {
      const failpoints: Record<string, string> =
        name && action !== 'off' ? { [name]: action! } : {};
      return { version: 1, lab: 'fake', node, failpoints };
    },
  };
}

export function fakeLab(): FakeLab {
  const on = new Map<string, ShownFault[]>(EDGES.map(([from, to]) => [`${from}:${to}`, []]));
  const down = new Set<string>();
  const calls: string[] = [];
  const listeners = new Set<(event: LabEvent) => void>();
  let ids = 0;
  const edge = ([from, to, ports, listen]: (typeof EDGES)[number]): LabEdge => {
    const name = `${from}:${to}`;
    const faults = on.get(name)!;
    const state = down.has(name) ? 'down' : faults.length ? 'faulty' : 'open';
    const connections = { open: 0, total: 0, failed: 0 };
    const counters = { connections, bytes: { up: 12, down: 34 }, rates: null, lastActivity: null };
    return { name, from, to, ports, listen, state, revision: 1, faults, ...counters };
  };
  const edges = () => EDGES.map(edge);
  return {
    name: 'fake',
    on,
    down,
    calls,
    listeners,
    edges: async (...names) => edges().filter(({ name }) => !names.length || names.includes(name)),
    status: async () => {
      const base = { version: 1, lab: 'fake', stack: 'fake' } as const;
      return { ...base, healthy: true, reason: null, nodes: [node], edges: edges(), monitors: [] };
    },
    faults: async () =>
      [...on].flatMap(([edge, faults]) => faults.map((fault) => ({ ...fault, edge, hits }))),
    addFault: async ({ kind, params, scope, edges: names, id = `x${++ids}`, from = 'fault' }) => {
      const unknown = names.find((name) => !on.has(name));
      if (unknown) throw new LabError('edge-unknown', `lab fake has no edge ${unknown}`);
      const complete = completeParams(kind, params as FaultParams);
      const fault = { id, kind, params: complete, from, startsAt: null, until: null };
      for (const name of names) {
        const others = on.get(name)!.filter((each) => each.id !== id);
        on.set(name, [...others, { ...fault, ...(scope && { scope }) }]);
      }
      return change(kind, names, [id]);
    },
    removeFaults: async (...gone) => {
      calls.push(`removeFaults ${gone.join(' ')}`);
      return change('rm', [], gone);
    },
    clearFaults: async (name, gone) => {
      on.set(
        name,
        on.get(name)!.filter(({ id }) => !gone.includes(id)),
      );
    },
    partition: async ({ isolate, mode = 'drop' }) => {
      if (isolate === 'leader') throw new LabError('leader-unknown', 'no node says that it leads');
      return change(mode, ['etcd-1:etcd-2'], ['p1']);
    },
    heal: async () => {
      for (const name of on.keys()) on.set(name, []);
      return change('heal', [], []);
    },
    ...stages(calls),
    act: async (action, nodes) => {
      if (nodes[0] !== 'etcd-1') throw new LabError('node-unknown', `no node ${nodes[0]}`);
      if (action === 'kill') throw new LabError('node-state', 'cannot kill etcd-1: it is exited');
      calls.push(`act ${action} ${nodes.join(' ')}`);
      return { changed: nodes, unchanged: [] };
    },
    events: async (onEvent, signal) => {
      listeners.add(onEvent);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      listeners.delete(onEvent);
    },
  };
}

export interface Answered {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it
  readonly body: any;
  readonly text: string;
}

/** One request with exactly these headers, which fetch does not allow. */
export function ask(
  address: string,
  method: string,
  path: string,
  { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answered> {
  const [host, port] = address.split(':') as [string, string];
  return new Promise((resolve, reject) => {
    const asked = request({ host, port, method, path, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      response.on('end', () => {
        const json = /json/.test(response.headers['content-type'] ?? '');
        resolve({ status: response.statusCode!, text, body: json ? JSON.parse(text) : undefined });
      });
    });
    asked.once('error', reject);
    asked.end(typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body));
  });
}
