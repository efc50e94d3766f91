// toxiproxy's shape of an error: {"error": "...", "status": 404}.
import type { z } from 'zod';
import { asLabError } from '../../errors.ts';
import { json, type Reply } from '../http.ts';
import { httpStatus } from '../status.ts';

/** Thrown by a route to answer in toxiproxy's own words. */
export class ToxiproxyError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export const refusal = (status: number, message: string) => new ToxiproxyError(status, message);

export const badBody = (why: string) => refusal(400, `bad request body: ${why}`);

/** The body as the schema leaves it; `within` is where it stands. Throws ToxiproxyError. */
export function checkBody<T>(schema: z.ZodType<T>, body: unknown, within = ''): T {
  const { data, error } = schema.safeParse(body);
  if (!error) return data;
  const { path, message } = error.issues[0]!;
  const where = [within, ...path].filter(Boolean).join('.');
  throw badBody(where ? `${where}: ${message}` : message);
}

/** Anything thrown; the hint of labctl's own errors is in the text, for want of another place. */
export function toxiproxyFailure(error: unknown): Reply {
  if (error instanceof ToxiproxyError)
    return json(error.status, { error: error.message, status: error.status });
  const known = asLabError(error);
  const status = httpStatus(known);
  if (known.code === 'request-invalid') return toxiproxyFailure(badBody(known.message));
  return json(status, { error: `${known.message} (${known.code}); ${known.hint}`, status });
}
