// The shape of a mix file: one zod schema for types, checks and the published JSON Schema. Knows no line numbers and finds no flow.

import * as z from 'zod';
import { DURATION_PATTERN } from './duration.ts';
import { MOST_CALLS } from './mix-order.ts';

export const SHARE_PATTERN = /^(\d+(?:\.\d{1,2})?)%$/;
const NAME_PATTERN = /^[a-z0-9][a-z0-9-]*$/;
/** Flows of one mix: with both ends of each, what the low bits of a call's number can tell. */
export const MOST_FLOWS = 50;

const duration = z.string().regex(DURATION_PATTERN);

export const mixedFlow = z.strictObject({
  flow: z.string().min(1).describe('A built-in flow by name, or a file: a path, seen from this file.'),
  weight: z
    .int()
    .min(1)
    .max(MOST_CALLS)
    .optional()
    .describe('How many calls of this flow there are beside those of the others.'),
  share: z.string().regex(SHARE_PATTERN).optional().describe('Part of the rate, such as 12.5%; all shares are 100%.'),
  name: z
    .string()
    .regex(NAME_PATTERN)
    .optional()
    .describe('What the report calls it, when a flow stands here more than once.'),
  hold: duration.optional().describe('Length of `pause: hold` in this flow; else --hold.'),
});

export const registration = z.strictObject({
  expires: duration.optional().describe('Expiry that is asked for; 300s when left out. The one granted counts.'),
  refresh: z
    .union([z.string().regex(SHARE_PATTERN), duration])
    .optional()
    .describe(
      'When a binding is refreshed: part of its granted time, or a time, but never after 95%. 80% when left out.',
    ),
  rate: z.number().positive().optional().describe('Registrations a second at the start; 100 when left out.'),
  ramp: duration
    .optional()
    .describe('In this time the rate of registrations goes from 0 up to its value; 0s when left out.'),
  unregister: z.boolean().optional().describe('Whether the bindings are removed at the end; true when left out.'),
});

const head = {
  mix: z.string().regex(NAME_PATTERN).describe('Name of the mix: small letters, digits and hyphens.'),
  title: z.string().min(1).optional().describe('One line that says what the mix stands for.'),
  register: registration
    .optional()
    .describe('Each row of --data is a user who is registered all the time, and also takes calls on the same socket.'),
};

const mixFile = z
  .strictObject({ ...head, flows: z.array(mixedFlow).min(1).max(MOST_FLOWS).describe('What is played, and how much.') })
  .meta({ title: 'busyhour mix', description: 'Several SIP call flows in one run, by weight; and who the users are.' });

export type MixedFlowFile = z.infer<typeof mixedFlow>;
export type RegisterFile = z.infer<typeof registration>;
export type MixFile = z.infer<typeof mixFile>;

/** The head by itself: flows and registration are checked one by one, so that a fault is told at its own place. */
export const mixHead = z.strictObject({
  ...head,
  register: z.unknown().optional(),
  flows: z.array(z.unknown()).min(1).max(MOST_FLOWS),
});

/** schemas/mix.schema.json, for editors. */
export function mixJsonSchema(): object {
  return z.toJSONSchema(mixFile, { io: 'input' });
}
