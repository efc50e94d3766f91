// What the engine streams while it pulls, builds or imports: lines of JSON, the last of which may
// be an error. A stream that says nothing for too long is given up; one that goes on never is.
import { setMaxListeners } from 'node:events';

/** A line of the stream; which keys are there depends on what is being done. */
interface EngineEvent {
  readonly id?: string;
  readonly status?: string;
  readonly stream?: string;
  readonly error?: string;
  readonly aux?: { readonly ID?: string };
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
}

export interface Limits {
  /** Until the first line comes. */
  readonly answerMs: number;
  /** Between two lines. */
  readonly silenceMs: number;
}

type Request = (abortSignal: AbortSignal) => Promise<NodeJS.ReadableStream>;

/** Sends the request and gives `onEvent` every line. Throws with the engine's own words. */
export async function followEngine(
  request: Request,
  limits: Limits,
  signal: AbortSignal | undefined,
  onEvent: (event: EngineEvent) => void,
): Promise<void> {
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const limit = (ms: number, what: string) =>
    setTimeout(() => stop.abort(new Error(`${what} within ${ms / 1_000} s`)), ms);
  let timer = limit(limits.answerMs, 'no answer');
  const interrupt = () => stop.abort(signal?.reason);
  signal?.addEventListener('abort', interrupt);
  try {
    signal?.throwIfAborted();
    for await (const event of readEvents(await request(stop.signal))) {
      if (event.error !== undefined) throw new Error(event.error.trim());
      clearTimeout(timer);
      timer = limit(limits.silenceMs, 'nothing more came');
      onEvent(event);
    }
    stop.signal.throwIfAborted();
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', interrupt);
  }
}

async function* readEvents(stream: NodeJS.ReadableStream): AsyncGenerator<EngineEvent> {
  let rest = '';
  stream.setEncoding('utf8');
  for await (const text of stream) {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) if (line.trim()) yield JSON.parse(line) as EngineEvent;
  }
}

/** The engine's own words, without dockerode's around them. */
export function engineWords(error: unknown): string {
  const { message } = error as Error;
  return message.replace(/^\(HTTP code \d+\) .*? - /, '').trim();
}
