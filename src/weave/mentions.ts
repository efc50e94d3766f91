// Whom a service dials by what it is told: names of other services in its environment, its command
// and its files, where they stand as the host of an address.
import type { Service } from './project.ts';
import type { TextFile } from './texts.ts';

interface Mention {
  readonly name: string;
  readonly port?: number;
  /** `environment DATABASE_URL`, `command`, `file nginx.conf`. */
  readonly where: string;
}

const WORDS =
  '(HOSTS?|HOSTNAME|SERVERS?|ADDR(ESS(ES)?|S)?|UR[IL]S?|ENDPOINTS?|BROKERS?|NODES|PEERS)';

/** Variables whose whole value may be a name: DB_HOST is, MYSQL_DATABASE is not. */
const ADDRESS = new RegExp(`${WORDS}$`, 'i');

/** What stands before a name in `mysql -h db`, `--db-host=db`. */
const OPTION = new RegExp(`(^|\\s)-(h|-?[\\w.-]*${WORDS})(=|\\s+)["']?$`, 'i');

/** Each of `names` that the service is told to dial, with the port where one is given. */
export function findMentions(
  service: Service,
  names: readonly string[],
  files: readonly TextFile[] = [],
): Mention[] {
  const command = [...(service.entrypoint ?? []), ...(service.command ?? [])].join(' ');
  const texts = [
    ...Object.entries(service.environment ?? {}).map(([key, value]) => ({
      where: `environment ${key}`,
      text: value ?? '',
      isAddress: ADDRESS.test(key),
    })),
    { where: 'command', text: command, isAddress: false },
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
    const [, key = '', value = ''] = /^\W*(\w[\w.-]*)["']?\s*[=:]\s*(.*)$/.exec(line.trim()) ?? [];
    const isAddress = ADDRESS.test(key);
    return { text: isAddress ? value.replace(/^["']|["'],?$/g, '') : line, isAddress };
  });
}

/**
 * A host stands before a port (`db:3306`, `db 3306`), behind `//` or `@`, or alone where an address
 * is expected. Behind a space a small number is no port: CoreDNS keeps answers for `cache 30`.
 */
function mentionsOf(name: string, text: string, isAddress: boolean, where: string): Mention[] {
  const escaped = name.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  const behindName = '(?::(\\d{1,5})|\\s+(80|443|\\d{4,5}))?(?![\\w.-]|:\\d)';
  const pattern = new RegExp(`(^|//|[^\\w.-])${escaped}${behindName}`, 'g');
  return [...text.matchAll(pattern)].flatMap((match): Mention[] => {
    const [whole, before = '', ...ports] = match;
    const port = Number(ports.find(Boolean));
    if (port >= 1 && port <= 65_535) return [{ name, port, where }];
    const behind = text[match.index + whole.length] ?? ',';
    const alone =
      (isAddress && /^[\s,;]?$/.test(before) && /[\s,;]/.test(behind)) ||
      OPTION.test(text.slice(0, match.index + before.length));
    return before === '//' || before === '@' || alone ? [{ name, where }] : [];
  });
}
