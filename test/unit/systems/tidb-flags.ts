// Every flag of the TiDB family that labctl writes, with the versions that have it and where that
// was read: in the sources of the program at its tags, or of tiup and tidb-operator, which start
// all of these versions.

/** `since` and `before`: the first version that has it, and the first that no longer does. */
export interface KnownFlag {
  readonly since: string;
  readonly before?: string;
  readonly read: string;
}

const always = (read: string): KnownFlag => ({ since: '4.0.7', read });

const PD = 'pd server/config/config.go NewConfig at v4.0.7 to v8.5.3; tiup instance/pd.go';
const TIKV = 'tikv cmd/tikv-server/src/main.rs at v4.0.7 to v8.5.3';
const TIDB = 'tidb tidb-server/main.go at v4.0.7; cmd/tidb-server/main.go at v8.5.3';
const CDC = 'tiflow pkg/cmd/server; tiup instance/ticdc.go';
const TIFLASH = 'tiup instance/tiflash.go, which starts 7.1 and later so; tidb-operator';
const byArguments: KnownFlag = { since: '7.1.0', read: TIFLASH };

export const KNOWN_FLAGS: Readonly<Record<string, Readonly<Record<string, KnownFlag>>>> = {
  pd: {
    name: always(PD),
    'data-dir': always(PD),
    'client-urls': always(PD),
    'advertise-client-urls': always(PD),
    'peer-urls': always(PD),
    'advertise-peer-urls': always(PD),
    'initial-cluster': always(PD),
    join: always(`${PD}; refused beside initial-cluster`),
    config: always(PD),
  },
  tikv: {
    addr: always(TIKV),
    'advertise-addr': always(TIKV),
    'status-addr': always(TIKV),
    'advertise-status-addr': { since: '4.0.1', read: TIKV },
    'data-dir': always(TIKV),
    'pd-endpoints': always(TIKV),
    config: always(TIKV),
  },
  tidb: {
    store: always(TIDB),
    path: always(TIDB),
    host: always(TIDB),
    P: always(TIDB),
    'advertise-address': always(TIDB),
    status: always(TIDB),
    'status-host': always(TIDB),
    config: always(TIDB),
  },
  tiflash: {
    'config-file': always('tiup instance/tiflash_pre7.go and tiflash.go'),
    path: byArguments,
    tmp_path: byArguments,
    'flash.service_addr': byArguments,
    'raft.pd_addr': byArguments,
    'flash.proxy.addr': byArguments,
    'flash.proxy.advertise-addr': byArguments,
    'flash.proxy.status-addr': byArguments,
    'flash.proxy.advertise-status-addr': byArguments,
    'flash.proxy.advertise-engine-addr': {
      since: '7.1.0',
      read: 'tiflash dbms/src/Server (RaftConfigParser, FFIConfigParser), proxy setup.rs',
    },
    'flash.proxy.data-dir': byArguments,
    'flash.proxy.config': byArguments,
    'logger.log': byArguments,
    'logger.errorlog': byArguments,
    'status.metrics_port': byArguments,
  },
  ticdc: {
    addr: always(CDC),
    'advertise-addr': always(CDC),
    pd: always(CDC),
    config: { since: '4.0.13', read: CDC },
    'sort-dir': { since: '4.0.13', before: '5.0.3', read: CDC },
    // Also in 4.0.14 and later of that line, which a test of its own holds.
    'data-dir': { since: '5.0.3', read: CDC },
  },
};
