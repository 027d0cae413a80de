// The `{{…}}` names of headers and bodies: which exist, and where they stand in a text. Pure; gives no values.

/** Names busyhour fills in by itself. `hold` is resolved when the flow is compiled, the others by the engine. */
export const SUBSTITUTIONS = [
  'target.host',
  'target.port',
  'target.user',
  'local.host',
  'local.port',
  'call.number',
  'call.id',
  'media.address',
  'media.port',
  'hold',
] as const;

/** Columns of the data file: `{{data.COLUMN}}`. */
export const DATA_PREFIX = 'data.';

/** Names a flow may capture into. */
export const VARIABLE_PATTERN = /^[A-Za-z][\w-]*$/;

const PLACEHOLDER = /\{\{\s*([\w.-]+)\s*\}\}/g;

/** Every name in a text, once. */
export function namesIn(text: string): string[] {
  return [...new Set([...text.matchAll(PLACEHOLDER)].map((match) => match[1]!))];
}

/** A `{{` or `}}` that is part of no placeholder. */
export function hasStrayBraces(text: string): boolean {
  return /\{\{|\}\}/.test(text.replace(PLACEHOLDER, ''));
}

/** `text` with every `{{name}}` replaced by `value`. */
export function replaceName(text: string, name: string, value: string): string {
  return text.replace(PLACEHOLDER, (whole, found) => (found === name ? value : whole));
}
