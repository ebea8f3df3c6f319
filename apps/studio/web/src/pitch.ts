// SPDX-License-Identifier: Apache-2.0
// What note a spectrum is: the fundamental whose partials hold the most of it.

export interface Pitch {
  hz: number;
  /** Like "A4 +12 ct". */
  name: string;
  partials_hz: number[];
}

const kLow_hz = 50;
const kHigh_hz = 2000;
const kPartials = 12;
const kFall = 0.85; // weight of a partial against the one before
const kShare = 0.6; // of the spectrum's energy that the partials must hold

const kNames = ['C', 'C♯', 'D', 'D♯', 'E', 'F', 'F♯', 'G', 'G♯', 'A', 'A♯', 'B'];

export function noteName(hz: number): string {
  const exact = 69 + 12 * Math.log2(hz / 440);
  const note = Math.round(exact);
  const cents = Math.round(100 * (exact - note));
  const octave = Math.floor(note / 12) - 1;
  return `${kNames[note % 12]}${octave}${cents === 0 ? '' : ` ${cents > 0 ? '+' : '−'}${Math.abs(cents)} ct`}`;
}

/** `shape`: a magnitude spectrum; `bin_hz`: from one bin to the next. Null for what has no pitch: the partials would
 *  hold less than 60 % of its energy. */
export function pitchOf(shape: ArrayLike<number>, bin_hz: number): Pitch | null {
  const at = (hz: number): number => {
    const bin = hz / bin_hz;
    const low = Math.floor(bin);
    const part = bin - low;
    return (shape[low] ?? 0) * (1 - part) + (shape[low + 1] ?? 0) * part;
  };
  let best = 0;
  let found = 0;
  for (let hz = Math.max(kLow_hz, 2.5 * bin_hz); hz < kHigh_hz; hz *= 2 ** (1 / 120)) {
    let sum = 0;
    for (let n = 1; n <= kPartials; n++) sum += kFall ** (n - 1) * (at(n * hz) - at((n - 0.5) * hz));
    if (sum > best) [best, found] = [sum, hz];
  }
  if (found === 0) return null;
  let energy = 0;
  let held = 0;
  for (let f = 1; f < shape.length; f++) {
    const e = shape[f]! ** 2;
    const away = Math.abs(f - (Math.max(1, Math.round((f * bin_hz) / found)) * found) / bin_hz);
    energy += e;
    if (away <= Math.min(2, (0.25 * found) / bin_hz)) held += e;
  }
  if (held < kShare * energy) return null;
  const hz = sharpened(shape, bin_hz, found);
  return { hz, name: noteName(hz), partials_hz: Array.from({ length: kPartials }, (_, n) => (n + 1) * hz) };
}

// The fundamental from the strongest partials' peaks, each between bins by a parabola through their logarithms.
function sharpened(shape: ArrayLike<number>, bin_hz: number, hz: number): number {
  let sum = 0;
  let weight = 0;
  for (let n = 1; n <= kPartials; n++) {
    const near = Math.round((n * hz) / bin_hz);
    let f = near;
    for (const g of [near - 1, near + 1]) if ((shape[g] ?? 0) > (shape[f] ?? 0)) f = g;
    const [a, b, c] = [shape[f - 1] ?? 0, shape[f] ?? 0, shape[f + 1] ?? 0];
    if (!(b > 0 && b >= a && b >= c && a > 0 && c > 0)) continue;
    const [la, lb, lc] = [Math.log(a), Math.log(b), Math.log(c)];
    const bend = la - 2 * lb + lc;
    const peak = f + (bend < 0 ? (0.5 * (la - lc)) / bend : 0);
    sum += (b * n * n * (peak * bin_hz)) / n; // a partial tells the fundamental n times as exactly
    weight += b * n * n;
  }
  return weight > 0 ? sum / weight : hz;
}
