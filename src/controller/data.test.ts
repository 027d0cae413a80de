// The data file: what is read from it, and what is told of a broken one. Never sends anything.
import { expect, it } from 'vitest';
import { parseData } from './data.ts';

function rowsOf(text: string): string[][] {
  const { columns, cells, offsets } = parseData(text, 'users.csv');
  const at = new Int32Array(offsets);
  const bytes = Buffer.from(cells);
  const values = Array.from({ length: at.length - 1 }, (_, i) => bytes.toString('utf8', at[i], at[i + 1]));
  return Array.from({ length: values.length / columns.length }, (_, r) =>
    values.slice(r * columns.length, (r + 1) * columns.length),
  );
}

it('gives rows cell by cell, quotes, comments and empty lines as CSV has them', () => {
  expect(rowsOf('user,password\n# all of them\nalice,"a,""b"""\n\nbøb,\n')).toEqual([
    ['alice', 'a,"b"'],
    ['bøb', ''],
  ]);
});

it.each([
  ['', 'users.csv is empty; begin with a line of column names, such as user,password'],
  ['user\n', 'users.csv has no row; add one under the column names'],
  ['us er\nx\n', 'users.csv:1: "us er" is no column name; use letters, digits, - and _'],
  ['a,a\n1,2\n', 'users.csv:1: column a stands twice; rename one'],
  ['a,b\n1,"2\n3"\n', 'users.csv:3: b has a line end in it; write it on one line'],
  [`a\n${'x'.repeat(1025)}\n`, 'users.csv:2: a is longer than 1024 bytes; shorten it'],
])('tells file, line and mend of %j', (text, message) => {
  expect(() => parseData(text, 'users.csv')).toThrow(message);
});

it('tells the line of a row with too few cells', () => {
  expect(() => parseData('a,b\n1,2\n3\n', 'users.csv')).toThrow(/users\.csv: .*line 3.*as many cells as the header/);
});
