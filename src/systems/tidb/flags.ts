// The command line of each role. test/unit/systems/tidb-flags.ts has every flag by version.
import type { Node, ServiceContext } from '../../stack/model.ts';
import { ofRole, PORTS, type Role, roleOf } from './roles.ts';
import { read } from './schema.ts';
import { tiflashArguments } from './tiflash.ts';
import { has, hasCdcDataDir } from './versions.ts';

const DATA = '/data';

/** `file` is where the role's TOML is. All addresses that others are told are names, not IPs. */
export function flagsOf(node: Node, context: ServiceContext, file: string): readonly string[] {
  const { peers, joined } = context;
  const config = read(context.config);
  const pds = ofRole(peers, 'pd').map(({ name }) => name);
  const { client, peer } = PORTS.pd;
  const endpoints = pds.map((name) => `${name}:${client}`).join(',');
  const { name } = node;
  const urlsOf = (names: readonly string[]) =>
    names.map((each) => `http://${each}:${client}`).join(',');
  const others = pds.filter((each) => each !== name);
  const members = pds.map((each) => `${each}=http://${each}:${peer}`).join(',');
  const flags: Record<Role, () => readonly string[]> = {
    pd: () => [
      `--name=${name}`,
      `--data-dir=${DATA}`,
      `--client-urls=http://0.0.0.0:${client}`,
      `--advertise-client-urls=http://${name}:${client}`,
      `--peer-urls=http://0.0.0.0:${peer}`,
      `--advertise-peer-urls=http://${name}:${peer}`,
      joined ? `--join=${urlsOf(others)}` : `--initial-cluster=${members}`,
      `--config=${file}`,
    ],
    tikv: () => [
      `--addr=0.0.0.0:${PORTS.tikv.kv}`,
      `--advertise-addr=${name}:${PORTS.tikv.kv}`,
      `--status-addr=0.0.0.0:${PORTS.tikv.status}`,
      `--advertise-status-addr=${name}:${PORTS.tikv.status}`,
      `--data-dir=${DATA}`,
      `--pd-endpoints=${endpoints}`,
      `--config=${file}`,
    ],
    tidb: () => [
      '--store=tikv',
      `--path=${endpoints}`,
      '--host=0.0.0.0',
      `-P=${PORTS.tidb.sql}`,
      // Left out, it is an IP, at which the other nodes would look for it past the proxies.
      `--advertise-address=${name}`,
      `--status=${PORTS.tidb.status}`,
      '--status-host=0.0.0.0',
      `--config=${file}`,
    ],
    tiflash: () => [`--config-file=${file}`, ...tiflashArguments(config, node, peers)],
    ticdc: () => [
      `--addr=0.0.0.0:${PORTS.ticdc.api}`,
      `--advertise-addr=${name}:${PORTS.ticdc.api}`,
      `--pd=${urlsOf(pds)}`,
      ...cdcData(config.version),
      ...(config.config && has(config.version, 'ticdc --config') ? [`--config=${file}`] : []),
    ],
  };
  return flags[roleOf(node)]();
}

function cdcData(version: string): readonly string[] {
  if (hasCdcDataDir(version)) return [`--data-dir=${DATA}`];
  return has(version, 'ticdc --config') ? [`--sort-dir=${DATA}/sorter`] : [];
}
