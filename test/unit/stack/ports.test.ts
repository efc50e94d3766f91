import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assignPorts, portCandidates } from '../../../src/stack/ports.ts';

const lab = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
const key = fc.stringMatching(/^[a-z]{1,6}-[1-9]:(client|peer)$/);
const keys = fc.uniqueArray(key, { minLength: 1, maxLength: 30 });

describe('host ports', () => {
  test('the candidates are every port once, and the same ones again', () => {
    fc.assert(
      fc.property(lab, key, (...names) => {
        const ports = [...portCandidates(...names)];
        expect(new Set(ports).size).toBe(10_000);
        expect(Math.min(...ports)).toBe(20_000);
        expect(Math.max(...ports)).toBe(29_999);
        expect([...portCandidates(...names)]).toEqual(ports);
      }),
      { numRuns: 20 },
    );
  });

  test('each key has a free port of its own, whatever is in use', async () => {
    await fc.assert(
      fc.asyncProperty(lab, keys, fc.func(fc.boolean()), async (name, names, isFree) => {
        const ports = await assignPorts(
          names.map((one) => ({ key: one })),
          name,
          isFree,
        ).catch(() => undefined);
        if (!ports) return;
        expect([...ports.keys()]).toEqual(names);
        expect(new Set(ports.values()).size).toBe(names.length);
        for (const port of ports.values()) expect(isFree(port)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test('two labs rarely want the same ports', () => {
    const first = (name: string) =>
      [1, 2, 3].map((n) => portCandidates(name, `etcd-${n}:client`).next().value!);
    const labs = Array.from({ length: 50 }, (_, i) => first(`lab-${i}`));
    expect(new Set(labs.flat()).size).toBeGreaterThan(145);
  });

  test('a fixed port comes first, and one in use is an error', async () => {
    const [wish] = portCandidates('lab', 'a:client');
    const wants = [{ key: 'a:client' }, { key: 'b:client', fixed: wish as number }];
    const ports = await assignPorts(wants, 'lab', () => true);
    expect(ports.get('b:client')).toBe(wish);
    expect(ports.get('a:client')).not.toBe(wish);
    await expect(assignPorts(wants, 'lab', (port) => port !== wish)).rejects.toMatchObject({
      code: 'port-taken',
      message: `host port ${wish}, which b:client wants, is in use`,
    });
    await expect(assignPorts([{ key: 'a:client' }], 'lab', () => false)).rejects.toMatchObject({
      message: 'no host port from 20000 to 29999 is free',
    });
  });
});
