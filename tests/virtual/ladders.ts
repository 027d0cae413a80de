// What crosses the link in each of the four flows, in the order it is sent, when nothing is lost. Data only.

export const LADDERS = {
  // RFC 3261 §11: OPTIONS is answered as an INVITE would be.
  options: ['OPTIONS', '200 OPTIONS'],
  // RFC 3665 §3.1: a session between two ends.
  basic: ['INVITE', '180 INVITE', '200 INVITE', 'ACK', 'BYE', '200 BYE'],
  // RFC 3261 §9, RFC 3665 §3.8: a call that is cancelled while it rings.
  cancel: ['INVITE', '180 INVITE', 'CANCEL', '200 CANCEL', '487 INVITE', 'ACK'],
  // RFC 3262 §3, RFC 6086 §3, RFC 3515 §2.4: reliable provisional, INFO, REFER with its NOTIFY.
  'prack-info-refer': [
    'INVITE',
    '183 INVITE',
    'PRACK',
    '200 PRACK',
    '200 INVITE',
    'ACK',
    'INFO',
    '200 INFO',
    'REFER',
    '200 REFER',
    'NOTIFY',
    '200 NOTIFY',
    'BYE',
    '200 BYE',
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type FlowName = keyof typeof LADDERS;
export const FLOWS = Object.keys(LADDERS) as FlowName[];
