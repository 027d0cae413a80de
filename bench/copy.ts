// Copies of a message's parts inside one block: a loop of ours against copyWithin of the language, by length. Says where sip/memory.ts should change from one to the other.
// Run: npx tsx bench/copy.ts

const LENGTHS = [8, 12, 16, 20, 24, 36, 60, 100, 200];
const COPIES = 400_000;
const ROUNDS = 5;
const bytes = new Uint8Array(1 << 26);

function byLoop(to: number, from: number, len: number): void {
  for (let i = 0; i < len; i++) bytes[to + i] = bytes[from + i]!;
}

function byLanguage(to: number, from: number, len: number): void {
  bytes.copyWithin(to, from, from + len);
}

/** Best of five, nanoseconds a copy; places on a few hundred kilobytes, none of them aligned. */
function nsOf(copy: (to: number, from: number, len: number) => void, len: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const begin = performance.now();
    for (let i = 0; i < COPIES; i++) copy(((i * 512) & 0x7fff0) | 3, 0x1000000 + (((i * 320) & 0xffff0) | 1), len);
    best = Math.min(best, ((performance.now() - begin) * 1e6) / COPIES);
  }
  return best;
}

for (const len of LENGTHS) {
  const [loop, language] = [nsOf(byLoop, len), nsOf(byLanguage, len)];
  console.log(`${String(len).padStart(4)} bytes: loop ${loop.toFixed(1)} ns, copyWithin ${language.toFixed(1)} ns`);
}
