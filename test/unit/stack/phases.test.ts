import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Node } from '../../../src/stack/model.ts';
import { startPhases } from '../../../src/stack/phases.ts';

const ROLES: readonly string[] = ['a', 'b', 'c'];
const node = (name: string, role: string, group = 'g'): Node => ({
  name,
  group,
  system: 's',
  role,
  ports: {},
  publish: [],
  hostPorts: {},
});
const names = (nodes: readonly Node[]) => nodes.map(({ name }) => name);

test('a role that comes after another waits for all nodes of it in its group', () => {
  const nodes = [node('b1', 'b'), node('a1', 'a'), node('a2', 'a'), node('c1', 'c')];
  const phases = startPhases({ nodes }, { s: { after: { b: ['a'] } } });
  expect(phases.map((phase) => names(phase.nodes))).toEqual([['a1', 'a2', 'c1'], ['b1']]);
  expect(phases.map((phase) => names(phase.awaited))).toEqual([['a1', 'a2'], []]);
  const other = startPhases({ nodes: [node('b1', 'b'), node('a1', 'a', 'h')] }, { s: {} });
  expect(other.map((phase) => names(phase.nodes))).toEqual([['b1', 'a1']]);
});

test('every node starts once, and never before one it comes after, but for circles', () => {
  const role = fc.constantFrom(...ROLES);
  const after = fc.dictionary(role, fc.array(role, { maxLength: 2 }));
  fc.assert(
    fc.property(fc.array(role, { maxLength: 8 }), after, (roles, rules) => {
      const nodes = roles.map((one, i) => node(`n${i}`, one));
      const phases = startPhases({ nodes }, { s: { after: rules } });
      const order = phases.flatMap((phase) => phase.nodes);
      expect(names(order).sort()).toEqual(names(nodes).sort());
      const acyclic = ROLES.every((one) => (rules[one] ?? []).every((other) => other < one));
      const phaseOf = (one: Node) => phases.findIndex((phase) => phase.nodes.includes(one));
      for (const one of nodes)
        for (const other of nodes)
          if (acyclic && rules[one.role]?.includes(other.role))
            expect(phaseOf(other)).toBeLessThan(phaseOf(one));
    }),
  );
});
