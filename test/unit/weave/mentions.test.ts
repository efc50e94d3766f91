// Names of services in what a service is told.
import { describe, expect, test } from 'vitest';
import { findMentions } from '../../../src/weave/mentions.ts';

describe('mentions', () => {
  const names = ['db', 'my.db', 'cache'];
  const found = (environment: Record<string, string>, command: string[] = []) =>
    findMentions({ environment, command }, names).map(({ name, port, where }) =>
      [name, port, where].filter(Boolean).join(' '),
    );

  test.each([
    [{ X: 'db:3306' }, ['db 3306 environment X']],
    [{ X: 'mysql://u:p@db/shop' }, ['db environment X']],
    [{ X: 'http://db' }, ['db environment X']],
    [{ X: 'http://u:p@db:80/?x=cache:1' }, ['db 80 environment X', 'cache 1 environment X']],
    [{ DB_HOST: 'db' }, ['db environment DB_HOST']],
    [
      { CACHE_NODES: 'cache, db:1' },
      ['db 1 environment CACHE_NODES', 'cache environment CACHE_NODES'],
    ],
    [{ MYSQL_DATABASE: 'db' }, []],
    [{ X: 'mydb:3306 db.example.com:3306 my-db:1 db1:2' }, []],
    [{ X: 'my.db:7' }, ['my.db 7 environment X']],
    [{ X: 'db 80' }, ['db 80 environment X']],
    [{ X: 'db 12:00 db 7 cache 30 db 1024ab db 65536 db:0' }, []],
  ])('%j', (environment, expected) => {
    expect(found(environment)).toEqual(expected);
  });

  test('in a command', () => {
    expect(found({}, ['--peers=a=http://db:2380,b=http://cache:2380'])).toEqual([
      'db 2380 command',
      'cache 2380 command',
    ]);
    expect(found({}, ['redis-server', '--replicaof', 'cache', '6379'])).toEqual([
      'cache 6379 command',
    ]);
    expect(found({}, ['sh', '-c', 'mysql -h "db" -e x; run --cache-host=cache'])).toEqual([
      'db command',
      'cache command',
    ]);
    expect(found({}, ['sh', '-c', 'createdb db; echo cache'])).toEqual([]);
  });
});
