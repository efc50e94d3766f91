// Server-sent events: a stream of `event:` and `data:` lines that a client reads as they come.
import type { ServerResponse } from 'node:http';
import { asLabError, LabError } from '../errors.ts';
import type { Reply, SentEvent } from './http.ts';

type Events = Extract<Reply, { events: unknown }>['events'];

/** A comment this often, so that a client that is gone is noticed. */
const HEARTBEAT_MS = 15_000;
/** A client that reads slower than this is let go; it connects again. */
const UNREAD_BYTES_MAX = 2 ** 20;
const RETRY_MS = 1_000;

/** Resolves when the client or the source ends, or the server stops. */
export async function sendEvents(
  response: ServerResponse,
  events: Events,
  stop: AbortSignal,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const write = (text: string) => {
    if (response.writableLength > UNREAD_BYTES_MAX)
      response.destroy(); // an end would wait for it
    else response.write(text);
  };
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    Connection: 'close', // nothing comes after a stream
  });
  write(`retry: ${RETRY_MS}\n\n`);
  const beat = setInterval(() => write(': still here\n\n'), HEARTBEAT_MS);
  const send = (event: SentEvent) =>
    write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  try {
    await events(send, AbortSignal.any([gone.signal, stop]));
  } catch (error) {
    send({ type: 'error', ...asLabError(error).toJSON() });
  } finally {
    clearInterval(beat);
    response.end();
  }
}

export interface Hub<T> {
  /** Throws api-busy before anything is sent; the promise ends with the signal or the source. */
  join(): (send: (event: T) => void, signal: AbortSignal) => Promise<void>;
}

/** One source for all clients, open while there is one. */
export function createHub<T>(
  source: (send: (event: T) => void, signal: AbortSignal) => Promise<void>,
  clientsMax: number,
): Hub<T> {
  const clients = new Set<(event: T) => void>();
  let running: { readonly ended: Promise<void>; readonly stop: AbortController } | undefined;
  const start = () => {
    const stop = new AbortController();
    const toAll = (event: T) => {
      for (const send of clients) send(event);
    };
    return { ended: source(toAll, stop.signal), stop };
  };
  return {
    join: () => {
      if (clients.size >= clientsMax)
        throw new LabError('api-busy', `${clientsMax} clients follow the events already`);
      return async (send, signal) => {
        clients.add(send);
        const mine = (running ??= start());
        try {
          await Promise.race([mine.ended, aborted(signal)]);
        } finally {
          clients.delete(send);
          if (!clients.size) mine.stop.abort();
          if (mine.stop.signal.aborted && running === mine) running = undefined;
        }
      };
    },
  };
}

/** At once where it is aborted already. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
