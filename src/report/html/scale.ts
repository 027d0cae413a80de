// Axes: values to pixels, and where the ticks stand. Pure arithmetic.

export interface Scale {
  readonly ticks: readonly number[];
  readonly at: (value: number) => number;
}

/** From 0 to a round number above `max`. `from` and `to` are pixels. */
export function linear(max: number, from: number, to: number, wanted: number): Scale {
  const step = niceStep(Math.max(max, 1e-9) / wanted);
  const count = Math.max(1, Math.ceil(max / step - 1e-9));
  const top = step * count;
  const ticks = Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(12)));
  return { ticks, at: (v) => from + ((to - from) * v) / top };
}

/** Over the range exactly, with ticks inside it. */
export function span(low: number, high: number, from: number, to: number, wanted: number): Scale {
  const width = Math.max(high - low, 1e-9);
  const step = niceStep(width / wanted);
  const ticks: number[] = [];
  for (let v = Math.ceil(low / step - 1e-9) * step; v <= high + step * 1e-9; v += step)
    ticks.push(Number(v.toPrecision(12)));
  return { ticks, at: (v) => from + ((to - from) * (v - low)) / width };
}

/** Decades with 1-2-5 between where there is room; at least one decade. */
export function logarithmic(min: number, max: number, from: number, to: number): Scale {
  const low = Math.max(min, 1e-9);
  const levels = [1, 2, 5];
  const bounds = (decade: number) => levels.map((l) => l * 10 ** decade);
  const all: number[] = [];
  for (let d = Math.floor(Math.log10(low)) - 1; d <= Math.ceil(Math.log10(Math.max(max, low))) + 1; d++)
    all.push(...bounds(d));
  let first = all.findLastIndex((v) => v <= low * (1 + 1e-9));
  let last = all.findIndex((v) => v >= Math.max(max, low) * (1 - 1e-9));
  while (last - first < 3) {
    if (first > 0) first--;
    last++;
  }
  const bottom = Math.log10(all[first]!);
  const top = Math.log10(all[last] ?? all.at(-1)!);
  const inside = all.slice(first, last + 1);
  const ticks =
    inside.length > 7 ? inside.filter((v) => Math.abs(Math.log10(v) - Math.round(Math.log10(v))) < 1e-9) : inside;
  return { ticks, at: (v) => from + ((to - from) * (Math.log10(Math.max(v, all[first]!)) - bottom)) / (top - bottom) };
}

function niceStep(raw: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(raw));
  const part = raw / magnitude;
  return magnitude * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10);
}
