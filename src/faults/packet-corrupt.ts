import { netemChance } from './netem.ts';

export const packetCorrupt = netemChance('corrupt', {
  summary: 'flip a bit in packets by chance; checksums make it loss',
  doc:
    'A single bit at a random place; the checksum of TCP fails and the packet is lost. To ' +
    'change what applications read there is corrupt.',
});
