import { doneOf, type ErrorRow, errorTable } from '../../error-table.ts';
import { LabError } from '../../errors.ts';
import type { CommandSpec } from '../command.ts';

export const explain: CommandSpec = {
  name: 'explain',
  summary: 'say what an error code means',
  examples: ['explain start-timeout'],
  configure: (command) => command.argument('<code>', 'the word in parentheses after an error'),
  run: async (context, code: string) => {
    const table: Readonly<Record<string, ErrorRow>> = errorTable;
    const row = Object.hasOwn(table, code) ? table[code] : undefined;
    if (!row) {
      const { didYouMean } = await import('../../stack/names.ts');
      const codes = Object.keys(table);
      throw new LabError('usage', `there is no error code "${code}"${didYouMean(code, codes)}`, {
        hint: `codes: ${codes.join(', ')}`,
      });
    }
    await context.print({
      json: { version: 1, code, ...row },
      table: () =>
        [
          `${code}  (exit status ${row.exit})`,
          `  ${row.meaning}`,
          `  ${doneOf(row)}`,
          `  ${row.remedy}`,
        ].join('\n'),
    });
  },
};
