// Sets of GTIDs: what a server has executed, and what another lacks of it. Pure.
//
// MySQL writes a set as `UUID:1-5:7,UUID:TAG:1`. MariaDB writes, for each domain and server, the
// last number alone (`0-1-8,0-2-12`); numbers count on within a domain, whoever writes.

/** Who wrote (`UUID`, `UUID:TAG`, `0-1`) -> ranges of numbers, both ends included, in order. */
export type GtidSet = ReadonlyMap<string, readonly Range[]>;
type Range = readonly [first: number, last: number];

export function parseGtids(text: string): GtidSet {
  const entries = text.split(',').map((entry) => entry.trim());
  const words = entries.filter(Boolean);
  return words.some((word) => word.includes(':')) ? parseMysql(words) : parseMaria(words);
}

function parseMysql(entries: readonly string[]): GtidSet {
  const set = new Map<string, Range[]>();
  for (const entry of entries) {
    const [uuid, ...parts] = entry.split(':').map((part) => part.trim());
    let who = uuid!;
    for (const part of parts) {
      const range = /^(\d+)(?:-(\d+))?$/.exec(part);
      if (!range)
        who = `${uuid}:${part}`; // a tag (8.3): the ranges behind it are its own
      else
        set.set(who, [...(set.get(who) ?? []), [Number(range[1]), Number(range[2] ?? range[1])]]);
    }
  }
  return set;
}

function parseMaria(entries: readonly string[]): GtidSet {
  const states = entries.map((entry) => entry.split('-').map(Number) as [number, number, number]);
  const last = new Map<number, number>();
  const set = new Map<string, Range[]>();
  for (const [domain, server, number] of states.toSorted((a, b) => a[2] - b[2])) {
    const who = `${domain}-${server}`;
    const first = (last.get(domain) ?? 0) + 1;
    if (first <= number) set.set(who, [...(set.get(who) ?? []), [first, number]]);
    last.set(domain, number);
  }
  return set;
}

/** What `a` has and `b` has not. */
export function minus(a: GtidSet, b: GtidSet): GtidSet {
  const entries = [...a].map(([who, ranges]): [string, readonly Range[]] => [
    who,
    (b.get(who) ?? []).map(wholeIn(who)).reduce(cut, ranges),
  ]);
  return new Map(entries.filter(([, ranges]) => ranges.length));
}

/** Who has MariaDB's `0-1-8` has all that this server wrote before. */
const wholeIn =
  (who: string) =>
  (range: Range): Range =>
    /^\d+-\d+$/.test(who) ? [1, range[1]] : range;

const cut = (ranges: readonly Range[], [from, to]: Range): readonly Range[] =>
  ranges.flatMap(([first, last]): Range[] => {
    const parts: Range[] = [
      [first, Math.min(last, from - 1)],
      [Math.max(first, to + 1), last],
    ];
    return to < first || from > last ? [[first, last]] : parts.filter(([x, y]) => x <= y);
  });

export const countOf = (set: GtidSet): number =>
  [...set.values()].flat().reduce((sum, [first, last]) => sum + last - first + 1, 0);

/** As MySQL writes it; of MariaDB's `0-1` likewise: `0-1:9-12`. */
export const formatGtids = (set: GtidSet): string =>
  [...set]
    .map(([who, ranges]) => [who, ...ranges.map(([x, y]) => (x === y ? x : `${x}-${y}`))].join(':'))
    .join(',');

/** The set as MariaDB writes it: `0-1-8,0-2-12`. */
export const lastOfEach = (set: GtidSet): string =>
  [...set].map(([who, ranges]) => `${who}-${ranges.at(-1)![1]}`).join(',');
