// Which server it is, and from which version on it knows what. Pure.

export interface Dialect {
  readonly flavour: 'mysql' | 'mariadb';
  /** As the stack says it: `8.0.36`, `8.4`. */
  readonly version: string;
  /** Replicates by GTID, not by file and position. */
  readonly gtid: boolean;
}

/** `8.4` is the newest 8.4: it has what any 8.4 has. */
const NEWEST = Number.MAX_SAFE_INTEGER;

/** True for MySQL of that version or a later one; never for MariaDB, which counts otherwise. */
export function isMysql({ flavour, version }: Dialect, least: string): boolean {
  return flavour === 'mysql' && isFrom(version, least);
}

export function isFrom(version: string, least: string): boolean {
  const have = numbers(version);
  const wanted = numbers(least);
  for (const [i, number] of wanted.entries()) {
    const own = have[i] ?? NEWEST;
    if (own !== number) return own > number;
  }
  return true;
}

const numbers = (version: string): number[] => version.split('.').map(Number);

/** REPLICA in place of SLAVE; SOURCE_HOST and the like a version later. */
export const saysReplica = (dialect: Dialect) => isMysql(dialect, '8.0.22');
export const saysSource = (dialect: Dialect) => isMysql(dialect, '8.0.23');
/** rpl_semi_sync_source, replica_net_timeout, log_replica_updates. */
export const namesSource = (dialect: Dialect) => isMysql(dialect, '8.0.26');
/** SHOW BINARY LOG STATUS, RESET BINARY LOGS AND GTIDS. */
export const saysBinaryLog = (dialect: Dialect) => isMysql(dialect, '8.2');
