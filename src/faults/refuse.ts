import type { FaultKind } from './fault.ts';

export const refuse: FaultKind = {
  summary: 'refuse new connections (ECONNREFUSED) and reset the ones that are there',
  doc:
    "The edge's ports are closed. existing says what becomes of connections that are there: " +
    'rst resets them, fin closes them in order, keep leaves them alone, so that only new ones ' +
    'fail.',
  example: 'existing=keep',
  tier: 'stream',
  stage: 'gate',
  params: {
    existing: {
      type: 'choice',
      choices: ['rst', 'fin', 'keep'],
      default: 'rst',
      doc: 'what becomes of connections that are there',
    },
  },
  scopes: ['port'],
  cuts: true,
  closesListener: true,
  stream({ existing }, context) {
    if (!context.existing || existing === 'keep') return {};
    return { ends: existing === 'fin' ? 'close' : 'rst' };
  },
};
