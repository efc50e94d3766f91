// Prints one number. `trip HOST PORT N`: the median of N round trips of 64 bytes, in microseconds.
// `stream HOST PORT N`: what N connections receive together, in MB/s. Arguments as for `node -e`.
import { connect } from 'node:net';

const [, mode, host, port, count] = process.argv;

const WARM_UP_TRIPS = 1000;
const WARM_UP_MS = 300;
const STREAM_MS = 1500;

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

async function measureStream() {
  let received = 0;
  const onBytes = (size) => {
    received += size;
    return true;
  };
  await Promise.all(Array.from({ length: Number(count) }, () => open('s', onBytes)));
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  await wait(WARM_UP_MS);
  const before = received;
  const startedMs = performance.now();
  await wait(STREAM_MS);
  return (received - before) / 1000 / (performance.now() - startedMs);
}

console.log(await (mode === 'trip' ? measureTrip() : measureStream()));
process.exit();
