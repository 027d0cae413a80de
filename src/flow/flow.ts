// A checked flow: what loadFlow returns, and what compile and draw read. Plain data; says nothing about YAML.

import { METHOD, METHOD_NAMES } from '../sip/names.ts';
import type { BodySpec, ConditionSpec, LadderLine } from './program.ts';

export type Role = 'caller' | 'callee';

export interface Flow {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** User part of the Request-URI where the target names none; '' for none. */
  readonly user: string;
  /** What a challenge is answered with where the user of busyhour names nothing. */
  readonly credentials: { readonly user: string; readonly password: string } | null;
  readonly file: string;
  /** The picture, line by line. */
  readonly lines: readonly FlowLine[];
  /** The steps with every repeat unrolled; step `steps.length` is the end. */
  readonly steps: readonly FlowStep[];
  /** Every captured name. */
  readonly variables: readonly string[];
  /** Names of the call's dialogs; the first has none. */
  readonly legs: readonly string[];
}

export interface FlowLine extends LadderLine {
  readonly kind: 'message' | 'pause' | 'label' | 'goto' | 'repeat' | 'anyOf' | 'close';
}

export type FlowStep = MessageStep | PauseStep | GotoStep;

export interface MessageStep {
  readonly kind: 'message';
  readonly from: Role;
  /** One, or the alternatives of an anyOf. The first is sent, any is taken. */
  readonly choices: readonly Choice[];
  readonly optional: boolean;
  /** How long the receiver waits; NONE for no limit of the flow. */
  readonly timeoutUs: number;
  /** Step at which the receiver goes on after the timeout, or NONE. */
  readonly onTimeout: number;
  /** Step at which the receiver goes on without the message when it is optional. */
  readonly absent: number;
}

export interface Choice {
  /** Index into lines. */
  readonly line: number;
  readonly kind: 'request' | 'response';
  /** Method of the request, or of the request that the response answers. */
  readonly method: number;
  /** Statuses taken, ascending, inclusive; empty for a request. */
  readonly ranges: readonly (readonly [lo: number, hi: number])[];
  /** Status sent; 0 for a request. */
  readonly status: number;
  /** The flow never sends it: a 100, or the ACK of a 300–699. The transaction layer does. */
  readonly byTransaction: boolean;
  readonly reason: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: BodySpec | null;
  readonly reliable: boolean;
  readonly captures: readonly { readonly name: string; readonly header: string; readonly pattern: string }[];
  /** What the receiver asks of it besides method and status. */
  readonly where: readonly ConditionSpec[];
  /** Which of the call's dialogs: index into the flow's legs. */
  readonly leg: number;
  /** Step that follows. */
  readonly next: number;
}

export interface PauseStep {
  readonly kind: 'pause';
  readonly line: number;
  /** HOLD_US for `hold`. */
  readonly us: number;
}

/** Requests whose 2xx makes a dialog: RFC 3261 §12.1, RFC 6665 §4.1, RFC 3515 §2.4.4. */
const DIALOG_MAKING: readonly number[] = [METHOD.INVITE, METHOD.SUBSCRIBE, METHOD.REFER];

/** Length of a pause that --hold sets. */
export const HOLD_US = -1;

export interface GotoStep {
  readonly kind: 'goto';
  readonly line: number;
  readonly to: number;
}

/** The requests of a flow in order of appearance, each once: `["INVITE", "ACK", "BYE"]`. */
export function methodsOf(flow: Flow): string[] {
  const methods = new Set<string>();
  for (const step of flow.steps)
    if (step.kind === 'message')
      for (const { kind, method } of step.choices) if (kind === 'request') methods.add(METHOD_NAMES[method]!);
  return [...methods];
}

/**
 * Whether several requests of the caller stand outside a dialog, as in register, or begin further dialogs: only a server ties them
 * together. An INVITE behind a 3xx of the callee is known by where that sent it.
 */
export function needsStore(flow: Flow): boolean {
  if (flow.legs.length > 1) return true;
  let outside = 0;
  let dialog: 'none' | 'early' | 'confirmed' = 'none';
  let redirected = false;
  for (const step of flow.steps) {
    if (step.kind !== 'message') continue;
    const { kind, method, status } = step.choices[0]!;
    if (kind === 'request') {
      const asks = step.from === 'caller' && method !== METHOD.ACK && method !== METHOD.CANCEL;
      if (asks && dialog === 'none' && !redirected) outside++;
      continue;
    }
    if (!DIALOG_MAKING.includes(method)) continue;
    if (status >= 200 && status < 300) dialog = 'confirmed';
    else if (dialog !== 'confirmed') dialog = status > 100 && status < 200 ? 'early' : 'none';
    redirected = status >= 300 && status < 400;
  }
  return outside > 1;
}

/** The first message step at or behind `index`, over pauses and gotos; `steps.length` when the end comes first. */
export function nextMessage(steps: readonly { readonly kind: string; readonly to?: number }[], index: number): number {
  let at = index;
  for (let gone = 0; gone <= steps.length && at >= 0 && at < steps.length; gone++) {
    const step = steps[at]!;
    if (step.kind === 'message') return at;
    at = step.kind === 'goto' ? step.to! : at + 1;
  }
  return steps.length;
}

export function other(role: Role): Role {
  return role === 'caller' ? 'callee' : 'caller';
}
