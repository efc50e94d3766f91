// Sends back what it gets (first byte `e`), or sends as much as is taken (first byte `s`).
// Arguments: PORT.
import { createServer } from 'node:net';

const block = Buffer.alloc(1 << 20);

const pour = (socket) => {
  while (socket.writable && socket.write(block));
};

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {});
  socket.once('data', (first) => {
    if (first[0] === 's'.charCodeAt(0)) {
      socket.on('drain', () => pour(socket));
      pour(socket);
    } else {
      socket.write(first.subarray(1)); // the first message may have come with it
      socket.on('data', (chunk) => socket.write(chunk));
    }
  });
});
server.listen(Number(process.argv[1]));
