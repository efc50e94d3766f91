import type { CommandSpec } from '../command.ts';

export const doctor: CommandSpec = {
  name: 'doctor',
  summary: 'check what labctl needs, each with its fix',
  examples: ['doctor', 'doctor -o json'],
  run: async (context) => {
    const { examine } = await import('../../lab/doctor.ts');
    const findings = await examine();
    const well = findings.every(({ ok }) => ok);
    await context.print({
      json: { version: 1, ok: well, findings },
      names: () => findings.filter(({ ok }) => !ok).map(({ name }) => name),
      table: (paint) =>
        findings
          .map(({ name, ok, found, fix }) => {
            const word = ok ? 'ok  ' : paint.yellow('fix ');
            return `${word} ${name.padEnd(16)} ${found}${ok || !fix ? '' : `\n       ${fix}`}`;
          })
          .join('\n'),
    });
    return well ? 0 : 125;
  },
};
