import type { FaultKind } from './fault.ts';
import { netemChance, netemPercent } from './netem.ts';

const base = netemChance('reorder', {
  summary: 'let packets overtake others',
  doc:
    'All packets that leave through the link are delayed, but for those that are hit, or every ' +
    'one after a gap of so many: these leave at once.',
});

export const reorder: FaultKind = {
  ...base,
  example: 'p=25% delay=10ms',
  params: {
    delay: { type: 'duration', doc: 'how long the others wait' },
    ...base.params,
    gap: { type: 'count', optional: true, doc: 'packets between two that may be hit' },
  },
  packets: (params) => ({
    ...base.packets!(params),
    netem: [
      `delay ${params.delay}ms`,
      `reorder ${netemPercent(params.p)} ${netemPercent(params.corr)}`,
      ...(params.gap === undefined ? [] : [`gap ${params.gap}`]),
    ].join(' '),
  }),
};
