// One HTTP request over an `Ask`. HTTP/1.0, so that the server closes at the end and never chunks.
import type { Ask } from '../stack/model.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** undefined when the node does not answer in time, or not in HTTP. */
export async function askHttp(
  ask: Ask,
  port: number,
  method: 'GET' | 'POST',
  path: string,
  limitMs: number,
): Promise<HttpAnswer | undefined> {
  const body = method === 'POST' ? '{}' : '';
  const lines = [`${method} ${path} HTTP/1.0`, `Content-Length: ${body.length}`, '', body];
  let received: string;
  try {
    received = await ask(port, lines.join('\r\n'), limitMs);
  } catch {
    return undefined; // refused, closed or silent: to a probe all of these are "no answer"
  }
  const match = /^HTTP\/1\.\d (\d{3})[\s\S]*?\r\n\r\n([\s\S]*)$/.exec(received);
  return match ? { status: Number(match[1]), body: match[2]! } : undefined;
}
