// How an end is let in where a server asks who is there: which challenges it answers, and credentials in its requests. Sends nothing.

import { type Challenge, type Credentials, chooseChallenge } from '../sip/digest.ts';
import { newBranch } from './identity.ts';
import type { Outgoing, Received } from './outgoing.ts';
import { isChallenge } from './status.ts';

export class Admission {
  private readonly credentials: Credentials | null;
  /** Header field that credentials go to, null while nobody asked for some. */
  private header: 'Authorization' | 'Proxy-Authorization' | null = null;

  /** @param credentials null: no challenge is answered */
  constructor(credentials: Credentials | null) {
    this.credentials = credentials;
  }

  /** What `response` asks of the sender of `request`; null where it is no challenge, or none that can be answered. */
  challengeIn(response: Received, request: Outgoing): Challenge | null {
    if (!isChallenge(response.status) || this.credentials === null || !request.canReissue) return null;
    return chooseChallenge(response.headers(response.status === 407 ? 'Proxy-Authenticate' : 'WWW-Authenticate'));
  }

  /** Makes of `request` another one, with credentials for the challenge of a 401 or 407. */
  answer(request: Outgoing, challenge: Challenge, status: number): void {
    this.credentials!.take(challenge);
    this.header = status === 407 ? 'Proxy-Authorization' : 'Authorization';
    request.reissue(this.header, this.valueFor(request), newBranch());
  }

  /** Puts credentials for the challenge answered last into a request before it is sent, if there was one. */
  admit(request: Outgoing): void {
    if (this.credentials !== null && this.header !== null) request.prove(this.header, this.valueFor(request));
  }

  private valueFor({ method, uri, reading }: Outgoing): string {
    return this.credentials!.value(method, uri, reading.body);
  }
}
