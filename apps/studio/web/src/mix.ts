// SPDX-License-Identifier: Apache-2.0
// The live mix: STFT → mask → inverse STFT of the recording, from any sample on, as the C++ library does it
// (frame j is centred on sample j·hop; windowed again and divided by the sum of the squared windows).
import { Fft } from './fft';
import type { Shape } from './server';
import type { Sound } from './sound';

export interface Model {
  fft: number;
  hop: number;
  bins: number;
  frames: number;
  components: number;
  /** The columns of W that component k is made of: first[k] … first[k + 1] − 1. One, but for the notes of nmf2d. */
  first: Uint32Array;
  timeShifts: number;
  exponent: number; // of the Wiener ratio
  W: Float32Array; // bins × T·N, a column after the other; N = first[components], the number of notes
  H: Float32Array; // N × frames, likewise
  window: Float32Array; // of a frame
}

/** The model of a run and its factors as the server sends them; null where they are of another run. */
export function modelOf(r: Omit<Shape, 'id'>, values: Float32Array): Model | null {
  const first = new Uint32Array(r.components + 1);
  for (const k of r.notes.length > 0 ? r.notes : first.keys()) if (k < r.components) first[k + 1]!++;
  for (let k = 0; k < r.components; k++) first[k + 1]! += first[k]!;
  const notes = first[r.components]!;
  const ofW = r.bins * notes * r.time_shifts;
  const ofH = notes * r.frames;
  if (values.length !== ofW + ofH + r.fft) return null;
  return {
    fft: r.fft,
    hop: r.hop,
    bins: r.bins,
    frames: r.frames,
    components: r.components,
    first,
    timeShifts: r.time_shifts,
    exponent: r.exponent,
    W: values.subarray(0, ofW),
    H: values.subarray(ofW, ofW + ofH),
    window: values.subarray(ofW + ofH),
  };
}

/** Who plays how loud: `source[k]` of a component, −1 for none (the residual), and a gain for each source and,
 *  at the end, for the residual. */
export interface Routing {
  source: number[];
  gain: number[];
}

/** What `component` makes in `frame`, added to `out` (bins long). */
export function addShape(m: Model, component: number, frame: number, out: Float64Array): void {
  const notes = notesOf(m);
  for (let t = 0; t < m.timeShifts && t <= frame; t++) {
    for (let n = m.first[component]!; n < m.first[component + 1]!; n++) {
      const h = m.H[(frame - t) * notes + n]!;
      if (h === 0) continue;
      const w = (t * notes + n) * m.bins;
      for (let f = 0; f < m.bins; f++) out[f]! += m.W[w + f]! * h;
    }
  }
}

/** The columns of W and rows of H. */
export const notesOf = (m: Model): number => m.first[m.components]!;

const known = new WeakMap<Model, Float32Array>();
/** How much of each component begins in each frame, whatever its notes: K × frames. */
export function levels(m: Model): Float32Array {
  const notes = notesOf(m);
  if (notes === m.components) return m.H;
  let sums = known.get(m);
  if (!sums) {
    known.set(m, (sums = new Float32Array(m.components * m.frames)));
    for (let j = 0; j < m.frames; j++)
      for (let k = 0; k < m.components; k++)
        for (let n = m.first[k]!; n < m.first[k + 1]!; n++) sums[j * m.components + k]! += m.H[j * notes + n]!;
  }
  return sums;
}

/** The spectrum of `component`, summed over time and, of nmf2d, over what it plays; largest 1. */
export function spectrumOf(m: Model, component: number): Float64Array {
  const notes = notesOf(m);
  const shape = new Float64Array(m.bins);
  for (let n = m.first[component]!; n < m.first[component + 1]!; n++) {
    let level = 1;
    if (notes > m.components) for (let j = (level = 0); j < m.frames; j++) level += m.H[j * notes + n]!;
    for (let t = 0; t < m.timeShifts; t++)
      for (let f = 0; f < m.bins; f++) shape[f]! += level * m.W[(t * notes + n) * m.bins + f]!;
  }
  const most = shape.reduce((x, y) => Math.max(x, y), 1e-30);
  return shape.map((v) => v / most);
}

