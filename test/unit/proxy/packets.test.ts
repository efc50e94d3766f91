import { expect, test } from 'vitest';
import { renderRules } from '../../../src/proxy/packets.ts';

test('one table of our own; loopback and probes pass, all else meets the verdicts', () => {
  expect(renderRules(['drop'])).toBe(`add table inet labctl
delete table inet labctl
table inet labctl {
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
`);
});

test('without verdicts the table goes, and nothing else is touched', () => {
  expect(renderRules([])).toBe('add table inet labctl\ndelete table inet labctl\n');
});
