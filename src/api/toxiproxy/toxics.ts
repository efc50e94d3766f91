// Toxic <-> fault, both ways and pure. A toxic's name is the fault's id, so that a toxic is found
// again after a restart, `labctl fault rm NAME` removes it, and there is one name for one thing. A
// fault is shown as a toxic only when the toxic says all of it: see faultToToxic.
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Fault } from '../../faults/fault.ts';
import type { ShownFault } from '../../lab/faults/show-fault.ts';
import { FAULT_ID } from '../lab.ts';
import { checkBody, refusal } from './errors.ts';

export interface Toxic {
  readonly name: string;
  readonly type: string;
  readonly stream: 'upstream' | 'downstream';
  readonly toxicity: number;
  readonly attributes: Attributes;
}

export type Attributes = Readonly<Record<string, number>>;

type ToxicFault = Required<Pick<Fault, 'kind' | 'params' | 'scope'>>;
type Params = Fault['params'];

interface ToxicType {
  readonly attributes: z.ZodObject;
  readonly kinds: readonly string[];
  toFault(attributes: Attributes): { readonly kind: string; readonly params: Params };
  /** May say too little of other faults of the kind: faultToToxic asks back. */
  toAttributes(params: Params): Record<string, unknown>;
}

/** As Go reads an int64: whole, 0 where it is missing or null. We refuse negative ones besides. */
const whole = (min = 0) =>
  z
    .int()
    .min(min)
    .nullish()
    .transform((value) => value ?? 0);

const probability = () =>
  z
    .number()
    .min(0)
    .max(1)
    .nullish()
    .transform((value) => value ?? 0);

const BYTES_PER_KB = 1_000;
const US_PER_MS = 1_000;

export const toxicTypes: Readonly<Record<string, ToxicType>> = {
  latency: {
    attributes: z.object({ latency: whole(), jitter: whole() }),
    kinds: ['latency'],
    toFault: ({ latency, jitter }) => ({
      kind: 'latency',
      params: { delay: latency!, jitter: jitter!, dist: 'uniform', corr: 0 },
    }),
    toAttributes: ({ delay, jitter }) => ({ latency: delay, jitter }),
  },
  // Without a burst, as toxiproxy's. A rate of 0 lets nothing pass, and loses nothing.
  bandwidth: {
    attributes: z.object({ rate: whole() }),
    kinds: ['rate', 'jam'],
    toFault: ({ rate }) =>
      rate
        ? { kind: 'rate', params: { rate: rate * BYTES_PER_KB, burst: 0, per: 'conn' } }
        : { kind: 'jam', params: {} },
    toAttributes: ({ rate = 0 }) => ({ rate: Number(rate) / BYTES_PER_KB }),
  },
  slow_close: {
    attributes: z.object({ delay: whole() }),
    kinds: ['slow-close'],
    toFault: ({ delay }) => ({ kind: 'slow-close', params: { delay: delay! } }),
    toAttributes: ({ delay }) => ({ delay }),
  },
  timeout: {
    attributes: z.object({ timeout: whole() }),
    kinds: ['blackhole'],
    toFault: ({ timeout }) => ({ kind: 'blackhole', params: timeout ? { after: timeout } : {} }),
    toAttributes: ({ after = 0 }) => ({ timeout: after }),
  },
  reset_peer: {
    attributes: z.object({ timeout: whole() }),
    kinds: ['reset'],
    toFault: ({ timeout }) => ({
      kind: 'reset',
      params: { ...(timeout && { after: timeout }), once: false },
    }),
    toAttributes: ({ after = 0 }) => ({ timeout: after }),
  },
  slicer: {
    attributes: z
      .object({ average_size: z.int().min(1), size_variation: whole(), delay: whole() })
      .refine((given) => given.size_variation < given.average_size, {
        path: ['size_variation'],
        error: 'must be smaller than average_size',
      }),
    kinds: ['slice'],
    toFault: ({ average_size, size_variation, delay }) => ({
      kind: 'slice',
      params: { size: average_size!, vary: size_variation!, gap: delay! / US_PER_MS },
    }),
    toAttributes: ({ size, vary, gap }) => ({
      average_size: size,
      size_variation: vary,
      delay: Math.round(Number(gap) * US_PER_MS),
    }),
  },
  limit_data: {
    attributes: z.object({ bytes: whole() }),
    kinds: ['limit'],
    // biome-ignore lint/suspicious/noThenProperty: the parameter's name; nobody awaits it
    toFault: ({ bytes }) => ({ kind: 'limit', params: { bytes: bytes!, then: 'fin' } }),
    toAttributes: ({ bytes }) => ({ bytes }),
  },
  // toxiproxy's deletes bytes out of the stream, which no network does; ours does to the stream
  // what lost packets do to it. No burst model is behind it.
  packet_loss: {
    attributes: z.object({
      loss_rate: probability(),
      correlation: z
        .literal(0)
        .nullish()
        .transform(() => 0),
    }),
    kinds: ['stutter'],
    toFault: ({ loss_rate }) => ({
      kind: 'stutter',
      params: { prob: loss_rate!, rto: 200, max: 60_000 },
    }),
    toAttributes: ({ prob }) => ({ loss_rate: prob, correlation: 0 }),
  },
};

