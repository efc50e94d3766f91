// Reads a socket into one buffer again and again, and more at a time: node's own way takes a new
// buffer for each read, which is a third of the work of carrying a stream.
import { type OnReadOpts, Socket } from 'node:net';

/** Enough for messages; most connections never get another. */
const FIRST_BYTES = 16 * 1024;
/** The longest read of a stream; node's own are 64 KiB. */
const INBOX_BYTES = 256 * 1024;
/** What is kept of a shorter read is copied, so that it holds a few times its length at most. */
const COPIED_BYTES = INBOX_BYTES / 4;

interface Reader {
  take(chunk: Buffer): void;
  /** What it takes now it needs for longer than until the next read. */
  readonly keeps: boolean;
}

/** `reader` is asked for when there is something to read. */
export function inbox(reader: () => Reader): OnReadOpts {
  let buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  return {
    buffer: () => buffer,
    callback: (bytes) => {
      const { keeps } = reader();
      const isCopied = keeps && bytes < COPIED_BYTES;
      const chunk = buffer.subarray(0, bytes);
      reader().take(isCopied ? Buffer.from(chunk) : chunk);
      const isTooSmall = bytes === buffer.length && bytes < INBOX_BYTES;
      if (isTooSmall || (keeps && !isCopied)) buffer = Buffer.allocUnsafeSlow(INBOX_BYTES);
      return true;
    },
  };
}

/**
 * An accepted connection as a socket with an inbox, paused. node gives that to sockets that dial
 * only, so this one takes over the handle, as node's own child processes do with theirs.
 */
export function withInbox(accepted: Socket, onread: OnReadOpts): Socket {
  const { _handle: handle } = accepted as Socket & { readonly _handle?: object };
  const options = { handle, onread, allowHalfOpen: true, pauseOnCreate: true };
  return new Socket(options);
}
