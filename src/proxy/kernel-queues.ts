// Bytes that wait in kernel buffers: received and not read, or written and not yet with the peer.
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';

/** How long a peer may take to have what was written, and how often the kernel is asked. */
const SENT_LIMIT_MS = 1_000;
const SENT_EVERY_MS = 5;
/** Sockets that are long closed are listed too, so asking may be slow; no more time goes there. */
const TIME_SHARE_MAX = 0.1;

/** Received and not read, of all these sockets: what a jam holds back. */
export function unreadBytes(sockets: readonly Socket[]): number {
  const queues = readQueues();
  return sockets.reduce((sum, socket) => sum + (queues.get(ends(socket))?.unread ?? 0), 0);
}

interface Waiter {
  readonly socket: Socket;
  readonly then: () => void;
  readonly untilMs: number;
}

let waiters: Waiter[] = [];
let nextMs = 0;

/** Calls back once the peer has all that was written, or took too long: a reset drops the rest. */
export function afterSent(socket: Socket, then: () => void, limitMs = SENT_LIMIT_MS): void {
  waiters.push({ socket, then, untilMs: performance.now() + limitMs });
  if (waiters.length === 1) setTimeout(askForAll, nextMs - performance.now());
}

/** Once for all that wait, however many. */
function askForAll(): void {
  const startMs = performance.now();
  const queues = readQueues();
  const nowMs = performance.now();
  const isDone = ({ socket, untilMs }: Waiter) =>
    nowMs >= untilMs || !queues.get(ends(socket))?.unsent;
  const done = waiters.filter(isDone);
  waiters = waiters.filter((waiter) => !done.includes(waiter));
  nextMs = nowMs + Math.max(SENT_EVERY_MS, (nowMs - startMs) / TIME_SHARE_MAX);
  if (waiters.length) setTimeout(askForAll, nextMs - nowMs);
  for (const { then } of done) then();
}

/** Two peers may use the same port; the local address follows from the peer's. */
const ends = ({ localPort = 0, remoteAddress = '', remotePort = 0 }: Socket): string =>
  `${hex(localPort, 4)} ${kernelAddress(remoteAddress)}:${hex(remotePort, 4)}`;

const hex = (number: number, digits: number): string =>
  number.toString(16).toUpperCase().padStart(digits, '0');

/** The four bytes as one number of this machine. */
function kernelAddress(address: string): string {
  const bytes = Uint8Array.from(address.split('.'), Number);
  return bytes.length === 4 ? hex(new Uint32Array(bytes.buffer)[0]!, 8) : '';
}

const EMPTY = ' 00000000:00000000 ';

/** Those that hold bytes, by their ends; none where the kernel does not tell. Edges are IPv4. */
function readQueues(): Map<string, { unsent: number; unread: number }> {
  const filled = read('/proc/self/net/tcp').filter((line) => !line.includes(EMPTY));
  return new Map(
    filled.map((line) => {
      // sl local_address rem_address st tx_queue:rx_queue ..., all in hex (proc_net_tcp).
      const [, local = '', remote = '', , queues = ''] = line.trim().split(/\s+/);
      const [unsent, unread] = queues.split(':').map((hex) => Number.parseInt(hex, 16) || 0);
      const key = `${local.split(':')[1]} ${remote}`;
      return [key, { unsent: unsent ?? 0, unread: unread ?? 0 }];
    }),
  );
}

function read(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').slice(1).filter(Boolean);
  } catch {
    return [];
  }
}
