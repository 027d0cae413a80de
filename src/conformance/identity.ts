// Values that must be new each time: branches, tags, Call-IDs. Random; remembers nothing.

import { randomBytes } from 'node:crypto';

export function token(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

/** RFC 3261 §8.1.1.7: a branch begins with z9hG4bK. */
export function newBranch(): string {
  return `z9hG4bK${token(10)}`;
}

export function newCallId(): string {
  return token(10);
}
