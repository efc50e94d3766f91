// The services of the monitor. Prometheus is on the network of every node that tells metrics and
// dials the node itself, past every fault; Grafana only asks Prometheus.
//
//   etcd-1.node <--\
//   etcd-2.node <--- prometheus <-- grafana
//   etcd-3.node <--/  (network "host", published on 127.0.0.1)
import { HOST, type ImageSource, type Model } from '../stack/model.ts';
import { type MonitorName, monitorsOf } from '../stack/monitor.ts';
import { systems } from '../systems/index.ts';
import type { Placement } from './compose.ts';
import { toConfigs } from './configs.ts';
import { dashboard, OVERVIEW } from './dashboard.ts';

/** Short enough to see an election; a lab is small. */
const SCRAPE_INTERVAL = '2s';
/** What is not asked any more is gone from a graph after this; by default after 5 minutes. */
const LOOKBACK = '10s';
const DATA_MAX = '1GB';
const DASHBOARDS = '/etc/labctl/dashboards';
const PROMETHEUS_VERSION = '2.53.3';

interface MonitorFacts {
  readonly image: ImageSource;
  readonly port: number;
  /** Where its data is, if that is worth keeping. */
  readonly volume?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly networks: (model: Model) => readonly string[];
  readonly files: (model: Model) => Readonly<Record<string, string>>;
}

/** Debian packages no Grafana, so its image has no recipe. */
export const MONITOR_FACTS: Readonly<Record<MonitorName, MonitorFacts>> = {
  prometheus: {
    image: {
      ref: `prom/prometheus:v${PROMETHEUS_VERSION}`,
      recipe: {
        name: 'prometheus',
        tag: `labctl/prometheus:${PROMETHEUS_VERSION}`,
        suite: 'trixie',
      },
    },
    port: 9090,
    volume: '/prometheus',
    command: [
      '--config.file=/etc/labctl/prometheus.yml',
      '--storage.tsdb.path=/prometheus',
      `--storage.tsdb.retention.size=${DATA_MAX}`,
      `--query.lookback-delta=${LOOKBACK}`,
    ],
    networks: (model) => [HOST, ...watched(model).map(({ name }) => name)],
    files: (model) => ({ '/etc/labctl/prometheus.yml': toText(scrapeConfig(model)) }),
  },
  grafana: {
    image: { ref: 'grafana/grafana:11.6.0' },
    port: 3000,
    environment: {
      GF_AUTH_ANONYMOUS_ENABLED: 'true',
      GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
      GF_AUTH_DISABLE_LOGIN_FORM: 'true',
      GF_ANALYTICS_REPORTING_ENABLED: 'false',
      GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
      GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
      GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: `${DASHBOARDS}/overview.json`,
    },
    networks: () => [HOST],
    files: grafanaFiles,
  },
};

/** The nodes that Prometheus asks. */
export const watched = ({ stack, nodes }: Model) =>
  monitorsOf(stack).length ? nodes.filter(({ metrics }) => metrics) : [];

/** Key of a monitor's port in `Placement.hostPorts`. */
export const monitorPortKey = (name: MonitorName): string => `${name}/http`;

/** A monitor for which there is no image is left out. */
export function monitorValues(model: Model, placement: Placement) {
  const { monitors, hostPorts, version } = placement;
  return monitorsOf(model.stack).flatMap((name) => {
    const image = monitors.get(name);
    if (!image) return [];
    const { port, volume, command, environment, networks, files } = MONITOR_FACTS[name];
    const outside = hostPorts.get(monitorPortKey(name));
    return {
      name,
      image: { ref: image.ref, build: image.build },
      command,
      environment,
      volume,
      networks: networks(model),
      files: toConfigs(name, files(model)),
      publish: `127.0.0.1:${outside}:${port}`,
      published: JSON.stringify([[port, outside]]),
      lab: model.stack.name,
      version,
    };
  });
}

/** JSON is YAML. */
const toText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

function scrapeConfig(model: Model): object {
  const nodes = watched(model);
  const jobs = [...new Set(nodes.map(({ system }) => system))];
  return {
    global: { scrape_interval: SCRAPE_INTERVAL },
    scrape_configs: jobs.map((job) => ({
      job_name: job,
      static_configs: nodes
        .filter(({ system }) => system === job)
        .map(({ name, group, role, zone, metrics }) => ({
          targets: [`${name}.node:${metrics!.port}`],
          labels: {
            instance: name,
            group,
            role,
            ...(zone && { zone }),
            ...(metrics!.path && { __metrics_path__: metrics!.path }),
          },
        })),
    })),
  };
}

function grafanaFiles(model: Model): Readonly<Record<string, string>> {
  const used = new Set(watched(model).map(({ system }) => system));
  const ofSystems = [...used].flatMap((name) => {
    const { panels = [] } = systems[name] ?? {};
    return panels.length ? [[name, panels] as const] : [];
  });
  const boards = [['overview', OVERVIEW] as const, ...ofSystems].map(([name, panels]) => [
    `${DASHBOARDS}/${name}.json`,
    toText(dashboard(name, panels)),
  ]);
  return {
    '/etc/grafana/provisioning/datasources/labctl.yaml': toText({
      apiVersion: 1,
      datasources: [
        {
          name: 'Prometheus',
          uid: 'prometheus',
          type: 'prometheus',
          access: 'proxy',
          url: `http://prometheus:${MONITOR_FACTS.prometheus.port}`,
          isDefault: true,
          jsonData: { timeInterval: SCRAPE_INTERVAL },
        },
      ],
    }),
    '/etc/grafana/provisioning/dashboards/labctl.yaml': toText({
      apiVersion: 1,
      providers: [{ name: 'labctl', type: 'file', options: { path: DASHBOARDS } }],
    }),
    ...Object.fromEntries(boards),
  };
}
