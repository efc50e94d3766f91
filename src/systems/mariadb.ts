// MariaDB 10.5 and later, with the words that it has kept from old MySQL.
import { mysqlSystem } from './mysql/system.ts';

export const mariadb = mysqlSystem({
  flavour: 'mariadb',
  summary: 'MariaDB: a primary and replicas, asynchronous or semi-synchronous',
  oldestVersion: '10.5',
  defaultVersion: '10.11',
  suites: { '10.11': 'bookworm', '11.8': 'trixie' },
});
