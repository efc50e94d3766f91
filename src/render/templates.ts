// The only user of handlebars: templates/*.hbs -> text. Values that are not names go through `q`,
// which makes a YAML flow value of anything, with compose's `$` interpolation switched off.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import { templatesDir } from '../package/files.ts';
import { systems } from '../systems/index.ts';

let engine: typeof Handlebars | undefined;

/** JSON is YAML; `$$` is compose's way to write a dollar sign. */
const quote = (value: unknown): string => JSON.stringify(value).replaceAll('$', '$$$$');

function loadEngine(): typeof Handlebars {
  const handlebars = Handlebars.create();
  handlebars.registerHelper('q', quote);
  const addFolder = (folder: string, prefix = '') => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => name.endsWith('.yaml.hbs'))) {
      const text = readFileSync(join(folder, file), 'utf8');
      handlebars.registerPartial(prefix + templateName(file), text);
    }
  };
  addFolder(templatesDir);
  for (const { name, folder } of Object.values(systems)) if (folder) addFolder(folder, `${name}/`);
  return handlebars;
}

/** `etcd/member.yaml.hbs` -> `etcd/member`, on every platform. */
const templateName = (file: string): string =>
  file.replaceAll('\\', '/').replace(/\.yaml\.hbs$/, '');

/** Renders templates/`name`.yaml.hbs. A value that is missing is a bug in labctl and throws. */
export function renderTemplate(name: string, values: object): string {
  engine ??= loadEngine();
  return engine.compile(`{{> ${name}}}`, { noEscape: true, strict: true })(values);
}
