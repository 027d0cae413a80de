// Who the calls are made as: rows of a data file, and the credentials of each. Picks rows and fills fields; sends nothing.

import { bytesOf, equalsIgnoreCase, perByte, putText } from '../sip/bytes.ts';
import type { Challenge } from '../sip/digest.ts';
import { copyWithin } from '../sip/memory.ts';
import { NONE } from '../sip/message.ts';
import { METHOD, METHOD_NAMES } from '../sip/names.ts';
import { transportParameter, type Wire } from './compose.ts';
import { CredentialColumns, LINE_BYTES, type Signed } from './credentials.ts';
import type { Engine } from './engine.ts';
import { DATA_COLUMNS_MAX, FIELD } from './fields.ts';
import { CELL_BYTES, type DataTable, type WorkerConfig } from './protocol.ts';
import { Rows } from './rows.ts';

/** The names of the methods as bytes, by id. */
export const METHODS = METHOD_NAMES.map((name) => bytesOf(name));
/** The column that says whom to call. */
const TO = 'to';
const SIP = bytesOf('sip:');
const SEMICOLON = 59;

/** Columns the messages of these programs use, and those that mean something by themselves. */
export function usedColumns(config: WorkerConfig): string[] {
  const { data } = config;
  if (data === null) return [];
  const used = new Set<string>(['user', TO]);
  for (const program of config.programs)
    for (const { headers, body } of program.messages)
      for (const text of [...headers.map(([, value]) => value), body?.kind === 'text' ? body.text : ''])
        for (const match of text.matchAll(/\{\{\s*data\.([\w-]+)\s*\}\}/g)) used.add(match[1]!);
  const columns = data.columns.filter((name) => used.has(name));
  if (config.register !== null && !columns.includes(TO)) columns.push(TO);
  if (columns.length > DATA_COLUMNS_MAX)
    throw new RangeError(`flow uses more than ${DATA_COLUMNS_MAX} columns of the data file`);
  return columns;
}

export class Users {
  private readonly e: Engine;
  private readonly table: DataTable | null;
  readonly cells: Uint8Array;
  private readonly offsets: Int32Array;
  readonly count: number;
  /** Columns of the table that are fields: FIELD.DATA + i. */
  private readonly columns: Int32Array;
  /** Index among `columns` of the called user, NONE when the file has none. */
  private readonly to: number;
  /** It is the user of the row after. */
  private readonly toNext: boolean;
  /** What follows the user in our Contacts. */
  private readonly contactEnd: Uint8Array;
  private readonly userColumn: number;
  private readonly passwordColumn: number;
  /** By row where there is no file, which is by program: what the user of busyhour says, else what the flow says. */
  private readonly given: readonly ({ readonly user: string; readonly password: string } | null)[];
  private readonly rows: Rows;
  /** Row of each call. */
  readonly rowOf: Int32Array;
  /** By row: what 401 and 407 are answered with; null when nothing can be answered. */
  private readonly server: CredentialColumns | null;
  private readonly proxy: CredentialColumns | null;
  /** The names in `given`, as bytes. */
  private readonly names: readonly Uint8Array[];
  private readonly signed: Signed = { method: METHODS[0]!, uriStart: 0, uriLength: 0, bodyStart: 0, bodyLength: 0 };
  /** The Request-URI of a REGISTER. */
  private readonly registrarAt: number;
  private readonly registrarLength: number;
  /** By call: the header lines of its last INVITE, for the ACK: chunk + 1 and length. */
  private readonly inviteChunk: Int32Array;
  private readonly inviteLength: Int32Array;
  private readonly dataAt: number;
  /** Where `sip:` stands, and the user of the row is put behind it; and what follows the user. */
  private readonly targetAt: number;
  private readonly targetEnd: Uint8Array;
  private readonly authAt: number;
  /** Whether challenges can be answered. */
  readonly authenticates: boolean;

