// A seeded stream of random numbers, the same on every machine. Not for secrets.

/** sfc32 (Chris Doty-Humphrey, PractRand): 128 bits of state, passes the usual batteries. State in a typed array, so that nothing is boxed. */
export class Random {
  private readonly state = new Int32Array(4);

  /** @param seed any number; its low and high 32 bits are both used */
  constructor(seed: number) {
    const whole = Math.trunc(Math.abs(seed));
    this.state[0] = whole | 0;
    this.state[1] = Math.floor(whole / 2 ** 32) | 0;
    this.state[2] = seed < 0 ? -1 : 0;
    this.state[3] = 1;
    for (let i = 0; i < 20; i++) this.bits();
  }

  /** 32 random bits as a signed integer. */
  bits(): number {
    const s = this.state;
    const sum = (s[0]! + s[1]! + s[3]!) | 0;
    s[3] = s[3]! + 1;
    s[0] = s[1]! ^ (s[1]! >>> 9);
    s[1] = s[2]! + (s[2]! << 3);
    s[2] = ((s[2]! << 21) | (s[2]! >>> 11)) + sum;
    return sum;
  }

  /** Adds to `cells[0]` an exponential variate of mean 1: a gap of the Poisson process of rate 1. Greater than 0, at most 36.8. */
  addExponential(cells: Float64Array): void {
    // 52 bits, and half a step up, so that the fraction is exact and neither 0 nor 1.
    const high = this.bits() >>> 6;
    const low = this.bits() >>> 6;
    cells[0] = cells[0]! - Math.log((high * 67_108_864 + low + 0.5) / 4_503_599_627_370_496);
  }
}
