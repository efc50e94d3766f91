import { type FaultKind, STREAM_SCOPES } from './fault.ts';

// What toxiproxy's maintainers advise in place of deleting bytes: #87, #100, #578.
export const stutter: FaultKind = {
  summary: 'delay as packet loss would: some chunks wait for retransmissions, and all behind them',
  doc:
    'Each hit adds a retransmission timeout, doubled for each further hit of the same chunk, ' +
    'and what is behind waits too, as TCP does after loss. No byte is lost. For real loss of ' +
    'packets there are drop-prob and, where the kernel has it, loss.',
  example: 'prob=5%',
  tier: 'stream',
  stage: 'latency',
  params: {
    prob: { type: 'share', doc: 'how likely a chunk is hit, and hit again' },
    rto: { type: 'duration', default: 200, doc: 'the wait of the first hit' },
    max: { type: 'duration', default: 60_000, doc: 'the most that one chunk waits' },
  },
  scopes: STREAM_SCOPES,
  stream({ prob, rto, max }, { random }) {
    const [chance, limitMs] = [Number(prob), Number(max)];
    return {
      due(dueMs) {
        let waitMs = 0;
        for (let step = Number(rto); waitMs < limitMs && random() < chance; step *= 2)
          waitMs += step;
        return dueMs + Math.min(waitMs, limitMs);
      },
    };
  },
  check: ({ rto }) => (rto === 0 ? 'rto must be more than 0s' : undefined),
};
