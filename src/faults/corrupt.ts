import { type FaultKind, STREAM_SCOPES } from './fault.ts';

const writes: Readonly<Record<string, (byte: number, random: () => number) => number>> = {
  flip: (byte, random) => byte ^ (1 << Math.floor(random() * 8)),
  zero: () => 0,
  random: (_byte, random) => Math.floor(random() * 256),
};

// Below TCP corruption is repaired by its checksum and acts as loss; this is what gets past that,
// and what a broken disk, NIC or middlebox does.
export const corrupt: FaultKind = {
  summary: 'change bytes of the stream itself; who checks its data will notice',
  doc:
    'Hits chunks (or single bytes) by chance and changes bytes in them, as many as said, at ' +
    'a place drawn or given. The length stays. Peers that speak TLS see a bad record. Changed ' +
    'bytes are not put right when it is removed.',
  example: 'prob=1% bytes=1 mode=flip',
  tier: 'stream',
  stage: 'corrupt',
  params: {
    prob: { type: 'share', doc: 'how likely a chunk, or a byte, is hit' },
    per: { type: 'choice', choices: ['chunk', 'byte'], default: 'chunk', doc: 'what prob is of' },
    bytes: { type: 'count', default: 1, doc: 'how many bytes of a chunk that is hit' },
    mode: {
      type: 'choice',
      choices: Object.keys(writes),
      default: 'flip',
      doc: 'flip one bit of the byte, zero it, or put a random byte',
    },
    offset: { type: 'size', optional: true, doc: 'where in the chunk; default: drawn' },
  },
  scopes: STREAM_SCOPES,
  stream({ prob, per, bytes, mode, offset }, { random }) {
    const chance = Number(prob);
    const write = writes[String(mode)]!;
    const hitAt = (data: Buffer, places: readonly number[]) => {
      if (!places.length) return data;
      const copy = Buffer.from(data);
      for (const at of places) copy[at] = write(copy[at]!, random);
      return copy;
    };
    const places = (length: number): number[] => {
      if (per === 'byte')
        return Array.from({ length }, (_, at) => at).filter(() => random() < chance);
      if (random() >= chance) return [];
      const first = Number(offset ?? Math.floor(random() * length));
      return Array.from({ length: Number(bytes) }, (_, i) => first + i).filter((at) => at < length);
    };
    return { change: (data) => hitAt(data, places(data.length)) };
  },
};
