// SPDX-License-Identifier: Apache-2.0
// The picture without WebGL2: the same look, a pixel after the other.
import { levelFor, levelsOf } from './levels';
import { addShape, notesOf } from './mix';
import type { Look } from './painter';

// What each source makes in a frame: the tint, what is made, and what of it is heard, of every bin.
interface Made {
  tint: Float64Array; // bins × 3
  total: Float64Array;
  heard: Float64Array;
  one: Float64Array;
}

function makeFrame(look: Look, frame: number, made: Made): void {
  const m = look.model!;
  made.tint.fill(0);
  made.total.fill(1e-30);
  made.heard.fill(0);
  for (let k = 0; k < m.components; k++) {
    made.one.fill(0);
    addShape(m, k, frame, made.one);
    const n = m.first[k]!; // its notes look alike
    const gain = look.gains[n]!;
    const seen = look.shown === 'original' ? look.dim + (1 - look.dim) * Math.min(gain, 1) : gain;
    for (let f = 0; f < m.bins; f++) {
      const x = made.one[f]!;
      made.total[f]! += x;
      made.heard[f]! += gain * x;
      for (let c = 0; c < 3; c++) made.tint[3 * f + c]! += (x * seen * look.colours[n]![c]!) / 255;
    }
  }
}

/** Paints what Painter.paint() does; H is that of single frames also from far. */
export function paintByHand(canvas: HTMLCanvasElement, look: Look): void {
  const { width, height } = canvas;
  const image = new ImageData(width, height);
  const { model: m } = look;
  const bins = look.V.stride;
  const level = levelFor(look.framesInPixel);
  const frames = look.V.frames(level);
  const frameOf = (x: number): number => Math.min(frames - 1, Math.max(0, Math.floor((look.firstFrame + (x + 0.5) * look.framesInPixel) / 2 ** level)));
  const first = frameOf(0);
  const V = look.V.window(level, first, frameOf(width - 1) + 1);
  const H = m && levelsOf(m.H, notesOf(m)).window(level, 0, frames);
  const seen = m && level > 0 ? { ...look, model: { ...m, timeShifts: 1, H: H! } } : look;
  const made: Made = { tint: new Float64Array(3 * bins), total: new Float64Array(bins), heard: new Float64Array(bins), one: new Float64Array(bins) };
  const [offset, slope] = look.db_scale;
  let before = -1;
  for (let x = 0; x < width; x++) {
    const frame = frameOf(x);
    const column = V.subarray((frame - first) * bins, (frame - first + 1) * bins);
    if (m && frame !== before) makeFrame(seen, frame, made);
    before = frame;
    for (let y = 0; y < height; y++) {
      let f = look.bins[2 * y]!;
      for (let g = f; g <= look.bins[2 * y + 1]!; g++) if (column[g]! > column[f]!) f = g;
      let db = column[f]! > 0 ? (column[f]! / 255 - 1) * look.rangeOfV_db + look.topOfV_db : -1000;
      let colour = [200 / 255, 200 / 255, 200 / 255];
      if (m && look.shown === 'original') colour = colour.map((_, c) => Math.min(1, made.tint[3 * f + c]! / made.total[f]!));
      if (m && look.shown === 'model') {
        colour = colour.map((_, c) => made.tint[3 * f + c]! / Math.max(made.heard[f]!, 1e-30));
        db = offset + slope * Math.log10(made.heard[f]! + 1e-30);
      }
      if (m && look.shown === 'missed') {
        const is = 10 ** ((db - offset) / slope);
        db = offset + slope * Math.log10(Math.abs(is - made.total[f]!) + 1e-30);
      }
      const bright = Math.min(1, Math.max(0, 1 + db / look.range_db));
      const to = 4 * ((height - 1 - y) * width + x);
      for (let c = 0; c < 3; c++)
        image.data[to + c] = 255 * (look.isDark ? bright * colour[c]! : 1 - bright * (1 - colour[c]! * 0.75));
      image.data[to + 3] = 255;
    }
  }
  canvas.getContext('2d')!.putImageData(image, 0, 0);
}
