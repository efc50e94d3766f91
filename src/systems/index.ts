// Every system, under the name that a stack file says. Adding one: its file, its line here, its
// templates, its test.
import type { System } from '../stack/model.ts';
import { etcd } from './etcd/etcd.ts';
import { mariadb } from './mariadb.ts';
import { mysql } from './mysql.ts';
import { tidb } from './tidb/tidb.ts';

export const systems: Readonly<Record<string, System>> = { etcd, mysql, mariadb, tidb };
