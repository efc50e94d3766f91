// What the family learnt when. `nightly` and `latest` are newer than every number.

export const VERSION_DEFAULT = '8.5.3';
/** The oldest that labctl knows the flags of. */
export const VERSION_LEAST = '4.0.7';

/** Feature -> the version that brought it. */
const SINCE = {
  'placement rules by default': '5.0.0',
  'raft-engine': '5.0.0',
  'memory-usage-limit': '5.1.0',
  'raft-engine by default': '6.1.0',
  'memory quotas as system variables': '6.1.0',
  'reserve-raft-space': '6.5.0',
  'tiflash without users and quotas': '4.0.12',
  'tiflash without runAsDaemon': '5.4.0',
  'tiflash by arguments': '7.1.0',
  'ticdc --config': '4.0.13',
  'ticdc api v2': '6.2.0',
} as const;

const parts = (version: string): number[] => {
  const found = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version);
  return found ? found.slice(1).map(Number) : [Infinity, 0, 0];
};

/** True where `version` is `least` or newer. */
export function atLeast(version: string, least: string): boolean {
  const [have, want] = [parts(version), parts(least)];
  const differs = have.findIndex((part, i) => part !== want[i]);
  return differs < 0 || have[differs]! > want[differs]!;
}

export const has = (version: string, feature: keyof typeof SINCE): boolean =>
  atLeast(version, SINCE[feature]);

/** The flag came to two release lines at once: 4.0.14 and 5.0.3. Before it there was --sort-dir. */
export const hasCdcDataDir = (version: string): boolean =>
  atLeast(version, '5.0.0') ? atLeast(version, '5.0.3') : atLeast(version, '4.0.14');

/** Keys of PD's [replication-mode.dr-auto-sync] that came and went: first and first without. */
export const DR_TIMEOUTS: Readonly<Record<string, readonly [since: string, before?: string]>> = {
  'wait-store-timeout': ['4.0.7'],
  'wait-sync-timeout': ['4.0.7', '6.5.0'],
  'wait-async-timeout': ['5.0.0', '6.5.0'],
  'pause-region-split': ['6.1.0'],
  'wait-recover-timeout': ['8.1.0'],
};

export function hasDrTimeout(version: string, key: string): boolean {
  const [since, before] = DR_TIMEOUTS[key]!;
  return atLeast(version, since) && !(before && atLeast(version, before));
}
