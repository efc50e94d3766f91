// Reads a socket into one buffer again and again, and more at a time: node's own way takes a new
// buffer for each read, which is a third of the work of carrying a stream. node has it for sockets
// that dial only, not for those that are accepted.
import type { OnReadOpts } from 'node:net';

/** Enough for messages; most connections never get another. */
const FIRST_BYTES = 16 * 1024;
/** The longest read of a stream; node's own are 64 KiB. */
const INBOX_BYTES = 256 * 1024;
/** Less is copied out, so that what waits keeps no more than a few times its length in memory. */
const COPIED_BYTES = INBOX_BYTES / 4;

export interface Reader {
  take(chunk: Buffer): void;
  /** 0 once nobody needs what was taken any more. */
  readonly queuedBytes: number;
}

/** `reader` is asked for when there is something to read. */
export function inbox(reader: () => Reader): OnReadOpts {
  let buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  return {
    buffer: () => buffer,
    callback: (bytes) => {
      const isLent = bytes >= COPIED_BYTES;
      const chunk = buffer.subarray(0, bytes);
      reader().take(isLent ? chunk : Buffer.from(chunk));
      const isTooSmall = bytes === buffer.length && bytes < INBOX_BYTES;
      if (isTooSmall || (isLent && reader().queuedBytes > 0))
        buffer = Buffer.allocUnsafeSlow(INBOX_BYTES);
      return true;
    },
  };
}
