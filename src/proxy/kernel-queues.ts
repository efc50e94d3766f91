// Bytes that wait in kernel buffers because the proxy does not read: what a jam holds back.
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';

/** Received and not read, of all these sockets; 0 where the kernel does not tell. */
export function unreadBytes(sockets: readonly Socket[]): number {
  const wanted = new Set(sockets.map(({ localPort, remotePort }) => `${localPort}-${remotePort}`));
  const lines = [...read('/proc/self/net/tcp'), ...read('/proc/self/net/tcp6')];
  return lines.reduce((sum, line) => {
    // sl local_address rem_address st tx_queue:rx_queue ..., all in hex (proc_net_tcp).
    const [, local = '', remote = '', , queues = ''] = line.trim().split(/\s+/);
    const port = (address: string) => Number.parseInt(address.split(':')[1] ?? '', 16);
    if (!wanted.has(`${port(local)}-${port(remote)}`)) return sum;
    return sum + (Number.parseInt(queues.split(':')[1] ?? '', 16) || 0);
  }, 0);
}

function read(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').slice(1).filter(Boolean);
  } catch {
    return [];
  }
}
