// What a stream carries under latency and under a rate, as a share of what it may carry. The proxy
// acknowledges what it reads at once, so two windows bound a stream under latency: that of a sender
// which waits for the answers of the other end (the window a round trip, as on a long wire), and
// for one that does not wait the bytes that the proxy holds (its queue a delay). A proxy that
// delays chunk after chunk, and not each from its own arrival, carries a hundredth of either.
import { withPlace } from './place.mjs';
import { atLeast, ratios, row, within } from './rows.mjs';
import { interleave } from './run.mjs';

const DELAY_MS = 75;
/** Of peers/server.mjs. */
const WINDOW_BYTES = 8 * 2 ** 20;
/** QUEUE_LIMIT_BYTES of src/proxy/pipe.ts. */
const QUEUE_BYTES = 64 * 2 ** 20;
const SLOW_MB_PER_S = 1.25;
const FAST_MB_PER_S = 125;

const fault = (kind, params) => ({ id: kind, kind, from: 'fault', seed: 1, params });
const LATENCY = fault('latency', { delay: DELAY_MS, jitter: 0, dist: 'uniform', corr: 0 });
const rate = (mbPerS) => fault('rate', { rate: mbPerS * 1e6, per: 'edge' });

const mbPerS = (bytes, ms) => bytes / ms / 1000;

export const faults = ({ rounds }) =>
  withPlace({ rounds }, async ({ ask, withFaults }) => {
    const under = (fault, mode) => () => withFaults([fault], () => ask('labctl', mode, 1));
    const { none, latency, windowed, slow, fast } = await interleave(rounds, {
      none: () => ask('labctl', 'stream', 1),
      latency: under(LATENCY, 'stream'),
      windowed: under(LATENCY, 'window'),
      slow: under(rate(SLOW_MB_PER_S), 'stream'),
      fast: under(rate(FAST_MB_PER_S), 'stream'),
    });
    const share = (samples, allowed) => samples.map((value) => value / allowed);
    const held = none.map((value) => Math.min(value, mbPerS(QUEUE_BYTES, DELAY_MS)));
    const carried = share(windowed, mbPerS(WINDOW_BYTES, 2 * DELAY_MS));
    return [
      row('one stream, no fault', 'MB/s', none),
      row(`one stream, ${DELAY_MS} ms, no window`, 'MB/s', latency),
      row('of what the queue allows', 'ratio', ratios(latency, held), atLeast(0.8)),
      row(`one stream, ${DELAY_MS} ms, 8 MiB window`, 'MB/s', windowed),
      row('of what the window allows', 'ratio', carried, atLeast(0.8)),
      row('rate=10mbit, carried / asked', 'ratio', share(slow, SLOW_MB_PER_S), within(0.9, 1.1)),
      row('rate=1gbit, carried / asked', 'ratio', share(fast, FAST_MB_PER_S), within(0.9, 1.1)),
    ];
  });
