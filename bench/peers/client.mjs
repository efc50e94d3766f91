// Prints one number. `trip HOST PORT N`: the median of N round trips of 64 bytes, in microseconds.
// `stream HOST PORT N`: what N connections receive together, in MB/s; `window` the same of a sender
// that waits for acknowledgements; `push` what they send. `crowd HOST PORT N`: milliseconds until N connections that are
// opened at once have had a message back; they stay open until stdin ends. Arguments as for
// `node -e`.
import { connect } from 'node:net';

const [, mode, host, port, count] = process.argv;

const WARM_UP_TRIPS = 1000;
const WARM_UP_MS = 300;
const STREAM_MS = 1500;
/** Whatever takes longer than this hangs. */
const LIMIT_MS = 30_000;

const buffer = Buffer.alloc(1 << 18);

function open(firstByte, onBytes) {
  const onread = { buffer, callback: onBytes };
  const socket = connect({ host, port: Number(port), noDelay: true, onread });
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('connect', () => socket.write(firstByte, () => resolve(socket)));
  });
}

async function measureTrip() {
  const message = Buffer.alloc(64, 'x');
  const trips = [];
  let arrived = () => {};
  let got = 0;
  const socket = await open('e', (size) => {
    got += size;
    if (got >= message.length) arrived();
    return true;
  });
  for (let i = 0; i < WARM_UP_TRIPS + Number(count); i += 1) {
    const back = new Promise((resolve) => (arrived = resolve));
    got = 0;
    const startedNs = process.hrtime.bigint();
    socket.write(message);
    await back;
    if (i >= WARM_UP_TRIPS) trips.push(Number(process.hrtime.bigint() - startedNs) / 1000);
  }
  return trips.sort((a, b) => a - b)[trips.length >> 1];
}

const ACKNOWLEDGED_BYTES = 1 << 16;

async function measureStream(kind) {
  let received = 0;
  const openOne = async () => {
    let own = 0;
    const socket = await open(kind, (size) => {
      received += size;
      own += size;
      if (kind === 'w' && own >= ACKNOWLEDGED_BYTES) {
        socket.write(Buffer.alloc(Math.floor(own / ACKNOWLEDGED_BYTES)));
        own %= ACKNOWLEDGED_BYTES;
      }
      return true;
    });
  };
  await Promise.all(Array.from({ length: Number(count) }, openOne));
  return mbPerS(() => received);
}

async function measurePush() {
  const block = Buffer.alloc(1 << 20);
  const pour = (socket) => {
    while (socket.write(block));
  };
  const openOne = async () => {
    const socket = await open('p', () => true);
    socket.on('drain', () => pour(socket));
    pour(socket);
    return socket;
  };
  const sockets = await Promise.all(Array.from({ length: Number(count) }, openOne));
  const taken = (socket) => socket.bytesWritten - socket.writableLength;
  return mbPerS(() => sockets.reduce((sum, socket) => sum + taken(socket), 0));
}

/** How fast a count of bytes grows. */
async function mbPerS(read) {
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  await wait(WARM_UP_MS);
  const before = read();
  const startedMs = performance.now();
  await wait(STREAM_MS);
  return (read() - before) / 1000 / (performance.now() - startedMs);
}

async function measureCrowd() {
  const startedMs = performance.now();
  const openOne = () => new Promise((resolve, reject) => open('e!', resolve).catch(reject));
  await Promise.all(Array.from({ length: Number(count) }, openOne));
  return performance.now() - startedMs;
}

const measures = {
  trip: measureTrip,
  stream: () => measureStream('s'),
  window: () => measureStream('w'),
  push: measurePush,
  crowd: measureCrowd,
};
const limit = setTimeout(() => process.exit(1), LIMIT_MS);
console.log(await measures[mode]());
clearTimeout(limit);
if (mode !== 'crowd') process.exit();
process.stdin.on('end', () => process.exit()).resume();
