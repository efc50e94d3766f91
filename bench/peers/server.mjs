// Sends back what it gets (first byte `e`) or nothing (`p`), sends as much as is taken (`s`), or as
// much as fits in a window of 8 MiB, whose blocks are acknowledged with a byte each (`w`).
// Arguments: PORT.
import { createServer } from 'node:net';

const block = Buffer.alloc(1 << 20);

const WINDOW_BLOCKS = 128;
const windowBlock = Buffer.alloc(1 << 16);

const pour = (socket) => {
  while (socket.writable && socket.write(block));
};

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {});
  socket.once('data', (first) => {
    if (first[0] === 's'.charCodeAt(0)) {
      socket.on('drain', () => pour(socket));
      pour(socket);
    } else if (first[0] === 'w'.charCodeAt(0)) {
      for (let i = 0; i < WINDOW_BLOCKS; i += 1) socket.write(windowBlock);
      socket.on('data', ({ length }) => {
        for (let i = 0; i < length; i += 1) socket.write(windowBlock);
      });
    } else if (first[0] === 'p'.charCodeAt(0)) {
      socket.resume();
    } else {
      socket.write(first.subarray(1)); // the first message may have come with it
      socket.on('data', (chunk) => socket.write(chunk));
    }
  });
});
server.listen({ port: Number(process.argv[1]), backlog: 4096 });
