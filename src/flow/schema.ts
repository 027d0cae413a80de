// The shape of a flow file: one zod schema for types, checks and the published JSON Schema. Knows no line numbers and no SIP rules.

import * as z from 'zod';
import { METHOD_NAMES } from '../sip/names.ts';
import { DURATION_PATTERN } from './duration.ts';

/** Methods a ladder may name. */
export const METHODS: readonly string[] = METHOD_NAMES.slice(1);

/** Most times a block is repeated; the unrolled ladder has a limit of its own (MAX_ROWS). */
const MAX_REPEAT = 2000;

const duration = z.string().regex(DURATION_PATTERN);
const labelName = z.string().regex(/^[A-Za-z][\w-]*$/);
const status = z.int().min(100).max(699);

const event = z
  .union([z.enum(METHODS as [string, ...string[]]), status, z.string().regex(/^[1-6]xx$/), z.array(status).min(1)])
  .describe('A method, a status, a list of statuses (the first is sent, any is taken), or a class such as 2xx.');

const headerValue = z.union([z.string(), z.number()]);

const messageKeys = {
  headers: z
    .record(z.string(), z.union([headerValue, z.array(headerValue).min(1)]))
    .optional()
    .describe('Extra header fields. A list gives one line each. {{…}} is replaced.'),
  body: z
    .union([z.enum(['sdp-offer', 'sdp-answer']), z.string()])
    .optional()
    .describe('sdp-offer, sdp-answer, or the text itself; lines end in CRLF on the wire.'),
  of: z
    .enum(METHODS as [string, ...string[]])
    .optional()
    .describe('The request this response answers; else the latest one of the other side without a final response.'),
  reason: z.string().optional().describe('Reason phrase of a response.'),
  optional: z
    .boolean()
    .optional()
    .describe(
      'The receiver does without it. It is still sent, except 100, which the transaction layer sends by itself.',
    ),
  reliable: z
    .boolean()
    .optional()
    .describe('A provisional response sent reliably (RFC 3262): Require: 100rel and RSeq.'),
  capture: z
    .record(z.string(), z.union([z.string(), z.strictObject({ header: z.string(), pattern: z.string() })]))
    .optional()
    .describe('The receiver keeps the value of a header field, of `body` or of `uri` for {{name}} in later messages.'),
  where: z
    .record(z.string(), z.string())
    .optional()
    .describe('What the receiver asks of the message: a pattern by header field, `body` or `uri`, in any letter case.'),
  leg: labelName
    .optional()
    .describe('Which dialog of the call: a name of your own for each further one; the first has none.'),
  timeout: duration.optional().describe('How long the receiver waits for this message.'),
  onTimeout: labelName.optional().describe('Where the receiver goes on when the timeout has passed.'),
  label: labelName.optional().describe('A name of this step for goto.'),
  goto: labelName.optional().describe('Where both go on after this message.'),
};

const callerStep = z.strictObject({ caller: event, ...messageKeys });
const calleeStep = z.strictObject({ callee: event, ...messageKeys });
const pauseStep = z.strictObject({
  pause: z
    .union([z.literal('hold'), duration])
    .describe('The side that sends next waits: hold (from --hold) or a duration such as 250ms.'),
});
const labelStep = z.strictObject({ label: labelName.describe('A place for goto and onTimeout.') });
const gotoStep = z.strictObject({ goto: labelName.describe('Go on at this label.') });
const repeatStep = z.strictObject({
  repeat: z.int().min(1).max(MAX_REPEAT).describe('How many times the steps are played.'),
  get steps() {
    return z.array(step).min(1);
  },
});
const anyOfStep = z.strictObject({
  anyOf: z
    .array(z.union([callerStep, calleeStep]))
    .min(2)
    .describe('Messages of one sender: the first is sent, any is taken.'),
  timeout: messageKeys.timeout,
  onTimeout: messageKeys.onTimeout,
  label: messageKeys.label,
});

// The explicit type is what lets repeat contain steps.
const step: z.ZodType<FlowStepFile> = z
  .union([callerStep, calleeStep, pauseStep, labelStep, gotoStep, repeatStep, anyOfStep])
  .meta({ id: 'step' });

const head = {
  flow: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/)
    .describe('Name of the flow: small letters, digits and hyphens.'),
  title: z.string().min(1).describe('One line that says what the flow does.'),
  description: z.string().optional(),
  credentials: z
    .strictObject({ user: z.string().min(1), password: z.string() })
    .optional()
    .describe('What a 401 or 407 is answered with where neither --user nor a data file says.'),
  user: z
    .string()
    .regex(/^[A-Za-z0-9._~+*-]+$/)
    .optional()
    .describe('User part of the Request-URI where the target names none.'),
};

const flowFile = z
  .strictObject({ ...head, ladder: z.array(step).min(1).describe('The messages in order, top to bottom.') })
  .meta({ title: 'busyhour flow', description: 'A SIP call flow as one ladder; it plays the caller and the callee.' });

export type EventFile = string | number | readonly number[];
export interface MessageFile {
  readonly headers?: Readonly<Record<string, string | number | readonly (string | number)[]>>;
  readonly body?: string;
  readonly of?: string;
  readonly reason?: string;
  readonly optional?: boolean;
  readonly reliable?: boolean;
  readonly capture?: Readonly<Record<string, string | { readonly header: string; readonly pattern: string }>>;
  readonly where?: Readonly<Record<string, string>>;
  readonly leg?: string;
  readonly timeout?: string;
  readonly onTimeout?: string;
  readonly label?: string;
  readonly goto?: string;
}
export type MessageStepFile = MessageFile & ({ readonly caller: EventFile } | { readonly callee: EventFile });
export type FlowStepFile =
  | MessageStepFile
  | { readonly pause: string }
  | { readonly label: string }
  | { readonly goto: string }
  | { readonly repeat: number; readonly steps: readonly FlowStepFile[] }
  | {
      readonly anyOf: readonly MessageStepFile[];
      readonly timeout?: string;
      readonly onTimeout?: string;
      readonly label?: string;
    };
export interface FlowFile {
  readonly flow: string;
  readonly title: string;
  readonly description?: string;
  readonly user?: string;
  readonly credentials?: { readonly user: string; readonly password: string };
  readonly ladder: readonly FlowStepFile[];
}

const unchecked = z.array(z.unknown());

/** The same shapes one level deep: children are checked one by one, so that a fault is told by its own step and not by a union. */
export const SHAPES = {
  flow: z.strictObject({ ...head, ladder: unchecked.min(1) }),
  caller: callerStep,
  callee: calleeStep,
  pause: pauseStep,
  label: labelStep,
  goto: gotoStep,
  repeat: z.strictObject({ repeat: repeatStep.shape.repeat, steps: unchecked.min(1) }),
  anyOf: anyOfStep.extend({ anyOf: unchecked.min(2) }),
} as const;
export type StepKind = Exclude<keyof typeof SHAPES, 'flow'>;

/** schemas/flow.schema.json, for editors. */
export function flowJsonSchema(): object {
  return z.toJSONSchema(flowFile, { io: 'input' });
}
