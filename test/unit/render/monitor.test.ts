// The monitor as it is rendered: whom Prometheus asks, what Grafana finds, and that the lab itself is
// the same with it and without. Grafana's files are held to the form of its documentation: there is no
// Grafana here that could read them.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { LabError } from '../../../src/errors.ts';
import { renderText } from '../../../src/lab/render.ts';
import { OVERVIEW } from '../../../src/render/dashboard.ts';
import { systems } from '../../../src/systems/index.ts';

const STACK = `
systems:
  etcd: { nodes: 2 }
  mysql: { nodes: 2 }
nodes:
  exporter: { image: prom/mysqld-exporter, connects: [mysql], metrics: { port: 9104, path: /m } }
  app: { image: debian:trixie-slim }
zones:
  eu: [etcd-1, mysql]
`;

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: object;
  readonly networks: object;
  readonly configs: Readonly<Record<string, { content: string }>>;
}

interface Service {
  readonly networks: object;
  readonly sysctls: object;
  readonly ports: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly configs: readonly { source: string; target: string }[];
}

function stackFile(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'labctl-monitor-')), 'lab.yaml');
  writeFileSync(file, text);
  return file;
}

async function render(text: string): Promise<Compose> {
  return parse(await renderText({ file: stackFile(text), lab: 'demo' })) as Compose;
}

/** Target in the container -> its text, as compose puts it there. */
function filesOf({ services, configs }: Compose, service: string): Record<string, string> {
  const files = services[service]!.configs.map(({ source, target }) => [
    target,
    configs[source]!.content.replaceAll('$$', '$'),
  ]);
  return Object.fromEntries(files) as Record<string, string>;
}

const refusal = (text: string): Promise<LabError> =>
  render(text).then(
    () => expect.fail('it was taken'),
    (error: LabError) => error,
  );

test('Prometheus is on the networks of those that tell metrics, and asks these by their own names', async () => {
  const compose = await render(`${STACK}monitor: true`);
  const { prometheus } = compose.services;
  expect(Object.keys(prometheus!.networks)).toEqual(['host', 'etcd-1', 'etcd-2', 'exporter']);
  expect(prometheus!.sysctls).toEqual({ 'net.ipv4.ip_forward': '0' });
  expect(prometheus!.ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:2\d{4}:9090$/)]);
  const { '/etc/labctl/prometheus.yml': config } = filesOf(compose, 'prometheus');
  const labels = { group: 'etcd', role: 'member' };
  expect(parse(config!)).toEqual({
    global: { scrape_interval: '2s' },
    scrape_configs: [
      {
        job_name: 'etcd',
        static_configs: [
          { targets: ['etcd-1.node:2379'], labels: { instance: 'etcd-1', ...labels, zone: 'eu' } },
          { targets: ['etcd-2.node:2379'], labels: { instance: 'etcd-2', ...labels } },
        ],
      },
      {
        job_name: 'custom',
        static_configs: [
          {
            targets: ['exporter.node:9104'],
            labels: {
              instance: 'exporter',
              group: 'exporter',
              role: 'custom',
              __metrics_path__: '/m',
            },
          },
        ],
      },
    ],
  });
});

test('every role of the TiDB family that tells metrics is asked', async () => {
  const roles = 'pd: {count: 1}, tikv: {count: 1}, tidb: {count: 1}, tiflash: {count: 1}';
  const compose = await render(
    `systems: {tidb: {${roles}, ticdc: {count: 1}}}\nmonitor: prometheus`,
  );
  const { '/etc/labctl/prometheus.yml': config } = filesOf(compose, 'prometheus');
  const { scrape_configs: jobs } = parse(config!) as {
    scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
  };
  expect(jobs.map(({ job_name: job }) => job)).toEqual(['tidb']);
  expect(jobs[0]!.static_configs.flatMap(({ targets }) => targets)).toEqual([
    'pd-1.node:2379',
    'tikv-1.node:20180',
    'tidb-1.node:10080',
    'tiflash-1.node:8234',
    'ticdc-1.node:8300',
  ]);
  expect(compose.services).not.toHaveProperty('grafana');
});

test('with a monitor every node and proxy is what it is without', async () => {
  const without = await render(`${STACK}monitor: false`);
  const { services, volumes, networks } = await render(`${STACK}monitor: true`);
  const { prometheus, grafana, ...others } = services;
  expect(others).toEqual(without.services);
  expect(Object.keys(networks)).toEqual(Object.keys(without.networks));
  const { prometheus: data, ...otherVolumes } = volumes as Record<string, object>;
  expect(otherVolumes).toEqual(without.volumes);
  expect(data).toEqual({ labels: { 'labctl.lab': 'demo' } });
  expect(grafana!.labels['labctl.monitor']).toBe('grafana');
  expect(Object.keys(grafana!.networks)).toEqual(['host']);
  expect(prometheus!.labels['labctl.publish']).toMatch(/^\[\[9090,2\d{4}\]\]$/);
});

test('Grafana finds its source of data and a dashboard for each system with panels', async () => {
  const files = filesOf(await render(`${STACK}monitor: true`), 'grafana');
  const at = '/etc/grafana/provisioning';
  const { datasources } = JSON.parse(files[`${at}/datasources/labctl.yaml`]!);
  expect(datasources).toMatchObject([
    { type: 'prometheus', access: 'proxy', url: 'http://prometheus:9090', uid: 'prometheus' },
  ]);
  const { apiVersion, providers } = JSON.parse(files[`${at}/dashboards/labctl.yaml`]!);
  const folder: string = providers[0].options.path;
  expect([apiVersion, providers[0].type]).toEqual([1, 'file']);
  const boards = Object.keys(files).filter((path) => path.startsWith(folder));
  expect(boards).toEqual([`${folder}/overview.json`, `${folder}/etcd.json`]);
  for (const path of boards) {
    const { uid, title, panels } = JSON.parse(files[path]!);
    expect(uid).toBe(`labctl-${title}`);
    expect(panels.length).toBe((title === 'overview' ? OVERVIEW : systems[title]!.panels!).length);
    const places = panels.map(
      ({ gridPos: { x, y, w, h } }: { gridPos: Record<string, number> }) => {
        expect([x! % 12, y! % 8, w, h]).toEqual([0, 0, 12, 8]);
        return `${x},${y}`;
      },
    );
    expect(new Set(places).size).toBe(places.length);
    for (const { type, datasource, targets } of panels) {
      expect([type, datasource.uid]).toEqual(['timeseries', datasources[0].uid]);
      expect(targets).toEqual([
        { refId: 'A', expr: expect.any(String), legendFormat: expect.any(String) },
      ]);
    }
  }
});

test('a monitor with nobody to ask, and names that it has itself, are refused', async () => {
  const alone = await refusal('systems: {mysql: {}}\nmonitor: true');
  expect(alone.code).toBe('lab-invalid');
  expect(alone.message).toContain('monitor has nobody to ask');
  const named = await refusal('systems: {etcd: {}}\nnodes: {grafana: {image: x}}\nmonitor: true');
  expect(named.message).toContain('has a container of this name');
  const free = await render(
    'systems: {etcd: {}}\nnodes: {grafana: {image: x}}\nmonitor: prometheus',
  );
  expect(free.services.grafana!.labels['labctl.node']).toBe('grafana');
  const odd = await refusal('systems: {etcd: {}}\nmonitor: grafana');
  expect(odd.message).toContain('monitor must be true or false or prometheus, not "grafana"');
});
