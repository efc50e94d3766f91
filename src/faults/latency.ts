import { DISTRIBUTIONS, drawDelay } from './draw.ts';
import { type FaultKind, STREAM_SCOPES } from './fault.ts';

// Pipelined, not serial: each chunk leaves at its arrival plus its own draw, so a delay costs no
// throughput beyond what the sender's window costs. Order is kept by the pipe.
export const latency: FaultKind = {
  summary: 'delay every chunk, each way; a round trip grows by twice the delay',
  doc:
    'A chunk leaves at its arrival plus its own draw, and never before the one ahead of it. ' +
    'Pipelined: a delay does not limit throughput until 64 MiB wait, then the sender is made ' +
    'to wait. When it is removed what waits leaves at once.',
  example: 'delay=100ms jitter=20ms dist=normal',
  tier: 'stream',
  stage: 'latency',
  params: {
    delay: { type: 'duration', doc: 'how long each chunk waits' },
    jitter: { type: 'duration', default: 0, doc: 'the spread of the delay, drawn per chunk' },
    dist: {
      type: 'choice',
      choices: DISTRIBUTIONS,
      default: 'uniform',
      doc: 'how it is drawn: uniform within jitter of delay, the others with jitter as deviation',
    },
    corr: { type: 'share', default: 0, doc: 'how much a draw is like the one before it' },
  },
  scopes: STREAM_SCOPES,
  stream(params, { random }) {
    const draw = drawDelay(params, random);
    return { due: (dueMs) => dueMs + draw() };
  },
};
