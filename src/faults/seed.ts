// Chance that can be had again: streams of numbers that follow from words alone.

/** Numbers from 0 to 1, the same for the same words. Mulberry32 from an FNV-1a hash of them. */
export function seeded(...words: readonly (string | number)[]): () => number {
  let state = 0x811c9dc5;
  for (const char of words.join('\0')) state = Math.imul(state ^ char.codePointAt(0)!, 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
