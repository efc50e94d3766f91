// npm run bench [-- NAME... --rounds N --out FILE]: how quick and how small labctl is, beside what
// a user would run without it. Medians, and ratios of things that ran next to each other: machines
// differ and are busy. So this is no test: it fails only when something is broken, and says what
// missed its aim. Only one at a time: the names of its labs are fixed, so that it can clean up.
import { writeFileSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { table } from '../dist/cli/output/table.js';
import { commands } from './commands.mjs';
import { crowd } from './crowd.mjs';
import { faults } from './faults.mjs';
import { memory } from './memory.mjs';
import { mysql } from './mysql.mjs';
import { ninety } from './ninety.mjs';
import { render } from './render.mjs';
import { cells } from './rows.mjs';
import { start } from './start.mjs';
import { stream } from './stream.mjs';

const measures = { start, commands, render, mysql, stream, faults, crowd, memory, ninety };

const headers = ['MEASURE', 'WHAT', 'MEDIAN', 'MIN', 'MAX', 'UNIT', 'AIM', 'MET'];

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    out: { type: 'string', default: fileURLToPath(new URL('results.json', import.meta.url)) },
  },
});
const unknown = positionals.find((name) => !Object.hasOwn(measures, name));
if (unknown)
  throw new Error(`no measure ${unknown}; there are ${Object.keys(measures).join(', ')}`);

const results = {};
for (const name of positionals.length ? positionals : Object.keys(measures)) {
  process.stderr.write(`${name} ...\n`);
  results[name] = await measures[name]({ rounds: Number(values.rounds) });
}

const rows = Object.entries(results).flatMap(([name, list]) => list.map((row) => cells(name, row)));
process.stdout.write(`${table(headers, rows)}\n`);
const [load] = os.loadavg();
const machine = { cpus: os.cpus().length, load, kernel: os.release(), node: process.version };
const report = { at: new Date().toISOString(), machine, results };
writeFileSync(values.out, `${JSON.stringify(report, null, 2)}\n`);
process.stderr.write(`written to ${values.out}\n`);
process.exit();
