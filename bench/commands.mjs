// How long a command takes as a whole process, and the part of it in which the edges change: from
// the first message to a proxy to the last acknowledgement (`tookMs`).
import { atMost, row } from './rows.mjs';
import { interleave, labctl, withLab } from './run.mjs';

export const commands = ({ rounds }) =>
  withLab('bench-commands', async (lab) => {
    const took = { partition: [], heal: [] };
    const change = async (...words) => {
      const { ms, stdout } = await labctl(...words, '--lab', lab, '-o', 'json');
      took[words[0]].push(JSON.parse(stdout).tookMs);
      return ms;
    };
    const samples = await interleave(rounds * 3, {
      partition: () => change('partition', 'etcd-1'),
      heal: () => change('heal'),
      help: async () => (await labctl('--help')).ms,
    });
    return [
      row('labctl partition etcd-1', 'ms', samples.partition, atMost(400)),
      row('its edges changed in', 'ms', took.partition, atMost(30)),
      row('labctl heal', 'ms', samples.heal, atMost(400)),
      row('its edges changed in', 'ms', took.heal, atMost(30)),
      row('labctl --help', 'ms', samples.help, atMost(120)),
    ];
  });
