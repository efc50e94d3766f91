// Attaches to a proxy's stdin and stderr: the control channel (see src/control/protocol.ts).
import type { Duplex } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
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

/** Splits docker's framed stream. A character may begin in one frame and end in the next. */
export function frameReader(
  onFrame: (kind: number, text: string) => void,
): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  const decoders = new Map<number, StringDecoder>();
  const decode = (kind: number, bytes: Buffer) => {
    const decoder = decoders.get(kind) ?? new StringDecoder('utf8');
    decoders.set(kind, decoder);
    return decoder.write(bytes);
  };
  return (chunk) => {
    rest = rest.length ? Buffer.concat([rest, chunk]) : chunk;
    while (rest.length >= FRAME_HEADER_BYTES) {
      const end = FRAME_HEADER_BYTES + rest.readUInt32BE(4);
      if (rest.length < end) return;
      onFrame(rest[0]!, decode(rest[0]!, rest.subarray(FRAME_HEADER_BYTES, end)));
      rest = rest.subarray(end);
    }
  };
}
