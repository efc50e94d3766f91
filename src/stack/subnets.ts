// Which block of addresses each network of a lab gets. IPv4 only; addresses are plain numbers here.
import { LabError } from '../errors.ts';

/** A network, and how many addresses its containers need. */
interface SubnetWant {
  readonly name: string;
  readonly addresses: number;
}

interface Block {
  readonly first: number;
  readonly last: number;
}

/** The network's own address, the broadcast address, and the engine's gateway. */
const OVERHEAD = 3;
const SMALLEST = 32;
const EXAMPLE = '10.213.0.0/16';

/**
 * Network name -> CIDR, a /27 or as much larger as it needs, lowest free block first.
 * - `range`: where from, `10.213.0.0/16`. `usage` if it is not a block of at least a /27.
 * - `taken`: CIDRs of the engine's networks and the host's routes, nothing of which is given out.
 *   What is not IPv4, and default routes (also halved, as VPNs do: /1), do not count.
 * - `keep`: networks that exist already, with what they have; they stay as they are.
 * Throws `subnet-exhausted` when there is no room.
 */
export function allocateSubnets(
  wants: readonly SubnetWant[],
  range: string,
  taken: readonly string[],
  keep: ReadonlyMap<string, string>,
): Map<string, string> {
  const within = parseRange(range);
  const used = [...taken, ...keep.values()].flatMap((cidr) => parseCidr(cidr) ?? []);
  const given = new Map<string, string>();
  for (const { name, addresses } of wants) {
    const kept = keep.get(name);
    const size = sizeFor(addresses);
    if (kept) refuseFull(name, kept, addresses);
    const block = kept ? undefined : findFree(within, size, used);
    if (!kept && !block) throw exhausted(range, within, wants, given.size, used, size);
    given.set(name, kept ?? toCidr(block!));
    if (block) used.push(block);
  }
  return given;
}

const sizeFor = (addresses: number): number =>
  Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(addresses + OVERHEAD)));

/** A network cannot grow, and another one would mean a new container for its node. */
function refuseFull(name: string, kept: string, addresses: number): void {
  const block = parseCidr(kept);
  const room = block ? block.last - block.first + 1 - OVERHEAD : addresses;
  if (addresses <= room) return;
  const text = `network ${name} is ${kept}, with room for ${room} containers, not ${addresses}`;
  throw new LabError('subnet-exhausted', text, {
    hint: 'labctl up --fresh makes larger networks, and a new lab',
  });
}

/** The lowest block of `size` addresses that begins at a multiple of it and meets nothing used. */
function findFree(within: Block, size: number, used: readonly Block[]): Block | undefined {
  const align = (address: number) => Math.ceil(address / size) * size;
  let first = align(within.first);
  while (first + size - 1 <= within.last) {
    const block = { first, last: first + size - 1 };
    const others = used.filter((other) => overlap(block, other));
    if (others.length === 0) return block;
    first = align(Math.max(...others.map(({ last }) => last)) + 1);
  }
  return undefined;
}

const overlap = (a: Block, b: Block): boolean => a.first <= b.last && b.first <= a.last;

function exhausted(
  range: string,
  within: Block,
  wants: readonly SubnetWant[],
  given: number,
  used: readonly Block[],
  size: number,
): LabError {
  const whole = used.find(({ first, last }) => first <= within.first && last >= within.last);
  const inUse = used.filter((block) => overlap(block, within)).length - given;
  const why = whole
    ? `${toCidr(whole)}, a network or route of this machine, covers all of it`
    : `${given} of the lab's ${wants.length} networks have a block, and ${inUse} networks and ` +
      'routes of this machine are in the range too';
  return new LabError('subnet-exhausted', `${range} has no free /${prefixOf(size)} left: ${why}`);
}

function parseRange(range: string): Block {
  const block = parseCidr(range);
  const problem = (claim: string) =>
    new LabError('usage', `the subnet range ${JSON.stringify(range)} ${claim}`, {
      hint: `up --subnets takes the range, for example ${EXAMPLE}`,
    });
  if (!block) throw problem(`is not an IPv4 block such as ${EXAMPLE}`);
  const size = block.last - block.first + 1;
  if (size < SMALLEST) throw problem(`is smaller than a /27, the least that one network needs`);
  if (toCidr(block) !== range.trim())
    throw problem(`begins within a block; write ${toCidr(block)}`);
  return block;
}

const CIDR = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;
const WIDEST_PREFIX = 2;

/** The block that an IPv4 CIDR lies in; undefined for anything else and for default routes. */
function parseCidr(text: string): Block | undefined {
  const parts = CIDR.exec(text.trim())?.slice(1).map(Number);
  if (!parts) return undefined;
  const [prefix, ...octets] = [parts[4]!, ...parts.slice(0, 4)];
  if (prefix! < WIDEST_PREFIX || prefix! > 32 || octets.some((octet) => octet > 255))
    return undefined;
  const size = 2 ** (32 - prefix!);
  const address = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  const first = Math.floor(address / size) * size;
  return { first, last: first + size - 1 };
}

const prefixOf = (size: number): number => 32 - Math.log2(size);

function toCidr({ first, last }: Block): string {
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return `${octets.join('.')}/${prefixOf(last - first + 1)}`;
}
