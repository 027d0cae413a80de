// Which cases the flags of `busyhour conform` ask for, and the flags that ask for none. Runs nothing.

import { type Entry, LEVELS, ROLES, rfcOf } from '../conformance/case.ts';
import { levelWord, type Selection, select } from '../conformance/select.ts';
import { UsageError } from '../controller/usage-error.ts';
import { nearest } from '../flow/nearest.ts';

export interface SelectionFlags {
  readonly rfc?: string;
  readonly method?: string;
  readonly role?: string;
  readonly level?: string;
  readonly case?: string[];
}

/** @throws UsageError for a word that is none */
export function selectionOf(o: SelectionFlags): Selection {
  const words = (text: string | undefined) => text?.split(',').map((word) => word.trim());
  const among = (flag: string, given: string[] | undefined, known: readonly string[]) => {
    for (const word of given ?? [])
      if (!known.includes(word)) throw new UsageError(`--${flag} ${word}: want ${known.join(', ')}`);
    return given;
  };
  const rfcs = words(o.rfc)?.map((word) => {
    const number = Number(word.replace(/^rfc/i, ''));
    if (!Number.isInteger(number) || number <= 0)
      throw new UsageError(`--rfc ${word}: want numbers, such as 3261,3262`);
    return number;
  });
  const methods = words(o.method)?.map((word) => word.toUpperCase());
  const roles = among('role', words(o.role?.toLowerCase()), ROLES);
  const levels = among('level', words(o.level?.toLowerCase()), [...new Set(LEVELS.map(levelWord))]);
  return {
    ...(rfcs && { rfcs }),
    ...(methods && { methods }),
    ...(roles && { roles }),
    ...(levels && { levels }),
    ...(o.case && { globs: o.case }),
  };
}

/** A flag that no case answers to would be ignored in silence: it is refused. @throws UsageError, of exit code 5 where nothing at all is selected */
export function refuseIdle(catalogue: readonly Entry[], wanted: Selection, some: boolean): void {
  const known = {
    rfcs: [...new Set(catalogue.map(({ id }) => rfcOf(id)))].sort((a, b) => a - b),
    methods: [...new Set(catalogue.flatMap(({ methods }) => methods))].sort(),
  };
  const idle = [
    ...(wanted.rfcs ?? [])
      .filter((rfc) => !known.rfcs.includes(rfc))
      .map((rfc) => `--rfc ${rfc}: no case is of it; there are ${known.rfcs.join(', ')}`),
    ...(wanted.methods ?? [])
      .filter((method) => !known.methods.includes(method))
      .map(
        (method) =>
          `--method ${method}: no case is about it; there are ${known.methods.filter((one) => /^[A-Z]+$/.test(one)).join(', ')}`,
      ),
    ...(wanted.globs ?? [])
      .filter((glob) => select(catalogue, { globs: [glob] }).length === 0)
      .map((glob) => `--case '${glob}': no id matches; ${meant(glob, catalogue)}`),
  ];
  if (idle.length === 0) return;
  const told = idle.join('\nbusyhour: ');
  throw some
    ? new UsageError(told)
    : new UsageError(`no case is selected, so that nothing could be judged\nbusyhour: ${told}`, 5);
}

/** What a glob was likely meant to be. */
function meant(glob: string, catalogue: readonly Entry[]): string {
  const bare = glob.replace(/[/*]+$/, '');
  const wider = bare.length < 3 ? [] : [`${bare}/*`, `${bare}*`, `*${bare}*`];
  const found = wider.find((one) => select(catalogue, { globs: [one] }).length > 0);
  const ids = catalogue.map(({ id }) => id);
  const near = found ?? (glob.includes('/') && !glob.includes('*') ? nearest(glob, ids)[0] : undefined);
  return near === undefined ? 'busyhour conform --list has the ids' : `did you mean '${near}'?`;
}
