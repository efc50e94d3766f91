// One proxy without a fault: what it adds to a round trip, and what one stream and several carry.
import { withPlace } from './place.mjs';
import { atLeast, atMost, ratios, row } from './rows.mjs';

const TRIPS = 5000;
const STREAMS = 8;

export const stream = ({ rounds }) =>
  withPlace({ rounds }, async ({ compare }) => [
    ...roundTripRows(await compare('trip', TRIPS)),
    ...streamRows('one stream down', await compare('stream', 1)),
    ...streamRows('one stream up', await compare('push', 1)),
    ...streamRows(`${STREAMS} streams down`, await compare('stream', STREAMS)),
    ...streamRows(`${STREAMS} streams up`, await compare('push', STREAMS)),
  ]);

function roundTripRows({ direct, labctl, haproxy, socat }) {
  const added = (samples) => samples.map((value, i) => value - direct[i]);
  const over = ratios(added(labctl), added(haproxy));
  return [
    row('round trip, direct', 'us', direct),
    row('round trip, added by labctl', 'us', added(labctl)),
    row('round trip, added by haproxy', 'us', added(haproxy)),
    row('round trip, added by socat', 'us', added(socat)),
    row('round trip added, labctl / haproxy', 'ratio', over, atMost(1.5)),
  ];
}

const streamRows = (what, { direct, labctl, haproxy, socat }) => [
  row(`${what}, direct`, 'MB/s', direct),
  row(`${what}, labctl`, 'MB/s', labctl),
  row(`${what}, haproxy`, 'MB/s', haproxy),
  row(`${what}, socat`, 'MB/s', socat),
  row(`${what}, labctl / haproxy`, 'ratio', ratios(labctl, haproxy), atLeast(1)),
  row(`${what}, labctl / socat`, 'ratio', ratios(labctl, socat), atLeast(1)),
];