  constructor(e: Engine, config: WorkerConfig) {
    this.e = e;
    const { data, load, maxCalls } = config;
    this.table = data;
    this.cells = new Uint8Array(data?.cells ?? new ArrayBuffer(0));
    this.offsets = new Int32Array(data?.offsets ?? new ArrayBuffer(0));
    const names = e.ends.dataColumns;
    // Without a column that says so, registered users call the one after them.
    const next = names.indexOf(TO) >= 0 && data!.columns.indexOf(TO) < 0;
    this.columns = Int32Array.from(names, (name) => data!.columns.indexOf(next && name === TO ? 'user' : name));
    this.to = names.indexOf(TO);
    this.toNext = next;
    this.userColumn = data === null ? NONE : data.columns.indexOf('user');
    this.passwordColumn = data === null || this.userColumn === NONE ? NONE : data.columns.indexOf('password');
    this.given = config.programs.map((program) => config.credentials ?? program.credentials);
    this.count = data === null ? 1 : (this.offsets.length - 1) / data.columns.length;
    this.authenticates = this.passwordColumn !== NONE || this.given.some((one) => one !== null);
    const shards = load === null ? 1 : load.shardCount * config.count;
    const shard = load === null ? 0 : load.shardIndex * config.count + config.index;
    const own = config.register !== null;
    this.rows = new Rows(config.dataOrder, this.count, shard, shards, load?.seed ?? 1, own);
    this.rowOf = new Int32Array(data === null ? 0 : maxCalls);
    this.inviteChunk = new Int32Array(this.authenticates ? maxCalls : 0);
    this.inviteLength = new Int32Array(this.authenticates ? maxCalls : 0);
    this.dataAt = e.memory.reserve(Math.max(1, this.columns.length * CELL_BYTES));
    this.targetAt = e.memory.reserve(CELL_BYTES * 2);
    putText(e.bytes, this.targetAt, SIP);
    this.targetEnd = bytesOf(`@${e.ends.targetHost}:${e.ends.targetPort}${transportParameter(e.ends)}`);
    this.contactEnd = bytesOf(`@${e.ends.localHost}:${e.ends.localPort}`);
    const rows = data === null ? config.programs.length : this.count;
    this.server = this.authenticates ? new CredentialColumns(e.memory, rows, 0) : null;
    this.proxy = this.authenticates ? new CredentialColumns(e.memory, rows, 1) : null;
    this.names = this.given.map((one) => bytesOf(one?.user ?? ''));
    const registrar = `sip:${e.ends.targetHost}:${e.ends.targetPort}`;
    this.registrarAt = e.memory.reserve(Buffer.byteLength(registrar));
    this.registrarLength = e.put(this.registrarAt, registrar);
    this.authAt = e.memory.reserve(this.authenticates ? 2 * LINE_BYTES : 1);
  }

  /** The row of the next call; NONE when every row is in use. */
  nextRow(): number {
    if (this.table === null) return 0;
    const { registrations } = this.e;
    if (registrations === null) return this.rows.take();
    // Who is not registered makes no call: the next one does.
    for (let tries = 0; tries < registrations.own; tries++) {
      const row = this.rows.take();
      if (row === NONE || registrations.isRegistered(row)) return row;
      this.rows.release(row);
    }
    return NONE;
  }

  /** A row that no call got. */
  giveBack(row: number): void {
    this.rows.release(row);
  }

  /** Gives a new call its row. */
  assign(call: number, row: number): void {
    if (this.table !== null) this.rowOf[call] = row;
  }

  /** A further dialog of a call is made as the same user. */
  share(call: number, leg: number): void {
    this.assign(leg, this.rowOf[call]!);
  }

  /** Where the name of a row's user stands in `cells`. */
  nameStart(row: number): number {
    return this.offsets[row * this.table!.columns.length + this.userColumn]!;
  }

  nameEnd(row: number): number {
    return this.offsets[row * this.table!.columns.length + this.userColumn + 1]!;
  }

  /** Whether a URI is the Contact under which the user of a row registers, parameters apart. */
  isContact(row: number, buf: Uint8Array, start: number, end: number): boolean {
    if (!equalsIgnoreCase(buf, start, Math.min(end, start + SIP.length), SIP)) return false;
    const { cells, contactEnd } = this;
    let at = start + SIP.length;
    for (let i = this.nameStart(row); i < this.nameEnd(row); i++, at++)
      if (at >= end || buf[at] !== cells[i]) return false;
    for (let i = 0; i < contactEnd.length; i++, at++) if (at >= end || buf[at] !== contactEnd[i]) return false;
    return at === end || buf[at] === SEMICOLON;
  }

  /** Row of a call; its program where there is no data. */
  row(call: number): number {
    return this.table === null ? this.e.calls.program[call]! : this.rowOf[call]!;
  }

  /** A cell with a character for each of its bytes. */
  private cell(row: number, column: number): string {
    const at = row * this.table!.columns.length + column;
    return Buffer.from(this.cells.subarray(this.offsets[at]!, this.offsets[at + 1]!)).toString('latin1');
  }

  /** Fills the data fields from a row, and the Request-URI where the file says whom to call. Nothing without a file. */
  setFields(row: number): void {
    const { columns, e } = this;
    if (columns.length === 0) return;
    const { bytes, fields } = e;
    const width = this.table!.columns.length;
    for (let i = 0; i < columns.length; i++) {
      const at = (this.toNext && i === this.to ? (row + 1) % this.count : row) * width + columns[i]!;
      const from = this.offsets[at]!;
      const length = this.offsets[at + 1]! - from;
      const to = this.dataAt + i * CELL_BYTES;
      for (let k = 0; k < length; k++) bytes[to + k] = this.cells[from + k]!;
      fields.set(FIELD.DATA + i, to, length);
    }
  }

