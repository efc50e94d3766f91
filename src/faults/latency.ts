import type { FaultKind } from './fault.ts';

// Pipelined, not serial: each chunk leaves at its arrival plus its own draw, so a delay costs no
// throughput beyond what the sender's window costs. Order is kept by the pipe.
export const latency: FaultKind = {
  summary: 'delay every chunk, each way; a round trip grows by twice the delay',
  tier: 'stream',
  params: {
    delay: { type: 'duration', doc: 'how long each chunk waits' },
    jitter: {
      type: 'duration',
      default: 0,
      doc: 'plus or minus this much, drawn per chunk, uniform',
    },
  },
  stream: (params, random) => {
    const delayMs = Number(params.delay);
    const jitterMs = Number(params.jitter ?? 0);
    return { due: (dueMs) => dueMs + Math.max(0, delayMs + (random() * 2 - 1) * jitterMs) };
  },
};
