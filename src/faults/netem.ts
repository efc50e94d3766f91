// What the faults of the kernel's network emulator have in common: not a fault by itself.
import { type FaultKind, type Param, SIDE, sideOf } from './fault.ts';

export const netemPercent = (share: unknown): string =>
  `${Number((Number(share) * 100).toPrecision(12))}%`;

const CHANCE = {
  p: { type: 'share', doc: 'how likely a packet is hit' },
  corr: { type: 'share', default: 0, doc: 'how much a packet is like the one before it' },
} as const satisfies Readonly<Record<string, Param>>;

/** A kind that is one word of `tc qdisc ... netem` with a chance and a correlation. */
export const netemChance = (
  word: string,
  { summary, doc }: Pick<FaultKind, 'summary' | 'doc'>,
): FaultKind => ({
  summary,
  doc:
    `${doc} TCP mends it: this is for the kernel's own behaviour and for UDP. Needs a kernel ` +
    'with netem.',
  example: 'p=1%',
  tier: 'netem',
  stage: 'gate',
  params: { ...CHANCE, side: SIDE },
  scopes: ['direction'],
  packets: (params) => ({
    ...sideOf(params),
    netem: [word, netemPercent(params.p), netemPercent(params.corr)].join(' '),
  }),
});
