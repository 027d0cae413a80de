// The elements of a page, and whether each is closed: for tests of what is rendered. Knows no page.

const EMPTY = new Set(['meta', 'link', 'br']);

/** Names of elements with their attributes, in order; throws where a tag is not closed or closed twice. */
export function elements(text: string): string[] {
  const open: string[] = [];
  const seen: string[] = [];
  const body = text.replace(/<!doctype html>/i, '').replace(/<style>[^<]*<\/style>/, '');
  for (const [tag, slash, name, attributes] of body.matchAll(
    /<(\/?)([a-z0-9]+)((?:\s+[a-zA-Z0-9-]+(?:="[^"<>]*")?)*)\s*\/?>/g,
  )) {
    if (slash === '/') {
      if (open.pop() !== name) throw new Error(`${tag} closes nothing`);
      continue;
    }
    seen.push(`${name}${attributes}`);
    if (!tag.endsWith('/>') && !EMPTY.has(name!)) open.push(name!);
  }
  if (open.length > 0) throw new Error(`${open.join(' ')} not closed`);
  const stray = body.replace(/<(\/?)([a-z0-9]+)((?:\s+[a-zA-Z0-9-]+(?:="[^"<>]*")?)*)\s*\/?>/g, '').match(/[<>]/);
  if (stray !== null) throw new Error(`a bare ${stray[0]}`);
  return seen;
}
