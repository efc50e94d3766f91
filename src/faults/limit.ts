import { type FaultKind, MOMENT, momentOf, STREAM_SCOPES, type StreamEffect } from './fault.ts';

const actions: Readonly<Record<string, StreamEffect>> = {
  rst: { ends: 'rst' },
  fin: { ends: 'close' },
  jam: { held: true },
  blackhole: { discards: true },
};

export const limit: FaultKind = {
  summary: 'let so many bytes, or so much time, pass on each connection; then end or stall it',
  doc:
    'The cable that is pulled after 1 MB. To the byte, counted for each direction of each ' +
    'connection; rst and fin then end the whole connection, jam and blackhole stop that ' +
    'direction.',
  example: 'bytes=1MB then=rst',
  tier: 'stream',
  stage: 'limit',
  params: {
    ...MOMENT,
    // biome-ignore lint/suspicious/noThenProperty: the word that users type; nobody awaits it
    then: {
      type: 'choice',
      choices: Object.keys(actions),
      default: 'rst',
      doc: 'what happens then',
    },
  },
  scopes: STREAM_SCOPES,
  lossy: true,
  check: ({ after, bytes }) =>
    after === undefined && bytes === undefined ? 'bytes=SIZE or after=DURATION' : undefined,
  stream: (params) => ({ ...actions[String(params.then)]!, ...momentOf(params) }),
};
