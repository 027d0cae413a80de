// The event packages of the reference server: names, media types, and the state a subscriber without a published one is told. Texts only.

/** Ids; 0 is a package the server does not know. */
export const PACKAGE = { UNKNOWN: 0, PRESENCE: 1, DIALOG: 2, MESSAGE_SUMMARY: 3, REG: 4 } as const;

export interface EventPackage {
  readonly name: string;
  readonly type: string;
  /** The state of a resource of which nothing is known; `{{entity}}` and `{{version}}` are filled in. */
  readonly body: string;
}

/** By id. RFC 3856 with RFC 3863, RFC 4235, RFC 3842, RFC 3680. */
export const PACKAGES: readonly EventPackage[] = [
  { name: '', type: '', body: '' },
  {
    name: 'presence',
    type: 'application/pidf+xml',
    body:
      '<?xml version="1.0" encoding="UTF-8"?>\r\n<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="{{entity}}">' +
      '<tuple id="none"><status><basic>closed</basic></status></tuple></presence>\r\n',
  },
  {
    name: 'dialog',
    type: 'application/dialog-info+xml',
    body:
      '<?xml version="1.0" encoding="UTF-8"?>\r\n<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="{{version}}" ' +
      'state="full" entity="{{entity}}"/>\r\n',
  },
  {
    name: 'message-summary',
    type: 'application/simple-message-summary',
    body: 'Messages-Waiting: no\r\nMessage-Account: {{entity}}\r\nVoice-Message: 0/0 (0/0)\r\n',
  },
  {
    name: 'reg',
    type: 'application/reginfo+xml',
    body:
      '<?xml version="1.0" encoding="UTF-8"?>\r\n<reginfo xmlns="urn:ietf:params:xml:ns:reginfo" version="{{version}}" state="full">' +
      '<registration aor="{{entity}}" id="r" state="init"/></reginfo>\r\n',
  },
];

/** Value of Allow-Events (RFC 6665 §8.2.2). */
export const ALLOW_EVENTS = [...PACKAGES.slice(1).map(({ name }) => name), 'refer'].join(', ');
