import { type FaultKind, STREAM_SCOPES } from './fault.ts';

export const slice: FaultKind = {
  summary: 'split what is sent into small writes, with a pause between them',
  doc:
    'Every chunk leaves in writes of about the size given, each its own TCP segment (no delay ' +
    'by Nagle), the next one after the gap. Finds readers that take one read for one message.',
  example: 'size=100B vary=50B gap=1ms',
  tier: 'stream',
  stage: 'slice',
  params: {
    size: { type: 'size', doc: 'bytes of a write' },
    vary: { type: 'size', default: 0, doc: 'plus or minus so many, drawn per write' },
    gap: { type: 'duration', default: 0, doc: 'pause between writes' },
  },
  scopes: STREAM_SCOPES,
  check({ size, vary }) {
    if (size === 0) return 'size must be 1B or more';
    return Number(vary) < Number(size) ? undefined : 'vary must be less than size';
  },
  stream(params, { random }) {
    const [size, vary] = [Number(params.size), Number(params.vary ?? 0)];
    const gapMs = Number(params.gap ?? 0);
    let lastMs = Number.NEGATIVE_INFINITY;
    return {
      pieces(data) {
        const pieces: Buffer[] = [];
        for (let at = 0; at < data.length; at += pieces.at(-1)!.length) {
          const length = Math.round(size + (random() * 2 - 1) * vary);
          pieces.push(data.subarray(at, at + Math.max(1, length)));
        }
        return pieces;
      },
      leave(nowMs) {
        lastMs = Math.max(nowMs, lastMs + gapMs);
        return lastMs;
      },
    };
  },
};
