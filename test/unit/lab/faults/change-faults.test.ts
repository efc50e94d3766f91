// A change of several edges of which one fails: the others are as they were.
import { expect, test } from 'vitest';
import type { Control } from '../../../../src/control/client.ts';
import type { EdgeState } from '../../../../src/control/protocol.ts';
import type { Fault } from '../../../../src/faults/fault.ts';
import { setEverywhere } from '../../../../src/lab/faults/change-faults.ts';

const slow: Fault = { id: 'f1', kind: 'latency', from: 'fault', params: { delay: 1 } };
const held: Fault = { id: 'p1', kind: 'jam', from: 'partition', params: {} };

/** A proxy's list and revision; with `fails` it refuses lists with a cut. */
function proxy(first: readonly Fault[], fails = false) {
  let state = { revision: 0, faults: first };
  const update: Control['update'] = async (change) => {
    const faults = change(state.faults);
    if (fails && faults?.some(({ kind }) => kind === 'drop')) throw new Error('no room');
    if (faults) state = { revision: state.revision + 1, faults };
    return state as EdgeState;
  };
  return { control: { update } as Control, now: () => state };
}

test('what was set is taken back; what was not keeps its revision', async () => {
  const [good, bad, own] = [proxy([slow]), proxy([slow], true), proxy([held])];
  const open = new Map([good, bad, own].map(({ control }, i) => [`${i}`, control]));
  const wanted = new Map([...open.keys()].map((edge) => [edge, [{ ...held, kind: 'drop' }]]));
  await expect(setEverywhere({ open }, 'p1', wanted)).rejects.toThrow('no room');
  expect(good.now()).toEqual({ revision: 2, faults: [slow] });
  expect(bad.now()).toEqual({ revision: 0, faults: [slow] });
  expect(own.now()).toEqual({ revision: 2, faults: [held] });
});
