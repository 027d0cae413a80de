// The drops column of /proc/net/udp.

import { expect, it } from 'vitest';
import { parseProcUdp } from './proc-udp.ts';

const text = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  105: 0100007F:13C4 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1234 2 0000000000000000 17
  105: 0100007F:13C4 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1235 2 0000000000000000 3
  106: 00000000:13C5 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1236 2 0000000000000000 5
`;

it.each([
  ['127.0.0.1', 5060, 20],
  ['0.0.0.0', 5061, 5],
  ['127.0.0.1', 5061, 0],
  ['127.0.0.2', 5060, 0],
])('%s port %i has dropped %i', (address, port, dropped) => {
  expect(parseProcUdp(text, address, port)).toBe(dropped);
});
