import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ToxiproxyError } from '../../../src/api/toxiproxy/errors.ts';
import {
  type Attributes,
  changeToxic,
  faultToToxic,
  readToxic,
  type Toxic,
  toxicToFault,
  toxicTypes,
} from '../../../src/api/toxiproxy/toxics.ts';
import { faultKinds } from '../../../src/faults/index.ts';
import { completeParams } from '../../../src/lab/faults/fault-params.ts';
import type { ShownFault } from '../../../src/lab/faults/show-fault.ts';

const whole = fc.nat(1_000_000);
const attributes: Readonly<Record<string, fc.Arbitrary<Attributes>>> = {
  latency: fc.record({ latency: whole, jitter: whole }),
  bandwidth: fc.record({ rate: whole }),
  slow_close: fc.record({ delay: whole }),
  timeout: fc.record({ timeout: whole }),
  reset_peer: fc.record({ timeout: whole }),
  slicer: fc
    .tuple(fc.integer({ min: 1, max: 100_000 }), fc.nat(), whole)
    .map(([size, vary, delay]) => ({
      average_size: size,
      size_variation: vary % size,
      delay,
    })),
  limit_data: fc.record({ bytes: whole }),
  packet_loss: fc.record({
    loss_rate: fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100),
    correlation: fc.constant(0),
  }),
};

const toxics: fc.Arbitrary<Toxic> = fc.constantFrom(...Object.keys(toxicTypes)).chain((type) =>
  fc.record({
    name: fc.stringMatching(/^[a-z_ .-]{1,20}$/),
    type: fc.constant(type),
    stream: fc.constantFrom('upstream' as const, 'downstream' as const),
    toxicity: fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10),
    attributes: attributes[type]!,
  }),
);

const asSet = (toxic: Toxic): ShownFault => ({
  id: toxic.name,
  from: 'toxic',
  startsAt: null,
  until: null,
  ...toxicToFault(toxic),
});

test('a toxic made a fault and back is the same toxic', () => {
  fc.assert(
    fc.property(toxics, (toxic) => {
      expect(faultToToxic(asSet(toxic))).toEqual(toxic);
    }),
  );
});

test('a toxic says all parameters of the fault, and none that the kind does not know', () => {
  fc.assert(
    fc.property(toxics, (toxic) => {
      const { kind, params, scope } = toxicToFault(toxic);
      expect(completeParams(kind, params)).toEqual(params);
      expect(faultKinds[kind]!.scopes).toEqual(expect.arrayContaining(Object.keys(scope)));
    }),
  );
});

test('what a client sends is the toxic that it gets back, and again when it sends that', () => {
  fc.assert(
    fc.property(toxics, (toxic) => {
      expect(readToxic(toxic)).toEqual(toxic);
      expect(changeToxic(toxic, {})).toEqual(toxic);
    }),
  );
});

test.each<[string, Attributes, object]>([
  [
    'latency',
    { latency: 100, jitter: 5 },
    { kind: 'latency', params: { delay: 100, jitter: 5, dist: 'uniform', corr: 0 } },
  ],
  ['bandwidth', { rate: 8 }, { kind: 'rate', params: { rate: 8_000, burst: 0, per: 'conn' } }],
  ['bandwidth', { rate: 0 }, { kind: 'jam', params: {} }],
  ['slow_close', { delay: 7 }, { kind: 'slow-close', params: { delay: 7 } }],
  ['timeout', { timeout: 0 }, { kind: 'blackhole', params: {} }],
  ['timeout', { timeout: 9 }, { kind: 'blackhole', params: { after: 9 } }],
  ['reset_peer', { timeout: 0 }, { kind: 'reset', params: { once: false } }],
  ['reset_peer', { timeout: 9 }, { kind: 'reset', params: { after: 9, once: false } }],
  [
    'slicer',
    { average_size: 10, size_variation: 2, delay: 1_500 },
    { kind: 'slice', params: { size: 10, vary: 2, gap: 1.5 } },
  ],
  // biome-ignore lint/suspicious/noThenProperty: the parameter's name; nobody awaits it
  ['limit_data', { bytes: 3 }, { kind: 'limit', params: { bytes: 3, then: 'fin' } }],
  [
    'packet_loss',
    { loss_rate: 0.1 },
    { kind: 'stutter', params: { prob: 0.1, rto: 200, max: 60_000 } },
  ],
])('%s %o', (type, given, fault) => {
  const toxic = readToxic({ type, stream: 'upstream', toxicity: 0.5, attributes: given });
  expect(toxicToFault(toxic)).toEqual({ ...fault, scope: { direction: 'up', share: 0.5 } });
});

