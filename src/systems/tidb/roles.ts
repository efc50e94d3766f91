// The roles of the family: what they are called, where they listen, whom they dial. Read in the
// sources of pd, tikv, tidb, tiflash and tiflow at v4.0.7 to v8.5.3; see docs/tidb.md.
import type { Node } from '../../stack/model.ts';

export const ROLES = ['pd', 'tikv', 'tidb', 'tiflash', 'ticdc'] as const;
export type Role = (typeof ROLES)[number];

interface RoleFacts {
  readonly image: string;
  /** The program in its image, and where `binary:` is mounted. */
  readonly program: readonly [path: string, ...words: string[]];
  readonly ports: Readonly<Record<string, number>>;
  readonly publish: readonly string[];
  /** Port of /metrics; that of the TiKV inside TiFlash is another. */
  readonly metrics: number;
}

export const PORTS = {
  pd: { client: 2379, peer: 2380 },
  tikv: { kv: 20160, status: 20180 },
  tidb: { sql: 4000, status: 10080 },
  tiflash: { service: 3930, raft: 20170, status: 20292 },
  ticdc: { api: 8300 },
} as const;

export const ROLE_FACTS: Readonly<Record<Role, RoleFacts>> = {
  pd: {
    image: 'pingcap/pd',
    program: ['/pd-server'],
    ports: PORTS.pd,
    publish: ['client'],
    metrics: PORTS.pd.client,
  },
  tikv: {
    image: 'pingcap/tikv',
    program: ['/tikv-server'],
    ports: PORTS.tikv,
    publish: ['kv', 'status'],
    metrics: PORTS.tikv.status,
  },
  tidb: {
    image: 'pingcap/tidb',
    program: ['/tidb-server'],
    ports: PORTS.tidb,
    publish: ['sql', 'status'],
    metrics: PORTS.tidb.status,
  },
  tiflash: {
    image: 'pingcap/tiflash',
    program: ['/tiflash/tiflash', 'server'],
    ports: PORTS.tiflash,
    publish: ['status'],
    metrics: 8234,
  },
  ticdc: {
    image: 'pingcap/ticdc',
    program: ['/cdc', 'server'],
    ports: PORTS.ticdc,
    publish: ['api'],
    metrics: PORTS.ticdc.api,
  },
};

/** Who dials whom, and where. TiKV sends raft on connections it dials; PD never dials a store. */
const DIALS: readonly (readonly [from: Role, to: Role, ports: readonly number[]])[] = [
  ['pd', 'pd', [PORTS.pd.client, PORTS.pd.peer]],
  ['tikv', 'pd', [PORTS.pd.client]],
  ['tikv', 'tikv', [PORTS.tikv.kv]],
  ['tikv', 'tiflash', [PORTS.tiflash.raft]],
  ['tidb', 'pd', [PORTS.pd.client]],
  ['tidb', 'tikv', [PORTS.tikv.kv, PORTS.tikv.status]],
  ['tidb', 'tidb', [PORTS.tidb.status]],
  ['tidb', 'tiflash', [PORTS.tiflash.service, PORTS.tiflash.status]],
  ['tiflash', 'pd', [PORTS.pd.client]],
  ['tiflash', 'tikv', [PORTS.tikv.kv]],
  ['tiflash', 'tiflash', [PORTS.tiflash.service]],
  ['tiflash', 'tidb', [PORTS.tidb.status]],
  ['ticdc', 'pd', [PORTS.pd.client]],
  ['ticdc', 'tikv', [PORTS.tikv.kv]],
  ['ticdc', 'ticdc', [PORTS.ticdc.api]],
];

const NO_SQL: readonly Role[] = ['tidb', 'tiflash', 'ticdc'];

export const rolesOf = (mode: 'tidb' | 'tikv-slim'): readonly Role[] =>
  ROLES.filter((role) => mode === 'tidb' || !NO_SQL.includes(role));

/** Two clusters in one lab: the group tidb has the plain names. */
export const prefixOf = (group: string): string => (group === 'tidb' ? '' : `${group}-`);

export const roleOf = (node: Node): Role => node.role as Role;

export const ofRole = (nodes: readonly Node[], role: Role): readonly Node[] =>
  nodes.filter((node) => node.role === role);

export const edgesAmong = (nodes: readonly Node[]) =>
  DIALS.flatMap(([fromRole, toRole, ports]) =>
    ofRole(nodes, fromRole).flatMap(({ name: from }) =>
      ofRole(nodes, toRole)
        .filter(({ name }) => name !== from)
        .map(({ name: to }) => ({ from, to, ports })),
    ),
  );
