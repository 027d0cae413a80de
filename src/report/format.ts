// Numbers as people read them. Pure; the same in the terminal and in the HTML.

/** Thousands separated; up to `decimals` places. */
export function number(n: number, decimals = 0): string {
  // Not toLocaleString: it loads the system's language tables, 20 ms of a run.
  const [whole, part = ''] = n.toFixed(decimals).split('.') as [string, string?];
  const shown = part.replace(/0+$/, '');
  return whole.replace(/\B(?=(\d{3})+$)/g, ',') + (shown === '' ? '' : `.${shown}`);
}

/** A time in microseconds with three significant digits and its unit: 870 µs, 1.24 ms, 12.3 s. */
export function time(us: number | null): string {
  if (us === null) return '–';
  if (us < 999.5) return `${Math.round(us)} µs`;
  if (us < 999_500) return `${significant(us / 1e3)} ms`;
  return us < 600e6 ? `${significant(us / 1e6)} s` : `${number(us / 1e6)} s`;
}

/** A rate: whole numbers from 100 on. */
export function rate(cps: number | null): string {
  return cps === null ? '–' : number(cps, cps < 100 ? 1 : 0);
}

/** 0.0731 %: two significant digits below 1, so that a rare failure does not read as none; 99.996 % is not 100 %. */
export function percent(p: number | null): string {
  if (p === null) return '–';
  if (p === 0 || p === 100) return `${p} %`;
  const from = Math.min(p, 100 - p);
  const digits = from >= 10 ? 1 : from >= 1 ? 2 : Math.min(6, 1 - Math.floor(Math.log10(from)));
  return `${Number(p.toFixed(digits))} %`;
}

export function share(part: number, of: number): string {
  return of > 0 ? percent((part / of) * 100) : '–';
}

/** Seconds of a run: 42 s, 5 min 3 s, 2 h 0 min. */
export function seconds(s: number): string {
  if (s < 60) return `${number(s, s < 10 ? 2 : 1)} s`;
  const whole = Math.round(s);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

export function bytes(n: number): string {
  if (n < 1024) return `${n} bytes`;
  return n < 1024 * 1024 ? `${number(n / 1024, 1)} KiB` : `${number(n / 1024 / 1024, 1)} MiB`;
}

/** `1 call`, `2 calls`. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${number(n)} ${n === 1 ? one : many}`;
}

function significant(x: number): string {
  return x.toFixed(x < 9.995 ? 2 : x < 99.95 ? 1 : 0);
}
