// Borderless columns with upper-case headers, as kubectl prints them.

/** Escape sequences of colours take no room on the screen. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a colour begins with
const COLOUR = /\x1b\[[0-9;]*m/g;

const width = (text: string): number => text.replace(COLOUR, '').length;

/** Rows of cells under headers; the last column is not padded. */
export function table(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headers, ...rows];
  const widths = headers.map((_, i) => Math.max(...all.map((row) => width(row[i] ?? ''))));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => cell + ' '.repeat(Math.max(0, widths[i]! - width(cell))))
      .join('  ')
      .trimEnd();
  return all.map(line).join('\n');
}

/** `1 node`, `3 nodes` */
export const plural = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? '' : 's'}`;

/** 1234 -> `1.2s` */
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)}s`;

/** 1234 -> `1.2 KB`; sizes are powers of 1000. */
export function size(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  const value = bytes / 1000 ** power;
  return `${power ? value.toFixed(1) : value} ${units[power]}`;
}
