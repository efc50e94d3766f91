// Bytes that wait in kernel buffers: received and not read, or written and not yet with the peer.
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';

/** How long a peer may take to have what was written, and how often the kernel is asked. */
const SENT_LIMIT_MS = 1_000;
const SENT_EVERY_MS = 5;

/** Received and not read, of all these sockets: what a jam holds back. */
export const unreadBytes = (sockets: readonly Socket[]): number => sumQueues(sockets, 1);

/** Calls back once the peer has all that was written, or took too long: a reset drops the rest. */
export function afterSent(socket: Socket, then: () => void, limitMs = SENT_LIMIT_MS): void {
  if (limitMs <= 0 || !sumQueues([socket], 0)) then();
  else setTimeout(() => afterSent(socket, then, limitMs - SENT_EVERY_MS), SENT_EVERY_MS);
}

/** 0 where the kernel does not tell. */
function sumQueues(sockets: readonly Socket[], queue: 0 | 1): number {
  const wanted = new Set(sockets.map(({ localPort, remotePort }) => `${localPort}-${remotePort}`));
  const lines = [...read('/proc/self/net/tcp'), ...read('/proc/self/net/tcp6')];
  return lines.reduce((sum, line) => {
    // sl local_address rem_address st tx_queue:rx_queue ..., all in hex (proc_net_tcp).
    const [, local = '', remote = '', , queues = ''] = line.trim().split(/\s+/);
    const port = (address: string) => Number.parseInt(address.split(':')[1] ?? '', 16);
    if (!wanted.has(`${port(local)}-${port(remote)}`)) return sum;
    return sum + (Number.parseInt(queues.split(':')[queue] ?? '', 16) || 0);
  }, 0);
}

function read(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').slice(1).filter(Boolean);
  } catch {
    return [];
  }
}
