// Every command, in the groups and the order in which `labctl --help` shows them.
import type { CommandSpec } from '../command.ts';
import { api } from './api.ts';
import { client } from './client.ts';
import { completion } from './completion.ts';
import { doctor } from './doctor.ts';
import { down } from './down.ts';
import { exec } from './exec.ts';
import { explain } from './explain.ts';
import { failpoint } from './failpoint.ts';
import { fault } from './fault.ts';
import { fill } from './fill.ts';
import { graph } from './graph.ts';
import { heal } from './heal.ts';
import { init } from './init.ts';
import { lifecycleCommands } from './lifecycle.ts';
import { limit } from './limit.ts';
import { logs } from './logs.ts';
import { ls } from './ls.ts';
import { partition } from './partition.ts';
import { port } from './port.ts';
import { promote } from './promote.ts';
import { render } from './render.ts';
import { replace } from './replace.ts';
import { scale } from './scale.ts';
import { stacks } from './stacks.ts';
import { status } from './status.ts';
import { trace } from './trace.ts';
import { up } from './up.ts';
import { validate } from './validate.ts';
import { version } from './version.ts';
import { wait } from './wait.ts';
import { wan } from './wan.ts';
import { weave } from './weave.ts';
import { wipe } from './wipe.ts';

export const commandGroups: Readonly<Record<string, readonly CommandSpec[]>> = {
  'Start and stop:': [up, weave, down, ...lifecycleCommands, replace, scale, promote],
  'Look:': [ls, status, graph, logs, exec, client, port, wait, trace],
  'Break and mend:': [partition, heal, fault, failpoint, wan, fill, limit, wipe],
  'Run and share:': [init, stacks, validate, render, api],
  'Help:': [doctor, version, explain, completion],
};
