import type { FaultKind } from './fault.ts';

export const reset: FaultKind = {
  summary: 'reset every connection, old and new (ECONNRESET)',
  tier: 'stream',
  params: {},
  cuts: true,
  existing: 'rst',
  arriving: 'rst',
};
