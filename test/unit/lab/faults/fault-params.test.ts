import { expect, test } from 'vitest';
import { readParams } from '../../../../src/lab/faults/fault-params.ts';

test.each([
  ['latency', 'delay=100', 'delay: 100 has no unit; write 100s or 100ms'],
  ['latency', 'dely=1s', '"dely=1s" is no parameter of latency; did you mean "delay"?'],
  ['rate', 'rate=10', 'rate: 10 has no unit; write it like 1mbit or 125KB/s'],
])('%s %s: the hint is about this kind', (kind, word, message) => {
  const hint = expect.stringMatching(
    new RegExp(`^parameters of ${kind}: .*; labctl fault kinds ${kind}$`),
  );
  expect(() => readParams(kind, [word])).toThrow(expect.objectContaining({ message, hint }));
});
