// `--torture DIR`: the folder's manifest and its messages, read and checked. Sends nothing.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { entriesSchema, type TortureMessage } from '../conformance/torture.ts';
import { UsageError } from '../controller/usage-error.ts';
import { checkedFile, type FileKind } from './checked-file.ts';

/** Lists of messages by document; keys of another kind are remarks. */
const schema = z.record(z.string(), z.unknown());

const MANIFEST: FileKind<Record<string, unknown>> = {
  schema,
  noun: 'a manifest',
  keysAt: () => [],
  mendOf: () =>
    'such as { "rfc4475": [{ "name": "badvers", "file": "badvers.dat", "section": "3.1.2.16", "title": "…", "klass": "invalid", "expect": "505" }] }',
  more: (value) =>
    Object.entries(value).flatMap(([document, list]) => {
      if (!Array.isArray(list)) return [];
      const where = /^rfc\d{4,5}$/.test(document)
        ? []
        : [{ path: [document], message: `${document} is no document`, mend: 'write rfcNNNN' }];
      const checked = entriesSchema.safeParse(list);
      if (checked.success) return where;
      const faults = checked.error.issues.map((issue) => ({
        path: [document, ...(issue.path as (string | number)[])],
        message: `${[document, ...issue.path].join('.')}: ${issue.message}`,
        mend: 'name, file, section, title, klass and expect are texts; tolerated, must_not and wire too, where they are',
      }));
      return [...where, ...faults];
    }),
};

/** Every message of the folder. @throws UsageError with one line for each fault */
export function tortureFrom(dir: string): TortureMessage[] {
  const { value } = checkedFile(join(dir, 'manifest.json'), '--torture', MANIFEST);
  const messages = Object.entries(value)
    .filter(([, list]) => Array.isArray(list))
    .flatMap(([document, list]) =>
      entriesSchema
        .parse(list)
        .map((entry) => ({ document, entry, bytes: bytesOf(join(dir, entry.wire ?? entry.file)) })),
    );
  if (messages.length === 0) throw new UsageError(`--torture ${dir}: the manifest names no message`);
  return messages;
}

function bytesOf(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UsageError(
      `--torture: ${path} cannot be read (${(error as NodeJS.ErrnoException).code}); mend the manifest`,
    );
  }
}
