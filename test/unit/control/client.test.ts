// The control client against a proxy made of two functions: matching, races, garbled lines, silence.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Attach, openControl } from '../../../src/control/client.ts';
import {
  type EdgeState,
  lineSplitter,
  type Reply,
  type Request,
} from '../../../src/control/protocol.ts';
import type { Fault } from '../../../src/faults/fault.ts';

const fault = (id: string): Fault => ({ id, kind: 'jam', from: 'fault', params: {} });

/** A proxy in memory. `before` may answer a request in its stead. */
function fakeProxy(
  before: (request: Request, line: string) => Reply | undefined = () => undefined,
) {
  let revision = 0;
  let faults: readonly Fault[] = [];
  const state = (): EdgeState => ({
    revision,
    faults,
    hit: [],
    connections: { open: 0, total: 0, failed: 0 },
    bytes: { up: 0, down: 0 },
    rates: { up: 0, down: 0 },
    lastActivity: null,
    now: 0,
  });
  const answer = (request: Request): Reply => {
    const { id } = request;
    if (request.op === 'set' && request.base !== revision)
      return { id, ok: false, code: 'conflict', message: 'newer', state: state() };
    if (request.op === 'set') {
      revision += 1;
      faults = request.faults;
    }
    return { id, ok: true, state: state() };
  };
  let end = () => {};
  const attach: Attach = async (onText, onEnd) => {
    end = onEnd;
    const take = lineSplitter((line) => {
      const request = JSON.parse(line) as Request;
      const reply = before(request, line) ?? answer(request);
      queueMicrotask(() => onText(`${JSON.stringify(reply)}\n`));
    });
    return { write: take, close: () => {} };
  };
  return {
    attach,
    state,
    end: () => end(),
    add: (id: string) => {
      revision += 1;
      faults = [...faults, fault(id)];
    },
  };
}

test('a change is made from the present faults', async () => {
  const proxy = fakeProxy();
  const control = await openControl('a:b', proxy.attach);
  await control.update((faults) => [...faults, fault('p1')]);
  const state = await control.update((faults) => [...faults, fault('p2')]);
  expect(state.faults.map(({ id }) => id)).toEqual(['p1', 'p2']);
});

test('a lost race is redone from the newer faults, so neither change is lost', async () => {
  let raced = false;
  const proxy = fakeProxy((request) => {
    if (request.op === 'set' && !raced) {
      raced = true;
      proxy.add('theirs');
    }
    return undefined;
  });
  const control = await openControl('a:b', proxy.attach);
  const state = await control.update((faults) => [...faults, fault('ours')]);
  expect(state.faults.map(({ id }) => id)).toEqual(['theirs', 'ours']);
});

test('a change that is none sends no set', async () => {
  const ops: string[] = [];
  const proxy = fakeProxy((request) => void ops.push(request.op));
  const control = await openControl('a:b', proxy.attach);
  await control.update(() => undefined);
  expect(ops).toEqual(['get']);
});

test('a line that two askers garbled is asked again', async () => {
  let garbled = false;
  const proxy = fakeProxy(() => {
    if (garbled) return undefined;
    garbled = true;
    return { id: '', ok: false, code: 'bad-line', message: 'Unexpected token' };
  });
  const control = await openControl('a:b', proxy.attach);
  expect((await control.get()).revision).toBe(0);
});

test('a proxy that goes away while asked is unreachable, and stays so', async () => {
  const proxy = fakeProxy(() => {
    queueMicrotask(() => proxy.end());
    return { id: 'nobody', ok: false, code: 'failed', message: '' };
  });
  const control = await openControl('a:b', proxy.attach);
  const gone = {
    code: 'proxy-unreachable',
    message: 'proxy a:b does not answer: the proxy went away',
  };
  await expect(control.get()).rejects.toMatchObject(gone);
  await expect(control.get()).rejects.toMatchObject(gone);
});

test('what a proxy cannot do is told in its own words', async () => {
  const proxy = fakeProxy(({ id }) => ({
    id,
    ok: false,
    code: 'failed',
    message: 'no such fault',
  }));
  const control = await openControl('a:b', proxy.attach);
  await expect(control.get()).rejects.toMatchObject({
    code: 'proxy-failed',
    message: 'a:b: no such fault',
  });
});

test('lines come out whole however the stream is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z]{1,9}$/)),
      fc.infiniteStream(fc.integer({ min: 1, max: 7 })),
      (lines, sizes) => {
        const seen: string[] = [];
        const take = lineSplitter((line) => seen.push(line));
        const text = lines.map((line) => `${line}\n`).join('');
        for (let at = 0; at < text.length; ) {
          const size = sizes.next().value;
          take(text.slice(at, at + size));
          at += size;
        }
        expect(seen).toEqual(lines);
      },
    ),
  );
});
