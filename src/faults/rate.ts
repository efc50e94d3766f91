import { type FaultKind, STREAM_SCOPES } from './fault.ts';

/** A bucket of at least this much; a chunk of a socket fits in. */
const BURST_MIN_BYTES = 65_536;
/** Pieces as long as this, so that a slow link trickles and does not hiccup. */
const PIECE_MS = 10;
const PIECE_MIN_BYTES = 1_460;

interface Bucket {
  /** When all that left so far has been paid for, at this rate. */
  paidMs: number;
}

export const rate: FaultKind = {
  summary: 'limit the bytes per second of each direction, for the whole edge or per connection',
  doc:
    'A token bucket for each direction: a burst passes at full speed, then the rate holds. ' +
    'Connections of the edge share it, piece by piece in turn, unless per=conn. The sender is ' +
    'made to wait; nothing is lost.',
  example: 'rate=1mbit',
  tier: 'stream',
  stage: 'rate',
  params: {
    rate: { type: 'rate', doc: 'bits as 1mbit, bytes as 125KB/s' },
    burst: { type: 'size', optional: true, doc: 'default: 64KiB, or 10 ms of the rate if more' },
    per: { type: 'choice', choices: ['edge', 'conn'], default: 'edge', doc: 'who shares it' },
  },
  scopes: STREAM_SCOPES,
  check: ({ rate }) => (rate === 0 ? 'rate must be more than 0; jam lets nothing pass' : undefined),
  stream(params, { shared }) {
    const bytesPerMs = Number(params.rate) / 1_000;
    const burstBytes = Number(params.burst ?? Math.max(BURST_MIN_BYTES, bytesPerMs * PIECE_MS));
    const pieceBytes = Math.max(PIECE_MIN_BYTES, Math.floor(bytesPerMs * PIECE_MS));
    const make = (): Bucket => ({ paidMs: 0 });
    const bucket = params.per === 'conn' ? make() : shared(make);
    return {
      pieces: (data) => cut(data, pieceBytes),
      leave(nowMs, bytes) {
        const burstMs = burstBytes / bytesPerMs;
        bucket.paidMs = Math.max(bucket.paidMs, nowMs - burstMs) + bytes / bytesPerMs;
        return Math.max(nowMs, bucket.paidMs);
      },
    };
  },
};

function cut(data: Buffer, pieceBytes: number): Buffer[] {
  const count = Math.ceil(data.length / pieceBytes);
  return Array.from({ length: count }, (_, i) =>
    data.subarray(i * pieceBytes, (i + 1) * pieceBytes),
  );
}
