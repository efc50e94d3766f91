// What a dead primary had and the new one has not: the transactions in its binlog, on its disk. The
// official images of MySQL have no mysqlbinlog, so the few bytes that say them are read here. Pure.
//
//   header of an event: time 4, type 1, server 4, size 4, end 4, flags 2; all little-endian
import type { Promotion } from '../../stack/group.ts';
import { countOf, formatGtids, type GtidSet, minus } from './gtid.ts';
import type { Position } from './state.ts';

const HEADER = 19;
const MAGIC = 'fe62696e';
/** A transaction begins with one of these. */
const GTID = 33;
const ANONYMOUS_GTID = 34;
const TAGGED_GTID = 42;
const MARIA_GTID = 162;
const STARTS = [GTID, ANONYMOUS_GTID, TAGGED_GTID, MARIA_GTID];
/** From here on MariaDB encrypts. */
const START_ENCRYPTION = 164;

/** A transaction without a GTID, or with one that is written in another way: a tagged one. */
const UNNAMED = '';

/**
 * For sh, over a server's data: each binlog file from that place on, behind its first four bytes,
 * in base64. Files are named by numbers of equal length.
 */
export const binlogScript = ({ file, position }: Position): string =>
  [
    // Without its settings these are data made since: what it had is gone.
    'cd /data; [ -e labctl.cnf ] || exit 0',
    'for log in mysql-bin.*[0-9]; do', // not the .idx files of MariaDB 11.4
    `  [ "$log" \\< '${file}' ] && continue`,
    `  from=5; [ "$log" != '${file}' ] || from=${Math.max(position, 4) + 1}`,
    '  echo "log $log"; { head -c 4 "$log"; tail -c "+$from" "$log"; } | base64',
    'done',
  ].join('\n');

/** GTIDs of the transactions in what the script printed; undefined where it cannot be read. */
export function transactionsIn(said: string): string[] | undefined {
  const logs = said.split(/^log .*$/m).slice(1);
  const ids = logs.map((text) => idsOf(Buffer.from(text, 'base64')));
  return ids.length && ids.every((each) => each !== undefined) ? ids.flat() : undefined;
}

/** A server that was killed in a write leaves half a transaction at the end: that was none yet. */
function idsOf(log: Buffer): string[] | undefined {
  if (log.toString('hex', 0, MAGIC.length / 2) !== MAGIC) return undefined;
  const ids: string[] = [];
  for (let at = MAGIC.length / 2; at + HEADER <= log.length; ) {
    const type = log.readUInt8(at + 4);
    const size = log.readUInt32LE(at + 9);
    if (size < HEADER || type === START_ENCRYPTION) return undefined;
    if (at + size > log.length) return STARTS.includes(type) ? ids : ids.slice(0, -1);
    if (type === GTID) ids.push(mysqlId(log.subarray(at + HEADER)));
    if (type === MARIA_GTID) ids.push(mariaId(log.subarray(at + HEADER), log.readUInt32LE(at + 5)));
    if (type === ANONYMOUS_GTID || type === TAGGED_GTID) ids.push(UNNAMED);
    at += size;
  }
  return ids;
}

/** Flags 1, UUID 16, number 8. */
function mysqlId(body: Buffer): string {
  const uuid = body.toString('hex', 1, 17).replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return `${uuid}:${body.readBigUInt64LE(17)}`;
}

/** Number 8, domain 4. */
const mariaId = (body: Buffer, server: number): string =>
  `${body.readUInt32LE(8)}-${server}-${body.readBigUInt64LE(0)}`;

export function countLost(ids: readonly string[], own: GtidSet): NonNullable<Promotion['lost']> {
  const unnamed = ids.filter((id) => id === UNNAMED).length;
  const lost = minus(setOf(ids.filter((id) => id !== UNNAMED)), own);
  return { writes: unnamed + countOf(lost), ids: formatGtids(lost).replaceAll(',', ' ') };
}

/** Of `UUID:5`, or MariaDB's `0-1-5`: here each stands for itself alone. */
function setOf(ids: readonly string[]): GtidSet {
  const set = new Map<string, [first: number, last: number][]>();
  for (const id of ids) {
    const [, who, number] = /^(.*)[-:](\d+)$/.exec(id)!;
    const ranges = set.get(who!) ?? [];
    const last = ranges.at(-1);
    if (last && last[1] + 1 === Number(number)) last[1] += 1;
    else ranges.push([Number(number), Number(number)]);
    set.set(who!, ranges);
  }
  return set;
}
