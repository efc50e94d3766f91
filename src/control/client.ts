// Speaks with one proxy over an attached container: asks, matches replies by id, and redoes a
// change that lost a race.
import { randomUUID } from 'node:crypto';
import { LabError } from '../errors.ts';
import type { Fault } from '../faults/fault.ts';
import {
  type EdgeState,
  type FaultHits,
  lineSplitter,
  type Question,
  type RefusalCode,
  type Reply,
  type TierProblems,
  type TraceLine,
  type WantedFault,
} from './protocol.ts';

const REPLY_LIMIT_MS = 5_000;

/**
 * Of two that change an edge at once each redoes its change after losing; more than this is a bug.
 */
const RACES_MAX = 50;

/** An attached proxy: where to write requests, and a way to let go. */
interface Wire {
  write(line: string): void;
  close(): void;
}

/** Attaches to a proxy; `onText` gets what its stderr says, `onEnd` that it went away. */
export type Attach = (onText: (text: string) => void, onEnd: () => void) => Promise<Wire>;

export interface Control {
  get(): Promise<EdgeState>;
  /** The same with what each fault of the list did so far; the kernel is asked for that. */
  hits(): Promise<{ readonly state: EdgeState; readonly hits: readonly FaultHits[] }>;
  /** Which tiers of faults work here. */
  tiers(): Promise<TierProblems>;
  /** Has the proxy tell what happens to connections for so long, to `onTrace`. */
  trace(forMs: number): Promise<EdgeState>;
  /**
   * Puts `change` of the present faults in force; asked again with newer ones when somebody else
   * was faster. Returns undefined from `change` to leave all as it is.
   */
  update(
    change: (faults: readonly Fault[]) => readonly WantedFault[] | undefined,
  ): Promise<EdgeState>;
  /** What the node behind the proxy answers on `port`, past every fault. */
  probe(port: number, send: string, limitMs: number): Promise<string>;
  close(): void;
}

interface Pending {
  readonly line: string;
  readonly settle: (reply: Reply) => void;
}

/** Throws proxy-unreachable when the proxy does not answer, proxy-failed when it cannot. */
export async function openControl(
  edge: string,
  attach: Attach,
  onTrace: (event: TraceLine['trace']) => void = () => {},
): Promise<Control> {
  const pending = new Map<string, Pending>();
  let gone = false;
  const onReply = (reply: Reply | TraceLine) => {
    if ('trace' in reply) return onTrace(reply.trace);
    // Another asker's line ran into ours and neither could be read: say it again.
    if (!reply.ok && reply.code === 'bad-line')
      for (const { line } of pending.values()) wire.write(line);
    else pending.get(reply.id)?.settle(reply);
  };
  const onEnd = () => {
    gone = true;
    for (const [id, { settle }] of pending)
      settle({ id, ok: false, code: 'failed', message: 'the proxy went away' });
  };
  const wire = await attach(
    lineSplitter((line) => onReply(parseReply(line))),
    onEnd,
  );

  function ask(question: Question, limitMs = REPLY_LIMIT_MS): Promise<Reply> {
    const id = randomUUID();
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => {
        pending.delete(id);
        reject(unreachable(edge, `no answer in ${limitMs} ms`));
      }, limitMs);
      const settle = (reply: Reply) => {
        clearTimeout(limit);
        pending.delete(id);
        resolve(reply);
      };
      const line = `${JSON.stringify({ id, ...question })}\n`;
      if (gone) return settle({ id, ok: false, code: 'failed', message: 'the proxy went away' });
      pending.set(id, { line, settle });
      wire.write(line);
    });
  }

  async function update(
    change: (faults: readonly Fault[]) => readonly WantedFault[] | undefined,
  ): Promise<EdgeState> {
    let state = stateOf(edge, await ask({ op: 'get' }));
    for (let race = 0; race < RACES_MAX; race += 1) {
      const faults = change(state.faults);
      if (!faults) return state;
      const reply = await ask({ op: 'set', base: state.revision, faults });
      if (reply.ok || reply.code !== 'conflict') return stateOf(edge, reply);
      state = reply.state!;
    }
    throw new LabError('proxy-failed', `${edge}: lost ${RACES_MAX} races for its fault list`);
  }

  return {
    get: async () => stateOf(edge, await ask({ op: 'get' })),
    update,
    hits: async () => {
      const reply = await ask({ op: 'hits' });
      if (reply.ok && 'hits' in reply) return reply;
      throw failure(edge, reply);
    },
    tiers: async () => {
      const reply = await ask({ op: 'tiers' });
      if (reply.ok && 'tiers' in reply) return reply.tiers;
      throw failure(edge, reply);
    },
    trace: async (forMs) => stateOf(edge, await ask({ op: 'trace', forMs })),
    probe: async (port, send, limitMs) => {
      const reply = await ask({ op: 'probe', port, send, limitMs }, limitMs + REPLY_LIMIT_MS);
      if (reply.ok && 'received' in reply) return reply.received;
      throw failure(edge, reply);
    },
    close: () => wire.close(),
  };
}

/** A line that is no reply (a stack trace of a dying proxy) counts as one to nobody. */
function parseReply(line: string): Reply | TraceLine {
  try {
    return JSON.parse(line) as Reply | TraceLine;
  } catch {
    return { id: '', ok: false, code: 'failed', message: line };
  }
}

function stateOf(edge: string, reply: Reply): EdgeState {
  if (reply.ok && 'state' in reply) return reply.state;
  throw failure(edge, reply);
}

function failure(edge: string, reply: Reply): LabError {
  assertFailed(reply);
  if (reply.message === 'the proxy went away') return unreachable(edge, reply.message);
  return new LabError('proxy-failed', `${edge}: ${reply.message}`, { cause: reply.code });
}

/** True when a fault could not be set because the engine's kernel lacks what it needs. */
export const isUnavailable = (error: unknown): boolean =>
  error instanceof LabError && error.cause === ('packets-unavailable' satisfies RefusalCode);

function assertFailed(reply: Reply): asserts reply is Extract<Reply, { ok: false }> {
  if (reply.ok) throw new Error('a good reply of another kind than was asked for');
}

const unreachable = (edge: string, why: string): LabError =>
  new LabError('proxy-unreachable', `proxy ${edge} does not answer: ${why}`);
