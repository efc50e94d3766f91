// Projects of a few services, and what they become.
import type { Project, Service } from '../../../src/weave/project.ts';
import type { Seen } from '../../../src/weave/texts.ts';
import { type WeaveChoice, weave } from '../../../src/weave/weave.ts';

const onDefault = { networks: { default: null } };

export const project = (
  services: Record<string, Service>,
  more: Partial<Project> = {},
): Project => ({
  name: 'shop',
  services: Object.fromEntries(
    Object.entries(services).map(([name, service]) => [name, { ...onDefault, ...service }]),
  ),
  ...more,
});

type Told = Record<string, string>;

/** `told`: service -> the text of a file `conf` that it is given. */
export const woven = (
  services: Record<string, Service>,
  choice: WeaveChoice = {},
  told: Told = {},
) => {
  const seen = Object.entries(told).map(([service, text]): [string, Seen] => {
    return [service, { ports: [], texts: [{ where: 'file conf', text }] }];
  });
  return weave(project(services), new Map(seen), choice);
};

export const edgesOf = (
  services: Record<string, Service>,
  choice: WeaveChoice = {},
  told: Told = {},
) => woven(services, choice, told).edges.map(({ name, ports, why }) => `${name} ${ports} (${why})`);

export const started = { condition: 'service_started' };
export const mysql = { image: 'mysql:8' };
