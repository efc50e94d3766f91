// A list of panels -> a dashboard as Grafana reads it from a file, two panels in a row.
import type { Panel } from '../stack/monitor.ts';

/** What the metrics of nearly every program have, by the conventions of Prometheus' libraries. */
export const OVERVIEW: readonly Panel[] = [
  { title: 'Answers', query: 'up', unit: 'bool_yes_no' },
  { title: 'CPU', query: 'rate(process_cpu_seconds_total[15s])', unit: 'percentunit' },
  { title: 'Memory', query: 'process_resident_memory_bytes', unit: 'bytes' },
  { title: 'Open files', query: 'process_open_fds' },
];

const WIDTH = 12;
const HEIGHT = 8;

export const dashboard = (name: string, panels: readonly Panel[]): object => ({
  uid: `labctl-${name}`,
  title: name,
  tags: ['labctl'],
  schemaVersion: 39,
  time: { from: 'now-15m', to: 'now' },
  refresh: '5s',
  panels: panels.map(({ title, query, unit = 'short', legend = '{{instance}}' }, i) => ({
    id: i + 1,
    type: 'timeseries',
    title,
    gridPos: { x: (i % 2) * WIDTH, y: Math.floor(i / 2) * HEIGHT, w: WIDTH, h: HEIGHT },
    datasource: { type: 'prometheus', uid: 'prometheus' },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    targets: [{ refId: 'A', expr: query, legendFormat: legend }],
  })),
});
