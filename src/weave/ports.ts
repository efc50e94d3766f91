// What a service listens on, by what is known of it: its own `ports` and `expose`, what its image
// or Dockerfile exposes, else what everybody knows of such an image.
import { PORT_MAX } from '../stack/values.ts';
import type { Service } from './project.ts';

/** The last word of an image's name -> its ports. Only where the image itself says none. */
const WELL_KNOWN: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^(mysql|mariadb|percona)/, [3306]],
  [/^(postgres|postgis|timescaledb|pgvector)/, [5432]],
  [/^(redis|valkey|keydb)/, [6379]],
  [/^memcached/, [11211]],
  [/^mongo/, [27017]],
  [/^rabbitmq/, [5672, 15672]],
  [/^(nginx|httpd|caddy|traefik|haproxy)/, [80, 443]],
  [/^(elasticsearch|opensearch)/, [9200, 9300]],
  [/kafka/, [9092]],
  [/zookeeper/, [2181]],
  [/^etcd/, [2379, 2380]],
  [/^nats/, [4222]],
  [/^minio/, [9000]],
  [/^cassandra/, [7000, 9042]],
  [/^clickhouse/, [8123, 9000]],
  [/^cockroach/, [8080, 26257]],
  [/^vault/, [8200]],
  [/^consul/, [8300, 8301, 8500]],
  [/^influxdb/, [8086]],
  [/^prometheus/, [9090]],
  [/^tidb/, [4000, 10080]],
  [/^tikv/, [20160, 20180]],
  [/^pd(:|@|$)/, [2379, 2380]],
  [/^tarantool/, [3301]],
];

/** `exposed`: what its image or Dockerfile says. */
export function knownPorts(service: Service, exposed: readonly number[]): number[] {
  const { ports = [], expose = [], image = '' } = service;
  const own = ports.filter(isTcp).map(({ target }) => target);
  const inside = expose.flatMap(readExpose);
  const listens = exposed.length ? exposed : guessed(image);
  return sorted([...own, ...inside, ...listens].filter(isCarried));
}

function guessed(image: string): readonly number[] {
  const name = image.split('/').at(-1)!;
  return WELL_KNOWN.find(([pattern]) => pattern.test(name))?.[1] ?? [];
}

export const isTcp = ({ protocol = 'tcp' }: { readonly protocol?: string }): boolean =>
  protocol === 'tcp';

export const NOT_CARRIED = "ports from 61000 up belong to labctl's probes";

export const isCarried = (port: number): boolean => port >= 1 && port <= PORT_MAX;

export const sorted = (ports: Iterable<number>): number[] =>
  [...new Set(ports)].sort((a, b) => a - b);

/** `80`, `80/tcp`, `8000-8010`; nothing for other protocols. */
export function readExpose(text: string): number[] {
  const [, first, last = first, protocol = 'tcp'] =
    /^(\d+)(?:-(\d+))?(?:\/(\w+))?$/.exec(String(text)) ?? [];
  if (!first || protocol.toLowerCase() !== 'tcp') return [];
  return Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => Number(first) + i);
}

/**
 * The ports of a Dockerfile's EXPOSE lines; those that are variables are not known here. Without
 * such lines, what is known of the image that it begins from.
 */
export function exposedBy(dockerfile: string): number[] {
  const said = [...dockerfile.matchAll(/^\s*EXPOSE\s+(.*)$/gim)].flatMap(([, words]) =>
    words!.split(/\s+/).flatMap(readExpose),
  );
  const bases = dockerfile.matchAll(/^\s*FROM\s+(?:--\S+\s+)*(\S+)/gim);
  return sorted(said.length ? said : [...bases].flatMap(([, image]) => guessed(image!)));
}
