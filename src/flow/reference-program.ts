// The program under which the reference server's calls are counted: a line for each method, and no row to play. Plain data.

import { METHOD_NAMES } from '../sip/names.ts';
import { type LadderLine, OP, type Program, ROW_SIZE } from './program.ts';

const line = (from: 'caller' | 'callee', label: string): LadderLine => ({
  from,
  label,
  note: '',
  optional: true,
  line: 0,
});

/** Lines: each method received, in the order of its id; then what the server sends by itself. */
export const REFERENCE_PROGRAM: Program = {
  flow: 'reference',
  role: 'callee',
  user: '',
  credentials: null,
  rows: Int32Array.from({ length: ROW_SIZE }, (_, i) => (i === 0 ? OP.END : 0)),
  messages: [],
  variables: [],
  captures: [],
  conditions: [],
  ladder: [
    ...METHOD_NAMES.slice(1).map((name) => line('caller', name)),
    ...['NOTIFY', 'UPDATE', 'INVITE', 'BYE'].map((name) => line('callee', name)),
  ],
};
