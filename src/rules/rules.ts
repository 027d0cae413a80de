// All passive rules in one order; a rule's index is its place here. A list only: the rules stand in the files by subject.

import { BODY } from './body.ts';
import { DIALOG } from './dialog-rules.ts';
import { EVENTS } from './events.ts';
import { NEGOTIATION } from './negotiation.ts';
import { REGISTRATION } from './registration.ts';
import { RELIABILITY } from './reliability.ts';
import { REQUEST_LINE } from './request-line.ts';
import { RESPONSE_ECHO } from './response-echo.ts';
import type { Rule } from './rule.ts';

export const RULES: readonly Rule[] = [
  ...REQUEST_LINE,
  ...RESPONSE_ECHO,
  ...DIALOG,
  ...RELIABILITY,
  ...BODY,
  ...NEGOTIATION,
  ...EVENTS,
  ...REGISTRATION,
];
