// Whom a service dials by what it is told: names of other services in its environment, its command
// and its files, where they stand as the host of an address.
import type { Service } from './project.ts';
import type { TextFile } from './texts.ts';

export interface Mention {
  readonly name: string;
  readonly port?: number;
  /** `environment DATABASE_URL`, `command`, `file nginx.conf`. */
  readonly where: string;
}

/** Variables whose whole value may be a name: DB_HOST is, MYSQL_DATABASE is not. */
const ADDRESS =
  /(HOSTS?|HOSTNAME|SERVERS?|ADDR(ESS(ES)?|S)?|UR[IL]S?|ENDPOINTS?|BROKERS?|NODES|PEERS)$/i;

/** Each of `names` that the service is told to dial, with the port where one is given. */
export function findMentions(
  service: Service,
  names: readonly string[],
  files: readonly TextFile[] = [],
): Mention[] {
  const words = [...(service.entrypoint ?? []), ...(service.command ?? [])];
  const texts = [
    ...Object.entries(service.environment ?? {}).map(([key, value]) => ({
      where: `environment ${key}`,
      text: value ?? '',
      isAddress: ADDRESS.test(key),
    })),
    ...words.map((text) => ({ where: 'command', text, isAddress: false })),
    ...files.flatMap(({ where, text }) => linesOf(text).map((line) => ({ where, ...line }))),
  ];
  return texts.flatMap(({ where, text, isAddress }) =>
    names.flatMap((name) => mentionsOf(name, text, isAddress, where)),
  );
}

/** `DB_HOST=db`, `host: "db"`: the text is the value. Comments are for people. */
function linesOf(file: string): { text: string; isAddress: boolean }[] {
  const lines = file.split('\n').filter((line) => !/^\s*(#|;|\/\/)/.test(line));
  return lines.map((line) => {
    const [, key = '', value = ''] = /^\W*([\w.-]+)["']?\s*[=:]\s*(.*)$/.exec(line.trim()) ?? [];
    const isAddress = ADDRESS.test(key);
    return { text: isAddress ? value.replace(/^["']|["'],?$/g, '') : line, isAddress };
  });
}

/** A host stands before a port, behind `//` or `@`, or alone where an address is expected. */
function mentionsOf(name: string, text: string, isAddress: boolean, where: string): Mention[] {
  const escaped = name.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  const pattern = new RegExp(`(^|//|[^\\w.-])${escaped}(?::(\\d{1,5}))?(?![\\w.-]|:\\d)`, 'g');
  return [...text.matchAll(pattern)].flatMap((match): Mention[] => {
    const [whole, before = '', port] = match;
    const behind = text[match.index + whole.length] ?? ',';
    const alone = isAddress && /^[\s,;]?$/.test(before) && /[\s,;]/.test(behind);
    if (port) return [{ name, port: Number(port), where }];
    return before === '//' || before === '@' || alone ? [{ name, where }] : [];
  });
}
