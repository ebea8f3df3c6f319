// SPDX-License-Identifier: Apache-2.0
// Shapes that last (W^τ: a spectrum for each frame after the onset) and that move in pitch (H^φ: a row for each step
// up), as pictures in the colour of their source.
import { signal } from '@preact/signals';
import { levelFor, levelsOf } from './levels';
import type { Model } from './mix';
import type { Result } from './server';
import { heightOf, hzAt } from './view';

/** W: bins × T·K, H: P·K × frames, a column after the other (column τ·K + k, row φ·K + k). */
export interface Lasting {
  components: number;
  bins: number;
  timeShifts: number; // T
  pitchShifts: number; // P
  hz: Float32Array; // of W's rows, rising
  W: Float32Array;
  H: Float32Array;
}

/** Those of a run of nmf2d, whose notes are what is played; null of any other. */
export const moving = signal<Lasting | null>(null);

/** How far the shapes move. */
export const semitones = (s: Lasting): number => 12 * Math.log2(s.hz[1]! / s.hz[0]!) * (s.pitchShifts - 1);

/** What Origin.shapes() says, null where it is of another run. */
export function movingOf({ moving: shape, components, frames }: Result, values: Float32Array): Lasting | null {
  if (!shape) return null;
  const { bins, time_shifts: timeShifts, pitch_shifts: pitchShifts } = shape;
  const ofW = bins * timeShifts * components;
  if (values.length !== bins + ofW + pitchShifts * components * frames) return null;
  const [hz, W, H] = [values.subarray(0, bins), values.subarray(bins, bins + ofW), values.subarray(bins + ofW)];
  return { components, bins, timeShifts, pitchShifts, hz, W, H };
}

/** The shapes of a model whose components last and are heard as they are (nmfd); null for plain ones. */
export function lastingOf(m: Model, rate_hz: number): Lasting | null {
  if (m.timeShifts === 1 || m.first[m.components] !== m.components) return null;
  const hz = Float32Array.from({ length: m.bins }, (_, f) => (f * rate_hz) / m.fft);
  return { components: m.components, bins: m.bins, timeShifts: m.timeShifts, pitchShifts: 1, hz, W: m.W, H: m.H };
}

const kRange_db = 60;
type Colour = readonly [number, number, number];

// Fills a canvas: `cell(x, y)` is a share of the largest, y from the bottom, and how strong its colour is.
function fill(canvas: HTMLCanvasElement, colour: Colour, strength: (x: number, y: number) => number): void {
  const { width, height } = canvas;
  const image = new ImageData(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const to = 4 * ((height - 1 - y) * width + x);
      image.data.set(colour, to);
      image.data[to + 3] = 255 * Math.min(1, Math.max(0, strength(x, y)));
    }
  }
  canvas.getContext('2d')!.putImageData(image, 0, 0);
}

/** W^τ of component k: τ from left to right, the frequencies that are in sight from bottom to top, 60 dB. */
export function drawShape(canvas: HTMLCanvasElement, s: Lasting, k: number, colour: Colour): void {
  const { width, height } = canvas;
  const at = (tau: number, f: number): number => s.W[(tau * s.components + k) * s.bins + f]!;
  let most = 1e-30;
  for (let tau = 0; tau < s.timeShifts; tau++) for (let f = 0; f < s.bins; f++) most = Math.max(most, at(tau, f));
  const rows = Array.from({ length: height + 1 }, (_, y) => {
    const hz = hzAt(y / height);
    let [low, high] = [0, s.bins];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (s.hz[middle]! < hz) low = middle + 1;
      else high = middle;
    }
    return low;
  });
  const [lowest, highest] = [heightOf(s.hz[0]!) * height, heightOf(s.hz[s.bins - 1]!) * height];
  fill(canvas, colour, (x, y) => {
    if (y < lowest - 1 || y > highest) return 0;
    const tau = Math.floor((x * s.timeShifts) / width);
    let value = 0;
    for (let f = Math.max(0, rows[y]! - (rows[y + 1] === rows[y] ? 1 : 0)); f < Math.max(rows[y]!, rows[y + 1]!); f++) value = Math.max(value, at(tau, f));
    return 1 + (20 * Math.log10(value / most + 1e-9)) / kRange_db;
  });
}

/** H^φ of component k: the frames from `first` on, φ = 0 at the bottom. */
export function drawNotes(canvas: HTMLCanvasElement, s: Lasting, k: number, colour: Colour, first: number, inPixel: number): void {
  const { height } = canvas;
  const level = levelFor(inPixel);
  const rows = s.pitchShifts * s.components;
  const H = levelsOf(s.H, rows);
  const frames = H.frames(level);
  const values = H.window(level, 0, frames);
  let most = 1e-30;
  for (let i = k; i < s.H.length; i += s.components) most = Math.max(most, s.H[i]!);
  fill(canvas, colour, (x, y) => {
    const frame = Math.floor((first + (x + 0.5) * inPixel) / 2 ** level);
    if (frame < 0 || frame >= frames) return 0;
    const phi = Math.floor((y * s.pitchShifts) / height);
    return Math.sqrt(values[frame * rows + phi * s.components + k]! / most);
  });
}
