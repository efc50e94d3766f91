import { expect, test } from 'vitest';
import { renderRules } from '../../../src/proxy/packets.ts';

const NONE = { input: [], output: [] };
const CUT = { input: ['drop'], output: ['drop'] };

const DROP = `table inet labctl {
  chain input {
    type filter hook input priority 0
    iifname "lo" accept
    tcp dport 61000-65535 accept
    drop
  }
  chain output {
    type filter hook output priority 0
    oifname "lo" accept
    tcp sport 61000-65535 accept
    icmp type destination-unreachable accept
    drop
  }
}
`;

test('one table of our own; loopback and probes pass, all else meets the verdicts', () => {
  expect(renderRules(CUT, NONE)).toBe(DROP);
});

test('without verdicts the table sleeps, and the same verdicts wake it', () => {
  expect(renderRules(NONE, CUT)).toBe('table inet labctl { flags dormant; }\n');
  expect(renderRules(CUT, CUT)).toBe('table inet labctl\n');
});

test('other rules, or nobody knows which, are replaced', () => {
  expect(renderRules(CUT, { input: ['reject'], output: [] })).toBe(
    `delete table inet labctl\n${DROP}`,
  );
  expect(renderRules(CUT)).toBe(`add table inet labctl\ndelete table inet labctl\n${DROP}`);
});
