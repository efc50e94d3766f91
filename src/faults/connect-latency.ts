import { drawDelay } from './draw.ts';
import { CONNECTION_SCOPES, type FaultKind } from './fault.ts';

export const connectLatency: FaultKind = {
  summary: 'a new connection waits before the node is dialled',
  doc:
    'The connect succeeds at once and what the dialler sends waits; only the delay later is ' +
    'the node dialled. Bytes of a connection that is made are not delayed.',
  example: 'delay=500ms jitter=100ms',
  tier: 'stream',
  stage: 'gate',
  params: {
    delay: { type: 'duration', doc: 'how long each connection waits' },
    jitter: { type: 'duration', default: 0, doc: 'plus or minus, drawn per connection' },
  },
  scopes: CONNECTION_SCOPES,
  dialDelayMs: (params, random) => drawDelay(params, random)(),
};
