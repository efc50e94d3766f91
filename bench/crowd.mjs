// A thousand connections at once through one edge: until each has connected and got its first
// message back, and the memory of the proxy's container while all are open.
import { openDocker } from '../dist/docker/connect.js';
import { memoryOf } from './memory.mjs';
import { containerOf, WAYS, withPlace } from './place.mjs';
import { atMost, ratios, row } from './rows.mjs';
import { interleave } from './run.mjs';

const CONNECTIONS = 1000;

export const crowd = ({ rounds }) =>
  withPlace({ rounds }, async ({ askAndLook }) => {
    const docker = await openDocker();
    const memories = { direct: [], labctl: [], haproxy: [], socat: [] };
    const contend = (way) => async () => {
      const container = containerOf(way === 'direct' ? 'server' : way);
      const look = () => memoryOf(docker, container);
      const { answer, seen } = await askAndLook(way, 'crowd', CONNECTIONS, look);
      memories[way].push(seen.used);
      return answer;
    };
    const idle = (await memoryOf(docker, containerOf('labctl'))).used;
    const { direct, labctl, haproxy, socat } = await interleave(
      rounds,
      Object.fromEntries(WAYS.map((way) => [way, contend(way)])),
    );
    const each = memories.labctl.map((used) => ((used - idle) * 1024) / CONNECTIONS);
    return [
      row('1000 connections echo, direct', 'ms', direct),
      row('1000 connections echo, labctl', 'ms', labctl),
      row('1000 connections echo, haproxy', 'ms', haproxy),
      row('1000 connections echo, socat', 'ms', socat),
      row('labctl / haproxy', 'ratio', ratios(labctl, haproxy)),
      row('memory meanwhile, labctl', 'MiB', memories.labctl, atMost(64)),
      row('memory meanwhile, haproxy', 'MiB', memories.haproxy),
      row('memory meanwhile, socat', 'MiB', memories.socat),
      row('memory of each, labctl', 'KiB', each),
    ];
  });
