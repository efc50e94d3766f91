// Attaches to a proxy's stdin and stderr: the control channel (see src/control/protocol.ts).
import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import type { Attach } from '../control/client.ts';

/**
 * Docker sends stdout and stderr of a container in frames: one byte of kind, three of nothing, a
 * length.
 */
const FRAME_HEADER_BYTES = 8;
const STDERR = 2;

export function attachTo(docker: Docker, containerId: string): Attach {
  return async (onText, onEnd) => {
    const stream = (await docker.getContainer(containerId).attach({
      stream: true,
      stdin: true,
      stderr: true,
      hijack: true,
    })) as Duplex;
    stream.on(
      'data',
      frameReader((kind, text) => kind === STDERR && onText(text)),
    );
    stream.on('error', onEnd);
    stream.on('close', onEnd);
    return { write: (line) => stream.write(line), close: () => stream.destroy() };
  };
}

/** Splits docker's framed stream; text is decoded per frame, control lines are ASCII. */
export function frameReader(
  onFrame: (kind: number, text: string) => void,
): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length ? Buffer.concat([rest, chunk]) : chunk;
    while (rest.length >= FRAME_HEADER_BYTES) {
      const end = FRAME_HEADER_BYTES + rest.readUInt32BE(4);
      if (rest.length < end) return;
      onFrame(rest[0]!, rest.toString('utf8', FRAME_HEADER_BYTES, end));
      rest = rest.subarray(end);
    }
  };
}
