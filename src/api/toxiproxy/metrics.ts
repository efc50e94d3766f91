// GET /metrics: the counters of the edges under toxiproxy's names, in Prometheus' text form.
import type { LabEdge } from '../../lab/edges.ts';
import type { Reply } from '../http.ts';
import { proxyOf } from './proxies.ts';

const NAME = 'toxiproxy_proxy_received_bytes_total';

export function metricsOf(edges: readonly LabEdge[]): Reply {
  const lines = edges.flatMap((edge) => {
    const { name, listen, upstream } = proxyOf(edge);
    const labels = `listener="${listen}",proxy="${name}",upstream="${upstream}"`;
    const line = (direction: string, bytes: number) =>
      `${NAME}{direction="${direction}",${labels}} ${bytes}`;
    return edge.bytes ? [line('upstream', edge.bytes.up), line('downstream', edge.bytes.down)] : [];
  });
  const head = [`# HELP ${NAME} Bytes that the proxy received.`, `# TYPE ${NAME} counter`];
  return {
    status: 200,
    type: 'text/plain; version=0.0.4; charset=utf-8',
    text: `${[...head, ...lines].join('\n')}\n`,
  };
}
