// A dialog as one end knows it, read off the message that made it (RFC 3261 §12.1). Kept by the case, not by a machine: it changes only when the case says so.

import { partsOf, type Reading, uriOf } from './reading.ts';

export class Dialog {
  readonly callId: string;
  /** Whole value of From in our requests, with our tag. */
  local: string;
  /** Whole value of To in our requests, with the other end's tag. */
  remote: string;
  /** Remote target. */
  target: string;
  /** Values of Route in our requests, in order. */
  routes: string[];
  /** CSeq of our last request. */
  localCseq: number;

  private constructor(callId: string, local: string, remote: string, target: string, routes: string[], cseq: number) {
    this.callId = callId;
    this.local = local;
    this.remote = remote;
    this.target = target;
    this.routes = routes;
    this.localCseq = cseq;
  }

  /** RFC 3261 §12.1.2: the dialog of a response to our request; its Record-Route is our route set from the last to the first. */
  static ofResponse(response: Reading): Dialog {
    const routes = response.headers('Record-Route').reverse();
    const { callId, contact, cseq } = response;
    return new Dialog(callId, response.header('From') ?? '', response.header('To') ?? '', contact, routes, cseq);
  }

  /** RFC 3261 §12.1.1: the dialog of a request we answered with `tag` in To; its Record-Route is our route set as it stands. */
  static ofRequest(request: Reading, tag: string): Dialog {
    const to = request.header('To') ?? '';
    const local = request.toTag === '' ? `${to};tag=${tag}` : to;
    const routes = request.headers('Record-Route');
    return new Dialog(request.callId, local, request.header('From') ?? '', request.contact, routes, 0);
  }

  /** RFC 3261 §12.2.1.1: the URI of the first hop: the topmost route, else the remote target. */
  get nextHop(): { host: string; port: number } | null {
    const parts = partsOf(this.routes.length > 0 ? uriOf(this.routes[0]!) : this.target);
    return parts === null ? null : { host: parts.host, port: parts.port ?? 5060 };
  }
}