test("toxiproxy's defaults: downstream, toxicity 1, a name of type and stream, attributes of 0", () => {
  expect(readToxic({ type: 'latency', nobody: 'knows this', attributes: { nor: 'this' } })).toEqual(
    {
      name: 'latency_downstream',
      type: 'latency',
      stream: 'downstream',
      toxicity: 1,
      attributes: { latency: 0, jitter: 0 },
    },
  );
  expect(toxicToFault(readToxic({ type: 'latency' })).scope).toEqual({ direction: 'down' });
});

test('a change keeps what it does not name, and neither name, type nor stream can be changed', () => {
  const toxic = readToxic({ type: 'latency', attributes: { latency: 100, jitter: 5 } });
  const body = { name: 'x', type: 'timeout', stream: 'upstream', attributes: { latency: 7 } };
  expect(changeToxic(toxic, body)).toEqual({ ...toxic, attributes: { latency: 7, jitter: 5 } });
  expect(changeToxic(toxic, { toxicity: 0.25 })).toEqual({ ...toxic, toxicity: 0.25 });
});

const refused = (body: unknown) => {
  try {
    return readToxic(body);
  } catch (error) {
    expect(error).toBeInstanceOf(ToxiproxyError);
    const { status, message } = error as ToxiproxyError;
    return `${status} ${message}`;
  }
};

test('what cannot be is refused in words', () => {
  expect(refused({ type: 'latency', stream: 'sideways' })).toBe(
    '400 stream was invalid, can be either upstream or downstream',
  );
  expect(refused({ type: 'nope' })).toBe(
    '400 invalid toxic type: "nope" is none of latency, bandwidth, slow_close, timeout, reset_peer, slicer, limit_data, packet_loss',
  );
  expect(refused({ type: 'constructor' })).toMatch(/^400 invalid toxic type/);
  const of = (type: string, given: object) => refused({ type, attributes: given });
  expect(of('latency', { latency: '100' })).toMatch(/^400 bad request body: attributes.latency/);
  expect(of('latency', { latency: 1.5 })).toMatch(/^400 bad request body: attributes.latency/);
  expect(of('latency', { latency: -1 })).toMatch(/^400 bad request body: attributes.latency/);
  expect(of('slicer', {})).toMatch(/^400 bad request body: attributes.average_size/);
  expect(of('slicer', { average_size: 5, size_variation: 5 })).toBe(
    '400 bad request body: attributes.size_variation: must be smaller than average_size',
  );
  expect(of('packet_loss', { loss_rate: 0.1, correlation: 0.5 })).toMatch(/attributes.correlation/);
  expect(refused({ type: 'latency', toxicity: 2 })).toMatch(/^400 bad request body: toxicity/);
  expect(refused({ type: 'latency', name: 'a/b' })).toMatch(/^400 bad request body: name/);
  expect(refused({ type: 'latency', name: '\x1b[31m' })).toMatch(/^400 bad request body: name/);
  expect(refused('latency')).toMatch(/^400 bad request body/);
});

test('a fault is shown as a toxic only when the toxic says all of it', () => {
  const fault = asSet(readToxic({ type: 'latency', attributes: { latency: 100 } }));
  const direction = 'down';
  expect(faultToToxic(fault)?.name).toBe('latency_downstream');
  const others: readonly Partial<ShownFault>[] = [
    { scope: {} },
    { scope: { direction, port: 2379 } },
    { scope: { direction, conns: 'new' } },
    { scope: { direction, afterBytes: 10 } },
    { until: '2026-11-20T10:00:00.000Z' },
    { startsAt: '2026-11-20T10:00:00.000Z' },
    { params: { ...fault.params, dist: 'pareto' } },
    { kind: 'rate', params: { rate: 125_000, per: 'edge' } },
    { kind: 'drop', params: {} },
    { kind: 'refuse', params: { existing: 'rst' } },
  ];
  for (const other of others) expect(faultToToxic({ ...fault, ...other })).toBeUndefined();
});
