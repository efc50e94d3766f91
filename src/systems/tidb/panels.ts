// Graphs of the family's metrics. The names stand in the sources of pd, tikv, tidb and client-go,
// old and new; they were not read at every version.
import type { Panel } from '../../stack/monitor.ts';

const p99 = (histogram: string, labels = ''): string =>
  `histogram_quantile(0.99, sum by (instance, le) (rate(${histogram}_bucket${labels}[1m])))`;

const perSecond = (counter: string, by = 'instance'): string =>
  `sum by (${by}) (rate(${counter}[15s]))`;

const regions = (type: string): string =>
  `sum by (instance) (tikv_raftstore_region_count{type="${type}"})`;

export const panels: readonly Panel[] = [
  { title: 'TiDB: statements', query: perSecond('tidb_server_query_total'), unit: 'reqps' },
  {
    title: 'TiDB: time of statements, p99',
    query: p99('tidb_server_handle_query_duration_seconds'),
    unit: 's',
  },
  {
    title: 'TiDB: errors of regions',
    query: perSecond('tidb_tikvclient_region_err_total', 'instance, type'),
    unit: 'ops',
    legend: '{{instance}} {{type}}',
  },
  {
    title: 'TiDB: time to get a timestamp, p99',
    query: p99('pd_client_request_handle_requests_duration_seconds', '{type="tso"}'),
    unit: 's',
  },
  {
    title: 'PD: stores by state',
    query: 'max by (type) (pd_cluster_status{type=~"store_(up|disconnected|down|offline)_count"})',
    legend: '{{type}}',
  },
  {
    title: 'PD: timestamp requests',
    query: perSecond('pd_server_handle_tso_duration_seconds_count'),
    unit: 'reqps',
  },
  { title: 'TiKV: leaders', query: regions('leader') },
  { title: 'TiKV: regions', query: regions('region') },
  { title: 'TiKV: proposals', query: perSecond('tikv_raftstore_proposal_total'), unit: 'ops' },
  {
    title: 'TiKV: time to append to the raft log, p99',
    query: p99('tikv_raftstore_append_log_duration_seconds'),
    unit: 's',
  },
  {
    title: 'TiKV: time of gRPC messages, p99',
    query: p99('tikv_grpc_msg_duration_seconds', '{type!="kv_gc"}'),
    unit: 's',
  },
];
