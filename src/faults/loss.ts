import { type FaultKind, type FaultParams, SIDE, sideOf } from './fault.ts';
import { netemPercent } from './netem.ts';

// tc-netem(8): random PERCENT [CORR] | gemodel p [r [1-h [1-k]]] | state p13 [p31 [p32 [...]]].
const words: Readonly<Record<string, readonly string[]>> = {
  random: ['p', 'corr'],
  gemodel: ['p', 'r', '1-h', '1-k'],
  state: ['p', 'p31', 'p32', 'p23', 'p14'],
};

/** Positional, so none before one that is given may be left out. */
function modelWords(params: FaultParams): string[] {
  const names = words[String(params.model)]!;
  const last = names.findLastIndex((name) => params[name] !== undefined);
  return names.slice(0, last + 1).map((name) => netemPercent(params[name] ?? 0));
}

export const loss: FaultKind = {
  summary: 'lose packets as netem does: by chance, in bursts (gemodel), or by four states',
  doc:
    'Real packets of what leaves through the link: random with p and corr; the Gilbert-Elliott ' +
    'model with p, r, 1-h and 1-k; or the four-state Markov model with p (p13), p31, p32, p23 ' +
    'and p14, as in tc-netem(8). Needs a kernel with netem; drop-prob loses packets without ' +
    'it, stutter does to a stream what loss does to TCP.',
  example: 'p=2% corr=25%',
  tier: 'netem',
  stage: 'gate',
  params: {
    p: { type: 'share', doc: 'random: of packets; gemodel: into the bad state; state: p13' },
    model: {
      type: 'choice',
      choices: Object.keys(words),
      default: 'random',
      doc: 'how losses follow each other',
    },
    corr: { type: 'share', optional: true, doc: 'random: how much one is like the one before' },
    r: { type: 'share', optional: true, doc: 'gemodel: out of the bad state' },
    '1-h': { type: 'share', optional: true, doc: 'gemodel: loss in the bad state' },
    '1-k': { type: 'share', optional: true, doc: 'gemodel: loss in the good state' },
    p31: { type: 'share', optional: true, doc: 'state' },
    p32: { type: 'share', optional: true, doc: 'state' },
    p23: { type: 'share', optional: true, doc: 'state' },
    p14: { type: 'share', optional: true, doc: 'state' },
    side: SIDE,
  },
  scopes: ['direction'],
  without: 'stutter',
  check(params) {
    const names = words[String(params.model)]!;
    const others = Object.values(words).flat();
    const wrong = others.find((name) => params[name] !== undefined && !names.includes(name));
    return wrong && `${wrong} is no parameter of the model ${params.model}`;
  },
  packets: (params) => ({
    ...sideOf(params),
    netem: ['loss', params.model, ...modelWords(params)].join(' '),
  }),
};
