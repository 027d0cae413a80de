// What is wrong with a flow file: where, what, and the mend. Plain data and its one-line form; finds nothing itself.

export interface Problem {
  readonly file: string;
  /** 1-based; 0 when the problem is with the file as a whole. */
  readonly line: number;
  readonly column: number;
  /** A warning leaves the flow usable. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly mend: string;
}

/** `flows/x.yaml:12:5: unknown method INVTE; mend: write INVITE`. */
export function formatProblem(p: Problem): string {
  const place = p.line === 0 ? p.file : `${p.file}:${p.line}:${p.column}`;
  return `${place}: ${p.severity === 'warning' ? 'warning: ' : ''}${p.message}; mend: ${p.mend}`;
}
