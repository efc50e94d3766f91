import type { FaultKind } from './fault.ts';

export const refuse: FaultKind = {
  summary: 'refuse new connections (ECONNREFUSED) and reset the ones that are there',
  tier: 'stream',
  params: {},
  cuts: true,
  closesListener: true,
  existing: 'rst',
};