  /** The Request-URI outside a dialog: the target, or the user of the row at the target. */
  setTarget(program: number): void {
    const { e } = this;
    const { bytes, fields } = e;
    if (this.to === NONE) {
      fields.set(FIELD.TARGET, e.targetAt[program]!, e.targetLength[program]!);
      return;
    }
    const start = fields.start[FIELD.DATA + this.to]!;
    const length = fields.length[FIELD.DATA + this.to]!;
    copyWithin(bytes, this.targetAt + SIP.length, start, length);
    const end = putText(bytes, this.targetAt + SIP.length + length, this.targetEnd);
    fields.set(FIELD.TARGET, this.targetAt, end - this.targetAt);
  }

  private givenFor(row: number): { readonly user: string; readonly password: string } | null {
    return this.given[this.table === null ? row : 0]!;
  }

  /** Whether a challenge to this row can be answered. */
  knows(row: number): boolean {
    return this.passwordColumn !== NONE || this.givenFor(row) !== null;
  }

  /** Takes a challenge for a row; false when it says more than can be answered. */
  take(row: number, challenge: Challenge, proxy: boolean): boolean {
    const columns = proxy ? this.proxy! : this.server!;
    if (this.passwordColumn !== NONE)
      return columns.take(row, challenge, this.cell(row, this.userColumn), this.cell(row, this.passwordColumn));
    const { user, password } = this.givenFor(row)!;
    return columns.take(row, challenge, perByte(user), perByte(password));
  }

  /** Fills AUTH for a request that is about to be rendered, as far as the user has been challenged (RFC 3261 §22.2, §22.3). */
  setAuth(row: number, wire: Wire): void {
    const { e, authAt } = this;
    let at = authAt;
    if (this.server!.ready(row)) at = this.putLine(this.server!, row, wire, at);
    if (this.proxy!.ready(row)) at = this.putLine(this.proxy!, row, wire, at);
    e.fields.set(FIELD.AUTH, authAt, at - authAt);
  }

  private putLine(columns: CredentialColumns, row: number, wire: Wire, at: number): number {
    const { e, signed } = this;
    signed.method = METHODS[wire.method]!;
    const register = wire.method === METHOD.REGISTER;
    signed.uriStart = register ? this.registrarAt : e.fields.start[FIELD.TARGET]!;
    signed.uriLength = register ? this.registrarLength : e.fields.length[FIELD.TARGET]!;
    if (columns.needsBody(row)) this.setBody(wire);
    if (this.passwordColumn !== NONE)
      return columns.putLine(row, at, this.cells, this.nameStart(row), this.nameEnd(row), signed);
    const name = this.names[this.table === null ? row : 0]!;
    return columns.putLine(row, at, name, 0, name.length, signed);
  }

  /** The body the message will have: auth-int covers it. */
  private setBody(wire: Wire): void {
    const { e, signed } = this;
    e.fields.set(FIELD.AUTH, 0, 0);
    const chunk = e.outbox.render(wire, e.fields, NONE);
    signed.bodyLength = 0;
    if (chunk === NONE) return; // the request itself will find no room either
    const end = chunk + e.outbox.length;
    let at = chunk + 4;
    while (at < end && !isBlankLine(e.bytes, at)) at++;
    signed.bodyStart = at;
    signed.bodyLength = end - at;
    e.outbox.freeLater(chunk, e.outbox.length);
  }

  /** The header lines of an INVITE about to leave are kept for its ACK. */
  keep(call: number): void {
    const { e } = this;
    const length = e.fields.length[FIELD.AUTH]!;
    this.dropInvite(call);
    if (length === 0) return;
    const chunk = e.memory.alloc(length);
    if (chunk === NONE) return; // the ACK goes without, as if the INVITE had not been challenged
    e.bytes.copyWithin(chunk, this.authAt, this.authAt + length);
    this.inviteChunk[call] = chunk + 1;
    this.inviteLength[call] = length;
  }

  /** RFC 3261 §13.2.2.4: the ACK for a 2xx has the credentials of its INVITE. */
  setAckAuth(call: number): void {
    const chunk = this.inviteChunk[call]!;
    if (chunk > 0) this.e.fields.set(FIELD.AUTH, chunk - 1, this.inviteLength[call]!);
  }

  /** The slot of a call, or of a further dialog of one, is over. */
  release(slot: number): void {
    const { answers, calls } = this.e;
    // A call that came in has a row, but has not taken it; a further dialog shares that of its call.
    const taken = answers[calls.program[slot]!] === 0 && calls.main[slot] === slot;
    if (this.table !== null && taken) this.rows.release(this.rowOf[slot]!);
    this.dropInvite(slot);
  }

  private dropInvite(call: number): void {
    if (!this.authenticates || this.inviteChunk[call] === 0) return;
    this.e.outbox.freeLater(this.inviteChunk[call]! - 1, this.inviteLength[call]!);
    this.inviteChunk[call] = 0;
  }
}

/** Whether the header ends right before `at`: CR LF CR LF. */
function isBlankLine(bytes: Uint8Array, at: number): boolean {
  return bytes[at - 4] === 13 && bytes[at - 3] === 10 && bytes[at - 2] === 13 && bytes[at - 1] === 10;
}
