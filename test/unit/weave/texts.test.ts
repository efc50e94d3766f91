// Names of services in the files that a service is given.
import { describe, expect, test } from 'vitest';
import { copiedBy } from '../../../src/weave/texts.ts';
import { edgesOf, mysql } from './shop.ts';

describe('files that a service is given', () => {
  const services = { web: { image: 'nginx' }, db: mysql, api: { expose: ['3000'] } };
  const found = (text: string) => edgesOf(services, {}, { web: text });

  test.each([
    ['location / { proxy_pass http://api:3000; }', ['web:api 3000 (file conf)']],
    ['  server api:3001;', ['web:api 3000,3001 (file conf)']],
    ['DB_HOST=db', ['web:db 3306 (file conf)']],
    ['database:\n  host: "db"', ['web:db 3306 (file conf)']],
    [
      '{ "dbHost": "db",\n "apiUrl": "http://api/v1" }',
      ['web:db 3306 (file conf)', 'web:api 3000 (file conf)'],
    ],
    ['  "host": "db",', ['web:db 3306 (file conf)']],
    ['# proxy_pass http://api:3000;\n// api:3000', []],
    ['name: db\nthe api and the db', []],
  ])('%j', (text, edges) => {
    expect(found(text)).toEqual(edges);
  });

  test('a Dockerfile copies them, but not those of other stages', () => {
    const lines = ['COPY --chown=1:1 a.conf \\', '  b /etc/', 'ADD ["c d", "/x"]', 'add e f'];
    const others = ['COPY --from=build /out /out', 'ADD https://example.com/x /x', 'RUN cp q r'];
    expect(copiedBy([...lines, ...others].join('\n'))).toEqual(['a.conf', 'b', 'c', 'd', 'e']);
  });
});
