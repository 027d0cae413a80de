// Bytes that may be looked at between two offsets only: every other access throws. For tests of readers that take (buf, start, end).

export function guarded(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Proxy(bytes, {
    get(of, name) {
      if (typeof name === 'string' && /^-?\d+$/.test(name) && (Number(name) < start || Number(name) >= end)) {
        throw new RangeError(`read at ${name}, outside [${start}, ${end})`);
      }
      return Reflect.get(of, name, of);
    },
  });
}
