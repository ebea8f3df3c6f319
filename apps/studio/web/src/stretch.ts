// SPDX-License-Identifier: Apache-2.0
// Slower at the same pitch: stretches of the sound, each begun where it goes on from the one before as well as it can
// (WSOLA; Verhelst & Roelands, ICASSP 1993).

const kHop = 1024;
const kSearch = 512;
const kCoarse = 4;

export class Stretch {
  private readonly held: Float32Array[]; // of the input
  private count = 0;
  private nominal = 0; // where the next stretch would begin, in `held`
  private before = -1; // where the one before began; −1: none
  private readonly tail: Float32Array[];
  private readonly ready: Float32Array[];
  private readyAt = kHop;
  private readonly fade = Float32Array.from({ length: kHop }, (_, i) => 0.5 - 0.5 * Math.cos((Math.PI * (i + 0.5)) / kHop));

  /** `pull` gives the next samples of the input: so many, into the arrays from an offset on. */
  constructor(
    channels: number,
    private readonly pull: (out: Float32Array[], offset: number, count: number) => void,
  ) {
    const make = (size: number): Float32Array[] => Array.from({ length: channels }, () => new Float32Array(size));
    this.held = make(6 * kHop);
    this.tail = make(kHop);
    this.ready = make(kHop);
  }

  /** What comes next has nothing to do with what was before. */
  reset(): void {
    this.count = 0;
    this.nominal = 0;
    this.before = -1;
    this.readyAt = kHop;
  }

  /** The next samples, at `speed` (0.5 … 1) times the input's. */
  read(out: Float32Array[], offset: number, count: number, speed: number): void {
    for (let done = 0; done < count; ) {
      if (this.readyAt === kHop) this.advance(speed);
      const n = Math.min(count - done, kHop - this.readyAt);
      out.forEach((to, c) => to.set(this.ready[c]!.subarray(this.readyAt, this.readyAt + n), offset + done));
      this.readyAt += n;
      done += n;
    }
  }

  private need(count: number): void {
    if (count <= this.count) return;
    this.pull(this.held, this.count, count - this.count);
    this.count = count;
  }

  private advance(speed: number): void {
    const wanted = Math.round(this.nominal);
    this.need(Math.max(wanted + kSearch, this.before + kHop) + 2 * kHop);
    const begin = this.before < 0 ? wanted : this.closest(wanted);
    this.held.forEach((held, c) => {
      const [tail, ready] = [this.tail[c]!, this.ready[c]!];
      for (let i = 0; i < kHop; i++) {
        ready[i] = this.before < 0 ? held[begin + i]! : tail[i]! + held[begin + i]! * this.fade[i]!;
        tail[i] = held[begin + kHop + i]! * (1 - this.fade[i]!);
      }
    });
    this.readyAt = 0;
    this.before = begin;
    this.nominal += speed * kHop;
    const gone = Math.max(0, Math.min(this.before, Math.round(this.nominal) - kSearch));
    for (const held of this.held) held.copyWithin(0, gone, this.count);
    this.count -= gone;
    this.nominal -= gone;
    this.before -= gone;
  }

  // Where, near `wanted`, the input is most like what followed the stretch before.
  private closest(wanted: number): number {
    const likeness = (begin: number, step: number): number => {
      let dot = 0;
      let power = 1e-12;
      for (const held of this.held)
        for (let i = 0; i < kHop; i += step) {
          const x = held[begin + i]!;
          dot += x * held[this.before + kHop + i]!;
          power += x * x;
        }
      return dot / Math.sqrt(power);
    };
    const best = (from: number, to: number, step: number): number => {
      let found = from;
      let most = -Infinity;
      for (let begin = from; begin <= to; begin += step) {
        const like = likeness(begin, step);
        if (like > most) [most, found] = [like, begin];
      }
      return found;
    };
    const low = Math.max(0, wanted - kSearch);
    const near = best(low, wanted + kSearch, kCoarse);
    return best(Math.max(low, near - kCoarse + 1), Math.min(wanted + kSearch, near + kCoarse - 1), 1);
  }
}