/** What a client sends; keys that nobody knows are passed over, as toxiproxy does. */
const wire = z.object({
  name: z.string().max(0).or(z.string().regex(FAULT_ID)).nullish(),
  type: z.string().nullish(),
  stream: z.string().nullish(),
  toxicity: z.number().min(0).max(1).nullish(),
  attributes: z.looseObject({}).nullish(),
});

/** The body of a new toxic, with toxiproxy's defaults. Throws ToxiproxyError. */
export function readToxic(body: unknown): Toxic {
  const { type, toxicity, attributes, ...given } = checkBody(wire, body);
  const stream = given.stream ?? 'downstream';
  if (stream !== 'upstream' && stream !== 'downstream')
    throw refusal(400, 'stream was invalid, can be either upstream or downstream');
  const known = typeOf(type ?? '');
  return {
    name: given.name || `${type}_${stream}`,
    type: type!,
    stream,
    toxicity: toxicity ?? 1,
    attributes: checkBody(known.attributes, attributes ?? {}, 'attributes') as Attributes,
  };
}

/** A toxic with the attributes and the toxicity that the body has. Throws ToxiproxyError. */
export function changeToxic(toxic: Toxic, body: unknown): Toxic {
  const { toxicity, attributes } = checkBody(wire, body);
  const wanted = { ...toxic.attributes, ...attributes };
  return {
    ...toxic,
    toxicity: toxicity ?? toxic.toxicity,
    attributes: checkBody(typeOf(toxic.type).attributes, wanted, 'attributes') as Attributes,
  };
}

function typeOf(type: string): ToxicType {
  if (Object.hasOwn(toxicTypes, type)) return toxicTypes[type]!;
  const known = Object.keys(toxicTypes).join(', ');
  throw refusal(400, `invalid toxic type: "${type}" is none of ${known}`);
}

export function toxicToFault({ type, stream, toxicity, attributes }: Toxic): ToxicFault {
  const direction = stream === 'upstream' ? 'up' : 'down';
  const share = toxicity === 1 ? {} : { share: toxicity };
  return { ...toxicTypes[type]!.toFault(attributes), scope: { direction, ...share } };
}

/**
 * The toxic that a fault is; undefined for one that no toxic stands for: of both directions, of one
 * port, with a deadline, of a kind or with a parameter that toxics have not.
 */
export function faultToToxic(fault: ShownFault): Toxic | undefined {
  const { id, kind, params, scope = {}, startsAt, until } = fault;
  const [type, found] = Object.entries(toxicTypes).find(([, t]) => t.kinds.includes(kind)) ?? [];
  if (!type || !found || startsAt || until) return undefined;
  const { data } = found.attributes.safeParse(found.toAttributes(params));
  if (!data) return undefined;
  const toxic: Toxic = {
    name: id,
    type,
    stream: scope.direction === 'up' ? 'upstream' : 'downstream',
    toxicity: scope.share ?? 1,
    attributes: data as Attributes,
  };
  return isDeepStrictEqual(toxicToFault(toxic), { kind, params, scope }) ? toxic : undefined;
}
