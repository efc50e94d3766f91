import { netemChance } from './netem.ts';

export const duplicate = netemChance('duplicate', {
  summary: 'send packets twice by chance',
  doc: 'Packets that leave through the link are sent a second time.',
});