export class LiveMix {
  private readonly fft: Fft | null;
  private readonly window: Float64Array;
  private readonly windowEnergy: number; // Σ w²
  private readonly re: Float64Array;
  private readonly im: Float64Array;
  private readonly mask: Float64Array;
  private readonly largest: Float64Array;
  private readonly total: Float64Array;
  private shares: Float64Array[] = [];
  private readonly used = new Set<number>(); // sources that have components
  private levels = new Float64Array(0); // mean square of each source, the largest of the frames since it was asked
  private readonly left: Float32Array; // a frame of two channels
  private readonly right: Float32Array;
  private readonly sums: Float64Array[]; // of the windowed frames, a channel each
  private readonly weight: Float64Array;
  private routing: Routing = { source: [], gain: [] };
  private frame = 0; // the next one
  private band: [number, number] = [0, Infinity]; // bins that sound
  private ready: Float32Array[]; // finished samples
  private readyAt = 0; // the sample that ready[c][0] stands for
  private readyCount = 0;

  /** Without a model the recording comes out as it is. */
  constructor(
    private readonly sound: Sound,
    private readonly model: Model | null,
  ) {
    const n = model?.fft ?? 2;
    this.fft = model ? new Fft(n) : null;
    this.window = Float64Array.from(model?.window ?? [1, 1]);
    this.windowEnergy = this.window.reduce((sum, w) => sum + w * w, 0);
    this.re = new Float64Array(n);
    this.im = new Float64Array(n);
    const bins = model?.bins ?? 0;
    this.mask = new Float64Array(bins);
    this.largest = new Float64Array(bins);
    this.total = new Float64Array(bins);
    this.left = new Float32Array(n);
    this.right = new Float32Array(n);
    this.sums = Array.from({ length: sound.channels }, () => new Float64Array(n));
    this.weight = new Float64Array(n);
    this.ready = this.sums.map(() => new Float32Array(model?.hop ?? 0));
    this.route({ source: [], gain: [1] });
  }

  get length(): number {
    return this.sound.length;
  }

  route(routing: Routing): void {
    this.routing = routing;
    this.levels = new Float64Array(routing.gain.length);
    while (this.shares.length < routing.gain.length) this.shares.push(new Float64Array(this.model?.bins ?? 0));
  }

  /** How loud each source was at most since it was asked last (RMS of a frame, faders included); the residual last. */
  takeLevels(): number[] {
    const taken = [...this.levels].map(Math.sqrt);
    this.levels.fill(0);
    return taken;
  }

  /** Only these bins sound; [0, Infinity] is all. */
  limit(band: [number, number]): void {
    this.band = band;
  }

  /** The next read() begins at this sample. */
  seek(sample: number): void {
    this.readyAt = sample;
    this.readyCount = 0;
    if (!this.model) return;
    const { fft, hop } = this.model;
    this.frame = Math.max(0, Math.floor((sample - fft / 2) / hop) + 1);
    for (const sum of this.sums) sum.fill(0);
    this.weight.fill(0);
    if (sample >= this.length) return;
    // What the frames before these would have added is missing from the first hops: they are thrown away.
    const last = Math.floor((sample + fft / 2) / hop);
    while (this.frame <= last) this.advance();
    this.drop(sample - this.readyAt);
  }

  /** The next `count` samples into out[c][offset …]; silence beyond the end. */
  read(out: Float32Array[], offset: number, count: number): void {
    if (!this.model) {
      for (let c = 0; c < out.length; c++) {
        this.sound.read(Math.min(c, this.sound.channels - 1), this.readyAt, out[c]!.subarray(offset, offset + count));
      }
      this.readyAt += count;
      return;
    }
    let done = 0;
    while (done < count) {
      if (this.readyAt >= this.length) {
        for (const channel of out) channel.fill(0, offset + done, offset + count);
        return;
      }
      if (this.readyCount === 0) {
        this.advance();
        continue;
      }
      const n = Math.min(count - done, this.readyCount);
      for (let c = 0; c < out.length; c++) {
        const from = this.ready[Math.min(c, this.ready.length - 1)]!;
        for (let i = 0; i < n; i++) out[c]![offset + done + i] = from[i]!;
      }
      this.drop(n);
      done += n;
    }
  }

  private drop(n: number): void {
    for (const channel of this.ready) channel.copyWithin(0, n, this.readyCount);
    this.readyCount -= n;
    this.readyAt += n;
  }

