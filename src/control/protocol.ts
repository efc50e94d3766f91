// What labctl and a proxy say to each other: one JSON object a line, requests on the proxy's stdin,
// replies on its stderr. Its stdout is the audit trail: one line for each change of its faults.
//
//   labctl --request--> stdin [proxy] stderr --reply--> labctl
//                                     stdout --change--> docker logs
//
// A `set` carries the whole list that is wanted and the revision it was made from: desired state,
// not deltas. A lost race is answered with `conflict` and the state as it is, so that the caller
// can redo.
import type { Fault, Tier } from '../faults/fault.ts';

/**
 * A fault as asked for: `forMs` and `afterMs` instead of `until` and `startsAt` are by the proxy's
 * own clock, from arrival; `forMs` counts from the beginning of the fault.
 */
export type WantedFault = Fault & { readonly forMs?: number; readonly afterMs?: number };

export type Request = { readonly id: string } & (
  | { readonly op: 'get' }
  /** What each fault did so far; slower than `get`, as the kernel is asked. */
  | { readonly op: 'hits' }
  /** Which tiers of faults work here. */
  | { readonly op: 'tiers' }
  /** Events of connections from now on, beside the replies, until `forMs` after the last such. */
  | { readonly op: 'trace'; readonly forMs: number }
  | { readonly op: 'set'; readonly base: number; readonly faults: readonly WantedFault[] }
  | { readonly op: 'probe'; readonly port: number; readonly send: string; readonly limitMs: number }
);

/** Request without its id, as callers write it. */
export type Question = Request extends infer R
  ? R extends unknown
    ? Omit<R, 'id'>
    : never
  : never;

/** Live, not only of closed connections. `up` is dialler to listener, `down` the other way. */
export interface Counters {
  readonly connections: { readonly open: number; readonly total: number; readonly failed: number };
  /** Handed on, not only read. */
  readonly bytes: { readonly up: number; readonly down: number };
  /** Bytes per second, in the last whole second. */
  readonly rates: { readonly up: number; readonly down: number };
  /** Milliseconds since the epoch, by the proxy's clock; null before the first byte. */
  readonly lastActivity: number | null;
  /** When this was read, by the same clock: where labctl runs there may be another. */
  readonly now: number;
}

export interface EdgeState extends Counters {
  readonly revision: number;
  readonly faults: readonly Fault[];
  /** How many connections each of them has acted on. */
  readonly hit: readonly number[];
}

/** What a fault did since it was set. */
export interface FaultHits {
  /** Connections that it acted on, also those that are closed. */
  readonly connections: number;
  /** What waits because of it: in the proxy, and unread in its kernel. */
  readonly heldBytes: number;
  readonly droppedBytes: number;
  readonly droppedPackets: number;
}

export interface TraceEvent {
  readonly event: 'accepted' | 'dialled' | 'dial-failed' | 'hit' | 'bytes' | 'closed';
  /** Number of the connection on its edge, from 0. */
  readonly connection: number;
  readonly port: number;
  /** Handed on so far, with `bytes` and `closed`. */
  readonly bytes?: { readonly up: number; readonly down: number };
  /** Id and kind, with `hit`. */
  readonly fault?: string;
  readonly kind?: string;
}

/** Tier -> null when it works here, else why it does not, in the words of the tool. */
export type TierProblems = Readonly<Record<Tier, string | null>>;

/** Beside the replies, to whoever is attached. */
export interface TraceLine {
  readonly trace: TraceEvent & { readonly at: string };
}

export type RefusalCode = 'conflict' | 'bad-line' | 'packets-unavailable' | 'failed';

export type Reply =
  | { readonly id: string; readonly ok: true; readonly state: EdgeState }
  | { readonly id: string; readonly ok: true; readonly received: string }
  | {
      readonly id: string;
      readonly ok: true;
      readonly state: EdgeState;
      readonly hits: readonly FaultHits[];
    }
  | { readonly id: string; readonly ok: true; readonly tiers: TierProblems }
  | {
      /** Empty when the line could not be read: every asker then asks again. */
      readonly id: string;
      readonly ok: false;
      readonly code: RefusalCode;
      readonly message: string;
      readonly state?: EdgeState;
    };

/** One line of the audit trail. */
export interface Change {
  readonly at: string;
  readonly edge: string;
  readonly event: 'started' | 'set' | 'began' | 'expired' | 'stopped';
  readonly revision: number;
  readonly faults: readonly Fault[];
}

/** Splits a byte stream into lines; the last, unfinished one waits for more. */
export function lineSplitter(onLine: (line: string) => void): (chunk: string) => void {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const line of lines) if (line.trim()) onLine(line);
  };
}
