// What a dead primary's binlog says, in the bytes of MySQL and of MariaDB: which transactions are in
// it, which of them the new primary lacks, and that what cannot be read is not taken for nothing.
import { expect, test } from 'vitest';
import { parseGtids } from '../../../src/systems/mysql/gtid.ts';
import { binlogScript, countLost, transactionsIn } from '../../../src/systems/mysql/losses.ts';

const UUID = 'a6597c85-e4d4-11f1-a9f2-02420ad500c6';
const MAGIC = Buffer.from('fe62696e', 'hex');

function event(type: number, body: Buffer, server = 1): Buffer {
  const header = Buffer.alloc(19);
  header.writeUInt8(type, 4);
  header.writeUInt32LE(server, 5);
  header.writeUInt32LE(19 + body.length, 9);
  return Buffer.concat([header, body]);
}

function mysql(number: number): Buffer {
  const body = Buffer.alloc(42);
  body.write(UUID.replaceAll('-', ''), 1, 'hex');
  body.writeBigUInt64LE(BigInt(number), 17);
  return event(33, body);
}

function maria(domain: number, server: number, number: number): Buffer {
  const body = Buffer.alloc(23);
  body.writeBigUInt64LE(BigInt(number), 0);
  body.writeUInt32LE(domain, 8);
  return event(162, body, server);
}

const rows = event(30, Buffer.alloc(3_000, 33));
const said = (...logs: Buffer[][]) =>
  logs
    .map((events, i) => {
      const text = Buffer.concat([MAGIC, ...events]).toString('base64');
      return `log mysql-bin.00000${i + 1}\r\n${text.replace(/.{76}/g, '$&\r\n')}`;
    })
    .join('\r\n');

test('transactions of several files, in order', () => {
  expect(transactionsIn(said([mysql(5), rows, mysql(6)], [mysql(7)]))).toEqual([
    `${UUID}:5`,
    `${UUID}:6`,
    `${UUID}:7`,
  ]);
  expect(transactionsIn(said([maria(0, 2, 9), rows]))).toEqual(['0-2-9']);
  expect(transactionsIn(said([event(34, Buffer.alloc(42)), rows]))).toEqual(['']);
  expect(transactionsIn(said([]))).toEqual([]);
});

test('a transaction that was cut short by a kill is none', () => {
  expect(transactionsIn(said([mysql(5), mysql(6).subarray(0, 30)]))).toEqual([`${UUID}:5`]);
  const half = [mysql(5), rows, mysql(6), rows, rows.subarray(0, 2_000)];
  expect(transactionsIn(said(half))).toEqual([`${UUID}:5`]);
});

test('what cannot be read is unknown, not nothing', () => {
  expect(transactionsIn('')).toBeUndefined();
  expect(transactionsIn('sh: base64: not found')).toBeUndefined();
  expect(transactionsIn('log mysql-bin.000001\r\n')).toBeUndefined();
  expect(transactionsIn('log mysql-bin.000001\r\n/WJpbg==')).toBeUndefined(); // encrypted, MySQL
  expect(transactionsIn(said([event(164, Buffer.alloc(17)), rows]))).toBeUndefined();
});

test('lost are those that the new primary has not; without GTIDs all behind its position', () => {
  const own = parseGtids(`${UUID}:1-5`);
  const ids = [5, 6, 7, 9].map((number) => `${UUID}:${number}`);
  expect(countLost(ids, own)).toEqual({ writes: 3, ids: `${UUID}:6-7:9` });
  expect(countLost(['', ''], own)).toEqual({ writes: 2, ids: '' });
  expect(countLost(['0-1-4', '0-1-5'], parseGtids('0-1-4'))).toEqual({ writes: 1, ids: '0-1:5' });
});

test('the file where the new primary stopped is read from there, earlier ones not', () => {
  const script = binlogScript({ file: 'mysql-bin.000003', position: 553 });
  expect(script).toContain(`[ "$log" \\< 'mysql-bin.000003' ] && continue`);
  expect(script).toContain('from=554');
});