  // Adds the next frame; the hop of samples that no later frame can change becomes ready.
  private advance(): void {
    const { fft, hop, frames } = this.model!;
    const first = this.frame * hop - fft / 2;
    if (this.frame < frames) {
      this.makeMask(this.frame);
      for (let c = 0; c < this.sound.channels; c += 2) this.addFrame(first, c);
      for (let i = 0; i < fft; i++) this.weight[i]! += this.window[i]! ** 2;
    }
    const skip = Math.max(0, -first);
    const end = Math.min(hop, this.length - first);
    this.readyCount = Math.max(0, end - skip);
    this.readyAt = first + skip;
    for (let c = 0; c < this.sound.channels; c++) {
      const sum = this.sums[c]!;
      for (let i = skip; i < end; i++) this.ready[c]![i - skip] = sum[i]! / Math.max(this.weight[i]!, 1e-9);
      sum.copyWithin(0, hop);
      sum.fill(0, fft - hop);
    }
    this.weight.copyWithin(0, hop);
    this.weight.fill(0, fft - hop);
    this.frame++;
  }

  // Σ_s gain_s · share_s, where share_s = (Λ_s / max)^A / Σ (Λ_s / max)^A; `s` runs over the sources that have
  // components, the residual among them.
  private makeMask(frame: number): void {
    const m = this.model!;
    const { mask, largest, total, routing } = this;
    const rest = routing.gain.length - 1;
    const { used } = this;
    used.clear();
    for (let k = 0; k < m.components; k++) {
      const wanted = routing.source[k] ?? -1;
      const s = wanted < 0 || wanted > rest ? rest : wanted;
      if (!used.has(s)) this.shares[s]!.fill(0);
      used.add(s);
      addShape(m, k, frame, this.shares[s]!);
    }
    largest.fill(0);
    total.fill(0);
    mask.fill(0);
    for (const s of used) {
      const share = this.shares[s]!;
      for (let f = 0; f < m.bins; f++) if (share[f]! > largest[f]!) largest[f] = share[f]!;
    }
    for (const s of used) {
      const share = this.shares[s]!;
      const gain = routing.gain[s]!;
      for (let f = 0; f < m.bins; f++) {
        const ratio = largest[f]! > 0 ? share[f]! / largest[f]! : 1;
        const value = m.exponent === 1 ? ratio : m.exponent === 1.5 ? ratio * Math.sqrt(ratio) : ratio ** m.exponent;
        share[f] = value;
        total[f]! += value;
        mask[f]! += gain * value;
      }
    }
    for (let f = 0; f < m.bins; f++) mask[f] = f >= this.band[0] && f <= this.band[1] ? mask[f]! / total[f]! : 0;
  }

  // One frame of the channels c and c + 1, as the real and the imaginary part of one transform.
  private addFrame(first: number, c: number): void {
    const { fft: n, bins } = this.model!;
    const { re, im, window, mask } = this;
    const { left, right } = this;
    const isPair = c + 1 < this.sound.channels;
    this.sound.read(c, first, left);
    if (isPair) this.sound.read(c + 1, first, right);
    for (let i = 0; i < n; i++) {
      re[i] = left[i]! * window[i]!;
      im[i] = isPair ? right[i]! * window[i]! : 0;
    }
    this.fft!.transform(re, im, false);
    this.measure(isPair ? 2 : 1);
    for (let f = 0; f < bins; f++) {
      re[f]! *= mask[f]!;
      im[f]! *= mask[f]!;
      if (f > 0 && f < n / 2) {
        re[n - f]! *= mask[f]!;
        im[n - f]! *= mask[f]!;
      }
    }
    this.fft!.transform(re, im, true);
    for (let i = 0; i < n; i++) {
      this.sums[c]![i]! += (re[i]! / n) * window[i]!;
      if (isPair) this.sums[c + 1]![i]! += (im[i]! / n) * window[i]!;
    }
  }

  // The levels of the sources in this frame, by Parseval's equation.
  private measure(count: number): void {
    const { fft: n, bins } = this.model!;
    const { re, im, total, routing, band } = this;
    for (const s of this.used) {
      const share = this.shares[s]!;
      const gain = routing.gain[s]!;
      if (gain === 0) continue;
      let sum = 0;
      for (let f = Math.max(0, Math.ceil(band[0])); f < bins && f <= band[1]; f++) {
        const mirror = f > 0 && f < n / 2 ? re[n - f]! ** 2 + im[n - f]! ** 2 : 0;
        sum += ((gain * share[f]!) / total[f]!) ** 2 * (re[f]! ** 2 + im[f]! ** 2 + mirror);
      }
      const meanSquare = sum / (n * this.windowEnergy * count);
      if (meanSquare > this.levels[s]!) this.levels[s] = meanSquare;
    }
  }
}
