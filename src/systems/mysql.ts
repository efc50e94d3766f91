// MySQL 5.7 to 9.7. sid moves on: it has that 9.7 which is the newest.
import { mysqlSystem } from './mysql/system.ts';

export const mysql = mysqlSystem({
  flavour: 'mysql',
  summary: 'MySQL: a primary and replicas, asynchronous or semi-synchronous',
  oldestVersion: '5.7',
  defaultVersion: '9.7',
  suites: { '9.7': 'sid' },
});
