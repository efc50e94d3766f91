// A question of labctl's own to the node behind this proxy: dial, send, collect until the node
// closes. It does not go through the edge: stream faults do not see it, and its source ports pass
// the nft rules, so that `status` and `--isolate leader` work however the edge is cut.
import { dial, type Target } from './dial.ts';

/**
 * Above the kernel's ephemeral range (up to 60999), and no port of a node (the stack file refuses
 * them).
 */
export const PROBE_PORTS = { first: 61_000, last: 65_535 } as const;

const RECEIVED_LIMIT_BYTES = 256 * 1024;

let next: number = PROBE_PORTS.first;

/** All that came before the node closed, as latin1 text so that every byte survives JSON. */
export function probe(target: Target, send: string, limitMs: number): Promise<string> {
  const localPort = next;
  next = next === PROBE_PORTS.last ? PROBE_PORTS.first : next + 1;
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = dial(target, { localPort });
    const limit = setTimeout(
      () => socket.destroy(new Error(`no answer in ${limitMs} ms`)),
      limitMs,
    );
    socket.setEncoding('latin1');
    socket.on('data', (text) => {
      received += text;
      if (received.length > RECEIVED_LIMIT_BYTES) socket.destroy(new Error('answer too long'));
    });
    socket.on('error', reject);
    socket.on('close', () => {
      clearTimeout(limit);
      resolve(received); // after an error the promise is settled already
    });
    socket.write(send, 'latin1');
  });
}
