// Tests side by side without crowding two cores: so many at a time, the others wait their turn. Never drops one, and never hides what one throws.

/** Gives what runs a task as soon as one of `count` lanes is free, in the order asked. */
export function lanes(count: number): <T>(task: () => Promise<T>) => Promise<T> {
  let free = count;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}
