import fc from 'fast-check';
import { expect, test } from 'vitest';
import { frameReader } from '../../../src/docker/attach.ts';

function frame(kind: number, text: string | Buffer): Buffer {
  const body = Buffer.from(text as string);
  const header = Buffer.from([kind, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}

test('a character that two frames share is not broken, nor by a frame of the other kind', () => {
  let errors = '';
  const take = frameReader((kind, text) => {
    if (kind === 2) errors += text;
  });
  const bytes = Buffer.from('Grüße');
  for (let at = 0; at < bytes.length; at += 1) {
    take(frame(2, bytes.subarray(at, at + 1)));
    take(frame(1, 'é'));
  }
  expect(errors).toBe('Grüße');
});

test('frames come out whole and in order, however the stream is cut', () => {
  const frames = fc.array(fc.tuple(fc.constantFrom(1, 2), fc.string()));
  fc.assert(
    fc.property(frames, fc.integer({ min: 1, max: 20 }), (sent, size) => {
      const seen: [number, string][] = [];
      const take = frameReader((kind, text) => seen.push([kind, text]));
      const bytes = Buffer.concat(sent.map(([kind, text]) => frame(kind, text)));
      for (let at = 0; at < bytes.length; at += size) take(bytes.subarray(at, at + size));
      expect(seen).toEqual(sent);
    }),
  );
});
