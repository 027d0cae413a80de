// A registrar and stateless, record-routing proxy of a few lines at one port of a link, whose answers a test chooses. Judges nothing, keeps no transaction.

import type { Link } from './link.ts';

const HOST = '127.0.0.1';

/** What a REGISTER is answered instead of 200: a status, and header lines for it. */
export interface Refusal {
  readonly status: number;
  readonly lines?: readonly string[];
}

export interface Registration {
  readonly user: string;
  readonly expiresS: number;
  readonly text: string;
  readonly atUs: number;
}

export class Registrar {
  /** Bindings by user: the contact URI. */
  readonly bindings = new Map<string, string>();
  readonly registrations: Registration[] = [];
  /** Seconds a binding is granted when `asked` were asked for. */
  grant: (askedS: number) => number = (askedS) => askedS;
  refuse: (registration: Registration) => Refusal | null = () => null;
  /** What the 200 lists for a user's binding, such as `Contact: <sip:a@h>;expires=9`; null for the binding as it is. */
  list: ((user: string) => string) | null = null;
  private readonly link: Link;
  private readonly port: number;

  constructor(link: Link, port: number) {
    this.link = link;
    this.port = port;
    link.listen(port, (text, fromPort) => this.take(text, fromPort));
  }

  private take(text: string, fromPort: number): void {
    if (text.startsWith('SIP/2.0')) this.back(text);
    else if (text.startsWith('REGISTER ')) this.register(text, fromPort);
    else this.forward(text, fromPort);
  }

  private register(text: string, fromPort: number): void {
    const user = /^To: <sip:([^@]+)@/m.exec(text)![1]!;
    const expiresS = Number(/^Expires: (\d+)/m.exec(text)![1]);
    const contact = /^Contact: <([^>]+)>/m.exec(text)![1]!;
    const registration = { user, expiresS, text, atUs: this.link.now[0]! };
    this.registrations.push(registration);
    const refusal = this.refuse(registration);
    if (refusal !== null) {
      this.answer(text, fromPort, refusal.status, refusal.lines ?? []);
      return;
    }
    if (expiresS === 0) this.bindings.delete(user);
    else this.bindings.set(user, contact);
    const own = this.list?.(user) ?? `Contact: <${contact}>;expires=${this.grant(expiresS)}`;
    this.answer(text, fromPort, 200, expiresS === 0 ? [] : [own]);
  }

  private answer(text: string, toPort: number, status: number, lines: readonly string[]): void {
    const copied = text.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/.test(line));
    const tagged = copied.map((line) => (/^To:/.test(line) && !/;tag=/.test(line) ? `${line};tag=proxy` : line));
    const all = [`SIP/2.0 ${status} Answer`, ...tagged, ...lines, 'Content-Length: 0', '', ''];
    this.link.text(all.join('\r\n'), this.port, toPort);
  }

  /** By Request-URI: a user of ours goes to its contact, anything else to its own host. */
  private forward(text: string, fromPort: number): void {
    const [, method, uri] = /^(\S+) (\S+) SIP/.exec(text)!;
    const [, user, port] = /^sip:(?:([^@]+)@)?[^:]+:(\d+)/.exec(uri!)!;
    const ours = Number(port) === this.port;
    const contact = ours ? this.bindings.get(user!) : uri;
    if (contact === undefined) {
      if (method !== 'ACK') this.answer(text, fromPort, 404, []);
      return;
    }
    const branch = /branch=(z9hG4bK[^;\s]+)/.exec(text)![1]!;
    const here = `${HOST}:${this.port}`;
    const added = [`Via: SIP/2.0/UDP ${here};branch=${branch}.p`];
    if (method === 'INVITE' && !/;tag=/.test(/^To:.*$/m.exec(text)![0])) added.push(`Record-Route: <sip:${here};lr>`);
    const lines = text.split('\r\n').filter((line) => !line.startsWith(`Route: <sip:${here}`));
    lines[0] = `${method} ${contact} SIP/2.0`;
    lines.splice(1, 0, ...added);
    this.link.text(lines.join('\r\n'), this.port, Number(/:(\d+)[^:]*$/.exec(contact)![1]));
  }

  private back(text: string): void {
    const lines = text.split('\r\n');
    const top = lines.findIndex((line) => line.startsWith('Via:'));
    lines.splice(top, 1);
    const next = lines.find((line) => line.startsWith('Via:'))!;
    this.link.text(lines.join('\r\n'), this.port, Number(/:(\d+)/.exec(next.slice(4))![1]));
  }
}
