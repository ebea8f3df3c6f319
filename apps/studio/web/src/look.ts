// SPDX-License-Identifier: Apache-2.0
// What the picture shows now, by WebGL2 or without.
import { signal } from '@preact/signals';
import { arrangement, colourOf, routing } from './arrangement';
import { notesOf, type Model } from './mix';
import { paintByHand } from './paint_2d';
import { kMostNotes, Painter, type Look, type Shown } from './painter';
import { picture, type Picture } from './player';
import { Progressive } from './progressive';
import { isDark } from './theme';
import { analysed_hz, band, hzAt, logarithmic, rangeDb, seen_s } from './view';

const kRangeOfV_db = 127.5; // half a decibel a step
const kDim = 0.15; // of what is silent in the live mix
/** Which picture: the recording, what the model makes of it as it is mixed now, or what the model misses. */
export const shown = signal<Shown>('original');

/** Seconds between two frames of the picture or of H. */
export const hop_s = (): number => (picture.value?.hop ?? 512) / (analysed_hz.value || 44100);

function lookAt(p: Picture, m: Model | null, width: number, height: number): Look {
  const [a, b] = seen_s.value;
  const bin = (row: number): number => (hzAt(row / height) * 2 * (p.bins - 1)) / analysed_hz.value + 0.5;
  const bins = new Int32Array(2 * height);
  for (let y = 0; y < height; y++) {
    const low = Math.min(p.bins - 1, Math.floor(bin(y)));
    bins[2 * y] = low;
    bins[2 * y + 1] = Math.max(low, Math.min(p.bins - 1, Math.floor(bin(y + 1)) - 1));
  }
  const usable = m && m.bins === p.bins && m.frames === p.frames ? m : null;
  const { source, gain } = routing.value;
  const owners = m ? Array.from({ length: m.components }, (_, k) => new Array<number>(m.first[k + 1]! - m.first[k]!).fill(k)).flat() : [];
  const rest = gain.length - 1;
  const slope = 20 / p.power;
  return {
    V: p.tiles,
    isKnown: !p.tiles.isEmpty,
    rangeOfV_db: kRangeOfV_db,
    topOfV_db: p.top_db,
    model: usable,
    firstFrame: a / hop_s() + 0.5,
    framesInPixel: (b - a) / hop_s() / width,
    axis: logarithmic.value ? 'logarithmic' : 'linear',
    band: band.value,
    bins,
    colours: owners.map((k) => colourOf(arrangement.value.of[k] ?? -1)),
    gains: owners.map((k) => gain[source[k]! < 0 ? rest : source[k]!] ?? 1),
    dim: kDim,
    shown: shown.value,
    range_db: rangeDb.value,
    db_scale: [-slope * Math.log10(Math.max(p.most, 1e-30)), slope],
    isDark: isDark.value,
  };
}

const painters = new WeakMap<HTMLCanvasElement, Progressive | null>();

export function resize(canvas: HTMLCanvasElement, width: number, height: number): void {
  if (canvas.width !== Math.max(1, width)) canvas.width = Math.max(1, width);
  if (canvas.height !== Math.max(1, height)) canvas.height = Math.max(1, height);
}

export function paint(canvas: HTMLCanvasElement, p: Picture, m: Model | null): void {
  if (!painters.has(canvas) || painters.get(canvas)?.painter.isLost) {
    const painter = Painter.make();
    painters.set(canvas, painter && new Progressive(canvas, painter));
    canvas.dataset['painter'] = painters.get(canvas) ? 'webgl2' : '2d';
  }
  const painter = painters.get(canvas);
  const [width, height] = painter ? [4096, 4096] : [1400, 700];
  resize(canvas, Math.min(canvas.clientWidth, width), Math.min(canvas.clientHeight, height));
  const look = lookAt(p, m, canvas.width, canvas.height);
  canvas.dataset['known'] = String(look.isKnown);
  if (!painter) return paintByHand(canvas, look);
  // More notes than the shader has room for are not told apart.
  painter.show(m && notesOf(m) > kMostNotes ? { ...look, model: null } : look);
}
