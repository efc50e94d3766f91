// The contract of a fault. A kind is one file beside this one and one line in index.ts; the proxy
// reads only what is declared here and never asks which kind it has before it.
//
//   src --chunk--> [fault 1: due] -> [fault 2: due] -> queue --when due and not held--> dst

/** A fault as it is set on an edge, kept by the proxy, and shown by `fault ls`. */
export interface Fault {
  readonly id: string;
  readonly kind: string;
  /** What set it: `partition` or `fault`. */
  readonly from: string;
  readonly params: FaultParams;
  /** When the proxy itself removes it: milliseconds since the epoch, by the proxy's clock. */
  readonly until?: number;
}

export type FaultParams = Readonly<Record<string, string | number>>;

/** stream: in the proxy's own code, works everywhere. netns: packets, in its network namespace. */
export type Tier = 'stream' | 'netns';

/** One typed parameter; `fault kinds`, the CLI's parser and the docs are all made from it. */
export interface Param {
  /** `duration` is kept in milliseconds under the name as given. */
  readonly type: 'duration';
  readonly default?: number;
  readonly doc: string;
}

/** What a fault does to the bytes of one direction of one connection. */
export interface StreamEffect {
  /** True: nothing leaves, nothing more is read; what is there stays, in order. */
  readonly held?: boolean;
  /** When a chunk may leave that would leave at `dueMs`. The pipe keeps the order. */
  due?(dueMs: number): number;
}

export interface FaultKind {
  readonly summary: string;
  readonly tier: Tier;
  readonly params: Readonly<Record<string, Param>>;
  /** True: nothing gets through, so it serves as the mode of a partition. */
  readonly cuts?: boolean;
  /** True: the edge's ports are closed, so a new connection is refused. */
  readonly closesListener?: boolean;
  /** Connections that are there when it is set: `rst` ends them. */
  readonly existing?: 'rst';
  /** Connections that arrive while it is set: `rst` ends them. */
  readonly arriving?: 'rst';
  /** Called once for each direction of each connection; `random` is seeded by the caller. */
  stream?(params: FaultParams, random: () => number): StreamEffect;
  /** nft rules for all packets, in and out, that are neither loopback nor probes. */
  readonly packets?: readonly string[];
}
