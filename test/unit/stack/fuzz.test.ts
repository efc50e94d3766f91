// Whatever is in a file or a --set: it is a stack, or an error of the table with a place in it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LabError } from '../../../src/errors.ts';
import { load } from './fake.ts';

const good = `name: lab
systems:
  etcd: {version: 3.10, nodes: 3, flags: {a: 1}}
  kv:
    system: redis
    environment: &env {A: "b"}
nodes:
  app:
    image: redis:7
    environment: *env
    ports: [6379]
    connects: [etcd, kv-1:2379]
    healthcheck:
      test: [CMD, "true"]
      interval: 1s
`;
const pieces = fc.constantFrom(
  ...[
    '\n',
    '  ',
    '\t',
    ': ',
    ':',
    '- ',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '|',
    '>',
    '#',
    '&a',
    '*a',
    '*env',
  ],
  ...[
    '? ',
    '!x',
    '---\n',
    '...',
    '%',
    '@',
    '`',
    '<<',
    ', ',
    '\0',
    '\r',
    '\uFEFF',
    '\u001B',
    '~',
    '-1',
  ],
  ...[
    'nodes',
    'systems',
    'etcd',
    'system',
    '__proto__',
    'constructor',
    '.inf',
    '.nan',
    '1e999',
    'null',
  ],
);
const edit = fc.record({
  at: fc.nat(good.length),
  cut: fc.nat(12),
  put: fc.array(pieces, { maxLength: 3 }),
});
const damaged = fc
  .array(edit, { minLength: 1, maxLength: 4 })
  .map((edits) =>
    edits.reduce(
      (text, { at, cut, put }) => text.slice(0, at) + put.join('') + text.slice(at + cut),
      good,
    ),
  );

function expectStackOrError(text: string, ...overrides: string[]): void {
  try {
    expect(load(text, ...overrides)).toHaveProperty('name');
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    expect(error.code).toBe('lab-invalid');
    expect(error.message).toMatch(/^(lab\.yaml(:\d+:\d+)?|--set .*): ./);
    expect(error.message).not.toMatch(/undefined|\[object|\p{Cc}/u);
    if (error.details.length) expect(error.details[1]).toMatch(/^ {5}\| +\^+$/);
  }
}

test('the file as it is', () => {
  expect(Object.keys(load(good).nodes)).toEqual(['app']);
});

test('a damaged file', () => {
  fc.assert(
    fc.property(damaged, (text) => expectStackOrError(text)),
    { numRuns: 1_500 },
  );
});

test('anything at all', () => {
  const text = fc.array(fc.oneof(pieces, fc.string({ maxLength: 5 })), { maxLength: 30 });
  fc.assert(
    fc.property(text, (parts) => expectStackOrError(parts.join(''))),
    { numRuns: 500 },
  );
});

test('any --set', () => {
  const key = fc.array(fc.oneof(pieces, fc.constantFrom('app', 'image', 'flags', 'nodes')), {
    maxLength: 3,
  });
  const words = fc.tuple(key, fc.array(pieces, { maxLength: 4 }));
  fc.assert(
    fc.property(words, ([keys, values]) =>
      expectStackOrError(good, `${keys.join('.')}=${values.join('')}`),
    ),
    { numRuns: 500 },
  );
});
