// The contract of a fault. A kind is one file beside this one and one line in index.ts; the proxy
// reads only what is declared here and never asks which kind it has before it.
//
//   src --chunk--> change -> pieces -> due -> queue --when due, not held, and leave says so--> dst

/** up: from the dialler to the listener. down: the other way. */
export type Direction = 'up' | 'down';

/** A link of the proxy: src is the dialler's, dst the listener's. */
export const SIDES = ['src', 'dst'] as const;
export type Side = (typeof SIDES)[number];

/** What of an edge a fault acts on; what is not there does not narrow it. */
export interface Scope {
  readonly direction?: Direction;
  /** Connections made after the fault began, or those that were there. */
  readonly conns?: 'new' | 'existing';
  /** 0..1: the share of connections, drawn once for each from the seed. */
  readonly share?: number;
  readonly port?: number;
  /** It takes hold of a direction of a connection when this many bytes have passed there. */
  readonly afterBytes?: number;
}

/** A fault as it is set on an edge, kept by the proxy, and shown by `fault ls`. */
export interface Fault {
  /** Several faults of one change share it. */
  readonly id: string;
  readonly kind: string;
  /** What set it: `partition`, `fault`, ... */
  readonly from: string;
  readonly params: FaultParams;
  readonly scope?: Scope;
  /** Every random choice is drawn from it, the edge and the connection's number. */
  readonly seed?: number;
  /** The first connection that is new to it; the proxy fills it in when the fault begins. */
  readonly firstNew?: number;
  /** When it begins and when the proxy itself removes it: ms since the epoch, proxy's clock. */
  readonly startsAt?: number;
  readonly until?: number;
}

/** Durations in ms, sizes in bytes, rates in bytes per second, shares 0..1. */
export type FaultParams = Readonly<Record<string, string | number | boolean>>;

/**
 * stream: in the proxy's own code, works everywhere. netns: the packet filter and the links of its
 * network namespace. netem: the kernel's network emulator, which many kernels lack.
 */
export const TIERS = ['stream', 'netns', 'netem'] as const;
export type Tier = (typeof TIERS)[number];

/** One typed parameter; `fault kinds`, the CLI's parser and docs/faults.md are made from it. */
export interface Param {
  readonly type: 'duration' | 'size' | 'rate' | 'share' | 'count' | 'choice' | 'flag';
  /** What a `choice` may be. */
  readonly choices?: readonly string[];
  /** Without one, and not optional, it must be given. */
  readonly default?: string | number | boolean;
  readonly optional?: true;
  readonly doc: string;
}

/** What a stream effect may know of the direction of the connection that it is made for. */
export interface StreamContext {
  readonly direction: Direction;
  /** True for a connection that was there when the fault was set. */
  readonly existing: boolean;
  /** The same draws for the same seed, edge and connection, whatever the timing. */
  readonly random: () => number;
  /** One thing for all connections of the edge in this direction, made on first use. */
  shared<T>(make: () => T): T;
}

/** What a fault does to the bytes of one direction of one connection. */
export interface StreamEffect {
  /** It takes hold when so many bytes have passed, to the byte, or after this time. */
  readonly afterBytes?: number;
  readonly afterMs?: number;
  /** True: nothing leaves, nothing more is read; what is there stays, in order. */
  readonly held?: boolean;
  /** True: what comes is thrown away; when the fault goes the connection is reset. */
  readonly discards?: boolean;
  /** fin ends this direction, close both, in order; rst both at once. Behind what has passed. */
  readonly ends?: 'fin' | 'close' | 'rst';
  /** Other bytes in place of these, as many. */
  change?(data: Buffer): Buffer;
  /** The same bytes in pieces, each of which waits for itself. */
  pieces?(data: Buffer): readonly Buffer[];
  /** When a piece may leave that would leave at `dueMs`. The pipe keeps the order. */
  due?(dueMs: number): number;
  /** The same for the end of the stream. */
  endDue?(dueMs: number): number;
  /** When a piece of so many bytes, first in its line, may leave: `nowMs` or later. */
  leave?(nowMs: number, bytes: number): number;
}

/** What a fault does to the packets of the edge. */
interface PacketEffect {
  /** nft statements, in order, for packets in scope, with `counter` before a verdict. */
  readonly rules?: readonly string[];
  /** Only packets of this link. */
  readonly side?: Side;
  /** The link, or both, is taken down. */
  readonly unplugs?: boolean;
  /** Words for `tc qdisc ... netem`, for what leaves through the link. */
  readonly netem?: string;
}

/** Order in which the faults of one direction compose, whatever the order they were set in. */
export const STAGES = ['gate', 'corrupt', 'slice', 'latency', 'rate', 'limit'] as const;

export interface FaultKind {
  readonly summary: string;
  /** A paragraph for `fault kinds KIND` and docs/faults.md: what exactly happens. */
  readonly doc: string;
  /** Parameters as a user would write them, for the help. */
  readonly example: string;
  readonly tier: Tier;
  readonly stage: (typeof STAGES)[number];
  readonly params: Readonly<Record<string, Param>>;
  /** The narrowings that it takes. */
  readonly scopes: readonly (keyof Scope)[];
  /** True: nothing gets through, so it serves as the mode of a partition. */
  readonly cuts?: boolean;
  /** True: bytes may be lost; a connection that lost some is reset, never resumed. */
  readonly lossy?: boolean;
  /** What to use where its tier is missing: as the mode of a partition, and in the hint. */
  readonly without?: string;
  /** Why the parameters do not go together, as the end of a sentence. */
  check?(params: FaultParams): string | undefined;
  /** True: the edge's ports are closed, so a new connection is refused. */
  readonly closesListener?: boolean;
  /** How long a new connection waits before the node is dialled; Infinity: until it is removed. */
  dialDelayMs?(params: FaultParams, random: () => number): number;
  /** Called once for each direction of each connection in scope. */
  stream?(params: FaultParams, context: StreamContext): StreamEffect | readonly StreamEffect[];
  packets?(params: FaultParams): PacketEffect;
}

/** Scopes of kinds that act on the bytes of connections. */
export const STREAM_SCOPES = ['direction', 'conns', 'share', 'port', 'afterBytes'] as const;
/** Scopes of kinds that act on whole connections. */
export const CONNECTION_SCOPES = ['conns', 'share', 'port'] as const;
/** Scopes of kinds that act on packets. */
export const PACKET_SCOPES = ['direction', 'port'] as const;

export const SIDE: Param = {
  type: 'choice',
  choices: ['both', ...SIDES],
  default: 'both',
  doc: "only on the dialler's link (src) or the listener's (dst)",
};

/** The `side` parameter as an effect's. */
export const sideOf = ({ side }: FaultParams): { side?: Side } =>
  side === 'src' || side === 'dst' ? { side } : {};

/** Parameters of what happens to each connection at a moment of its own. */
export const MOMENT = {
  after: { type: 'duration', optional: true, doc: 'this long after it met the connection' },
  bytes: { type: 'size', optional: true, doc: 'when so many bytes have passed, per direction' },
} as const satisfies Readonly<Record<string, Param>>;

/** The `after` and `bytes` parameters as an effect's. */
export function momentOf({ after, bytes }: FaultParams): Pick<StreamEffect, 'afterMs'> {
  return {
    ...(typeof after === 'number' && { afterMs: after }),
    ...(typeof bytes === 'number' && { afterBytes: bytes }),
  };
}
