// SPDX-License-Identifier: Apache-2.0
// Parts of the picture by WebGL2. For every pixel the shader looks up V and sums colour·gain·W·H over the components, so
// that a fader costs one drawing and no array of the picture's size. Only what is in sight, and as much again on each
// side, is on the graphics card.
import { ArrayTexture, kRowBits, wholeCanvas } from './gl';
import { levelFor, levelsOf, type Resolutions } from './levels';
import { notesOf, type Model } from './mix';

export const kMostNotes = 256;
const kTaps = 6; // bins of a pixel that are looked at, where it covers more

export type Shown = 'original' | 'model' | 'missed';
const kModes: Record<Shown, number> = { original: 0, model: 1, missed: 2 };

/** Pixels of the picture, from the left and from the top; x1 and y1 are the first ones beyond. */
export interface Box {
  x0: number;
  x1: number;
  y0: number;
  y1: number;
}

/** What is to be painted. Frames and bins are counted in V's. */
export interface Look {
  V: Resolutions;
  isKnown: boolean; // something of V is here
  rangeOfV_db: number; // a byte of 1 … 255 in V stands for so many dB less than topOfV_db, 0 for nothing
  topOfV_db: number;
  model: Model | null; // null: no tint
  firstFrame: number; // of the left edge
  framesInPixel: number;
  axis: 'linear' | 'logarithmic'; // of the frequency
  band: readonly [number, number]; // what of the whole axis is in sight, 0 … 1
  bins: Int32Array; // of each row from the bottom: first and last bin
  colours: (readonly [number, number, number])[]; // of each note (mix.ts), 0 … 255
  gains: number[]; // likewise
  dim: number; // what is left in the original of what is silent
  shown: Shown;
  range_db: number;
  db_scale: [number, number]; // a value v of the model is scale[0] + scale[1]·log10 v in dB of V's
  isDark: boolean;
}

const kFragment = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
precision highp isampler2D;
uniform sampler2D V;
uniform sampler2D W;
uniform sampler2D H;
uniform isampler2D rows;
uniform int bins, frames, fours, shifts, level, shown, historyFrames, isDark, height;
uniform int shrink;
uniform ivec2 corner;
uniform float start, step_, floorDb, topDb, rangeDb, dim;
uniform vec2 scale;
uniform vec4 red[${kMostNotes / 4}], green[${kMostNotes / 4}], blue[${kMostNotes / 4}], gain[${kMostNotes / 4}];
out vec4 pixel;
ivec2 at(int i) { return ivec2(i & ${(1 << kRowBits) - 1}, i >> ${kRowBits}); }
void main() {
  int row = max(height - 1 - corner.y - int(gl_FragCoord.y) * shrink - shrink / 2, 0);
  ivec2 band = texelFetch(rows, at(row), 0).rg;
  int frame = clamp(int(floor(start + (float(corner.x) + gl_FragCoord.x * float(shrink)) * step_)), 0, frames - 1);
  int bin = band.x;
  float cell = -1.0;
  int apart = max(1, (band.y - band.x + ${kTaps}) / ${kTaps});
  for (int f = band.x; f <= band.y; f += apart) {
    float c = texelFetch(V, at(frame * bins + f), 0).r;
    if (c > cell) { cell = c; bin = f; }
  }
  float db = cell > 0.0 ? (cell - 1.0) * floorDb + topDb : -1000.0;
  vec3 colour = vec3(200.0 / 255.0);
  if (fours > 0 && (shown != 0 || db > -rangeDb)) { // where nothing is seen there is no tint
    vec3 tint = vec3(0.0);
    float total = 1e-30;
    float heard = 0.0;
    for (int k = 0; k < fours; k++) {
      vec4 made = vec4(0.0);
      for (int t = 0; t < shifts; t++) {
        int then = frame + historyFrames - (t >> level);
        if (then < 0) break;
        made += texelFetch(W, at((t * fours + k) * bins + bin), 0) * texelFetch(H, at(then * fours + k), 0);
      }
      vec4 g = gain[k];
      vec4 seen = made * (shown == 0 ? mix(vec4(dim), vec4(1.0), min(g, 1.0)) : shown == 1 ? g : vec4(1.0));
      tint += vec3(dot(red[k], seen), dot(green[k], seen), dot(blue[k], seen));
      total += dot(made, vec4(1.0));
      heard += dot(made, g);
    }
    if (shown == 0) colour = min(tint / total, vec3(1.0));
    if (shown == 1) { colour = tint / max(heard, 1e-30); db = scale.x + scale.y * log(heard + 1e-30) / log(10.0); }
    if (shown == 2) {
      float is = pow(10.0, (db - scale.x) / scale.y);
      colour = vec3(200.0 / 255.0);
      db = scale.x + scale.y * log(abs(is - total) + 1e-30) / log(10.0);
    }
  }
  float bright = clamp(1.0 + db / rangeDb, 0.0, 1.0);
  pixel = vec4(isDark == 1 ? bright * colour : 1.0 - bright * (1.0 - colour * 0.75), 1.0);
}`;

const kUniforms = [
  'V', 'W', 'H', 'rows', 'bins', 'frames', 'fours', 'shifts', 'level', 'shown', 'historyFrames', 'isDark', 'height', 'shrink', 'corner',
  'start', 'step_', 'floorDb', 'topDb', 'rangeDb', 'dim', 'scale', 'red', 'green', 'blue', 'gain',
] as const;

export class Painter {
  private readonly gl: WebGL2RenderingContext;
  private readonly places: Record<(typeof kUniforms)[number], WebGLUniformLocation | null>;
  private readonly V: ArrayTexture;
  private readonly W: ArrayTexture;
  private readonly H: ArrayTexture;
  private readonly rows: ArrayTexture;
  private held: { V: unknown; version: number; level: number; from: number; to: number } = { V: null, version: 0, level: 0, from: 0, to: 0 };
  private heldModel: Model | null = null;
  private heldH = '';
  private readonly cells: WebGLRenderbuffer; // what is painted at once
  private size = [0, 0];

  /** null where there is no WebGL2. */
  static make(): Painter | null {
    const gl = document.createElement('canvas').getContext('webgl2', { antialias: false, depth: false });
    return gl ? new Painter(gl) : null;
  }

  private constructor(gl: WebGL2RenderingContext) {
    this.gl = gl;
    const program = wholeCanvas(gl, kFragment);
    gl.useProgram(program);
    this.places = Object.fromEntries(kUniforms.map((name) => [name, gl.getUniformLocation(program, name)])) as typeof this.places;
    this.V = new ArrayTexture(gl, 0, 'bytes');
    this.W = new ArrayTexture(gl, 1, 'fours');
    this.H = new ArrayTexture(gl, 2, 'fours');
    this.rows = new ArrayTexture(gl, 3, 'pairs');
    for (const empty of [this.W, this.H]) empty.set(new Float32Array(4));
    this.cells = gl.createRenderbuffer();
    gl.bindRenderbuffer(gl.RENDERBUFFER, this.cells);
    gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
    (['V', 'W', 'H', 'rows'] as const).forEach((name, unit) => gl.uniform1i(this.places[name], unit));
  }

  /** The graphics card has forgotten it: nothing is painted any more, and another one is to be made. */
  get isLost(): boolean {
    return this.gl.isContextLost();
  }

  /** From now on this is painted, `width` pixels wide. */
  begin(look: Look, width: number): void {
    const { gl } = this;
    const height = look.bins.length / 2;
    this.take(look, width);
    if (this.size[0] === width && this.size[1] === height) return;
    this.size = [width, height];
    gl.renderbufferStorage(gl.RENDERBUFFER, gl.RGBA8, width, height);
    gl.framebufferRenderbuffer(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.RENDERBUFFER, this.cells);
  }

  /** What of the picture lies in `part`, a pixel for each square of `shrink` pixels; those at the edges may stand out. */
  paint(part: Box, shrink: number): ImageData {
    const { gl, places } = this;
    const [width, height] = [Math.ceil((part.x1 - part.x0) / shrink), Math.ceil((part.y1 - part.y0) / shrink)];
    const image = new ImageData(width, height);
    gl.viewport(0, 0, width, height);
    gl.uniform1i(places.shrink, shrink);
    gl.uniform2i(places.corner, part.x0, part.y0);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, image.data);
    return image;
  }

  private take(look: Look, width: number): void {
    const { gl, places } = this;
    let level = levelFor(look.framesInPixel);
    while (((width * look.framesInPixel) / 2 ** level) * look.V.stride > ArrayTexture.most(gl) / 2) level++;
    const shrink = 2 ** level;
    const first = look.firstFrame / shrink;
    this.hold(look, level, Math.floor(first), Math.ceil(first + (width * look.framesInPixel) / shrink) + 1);
    const m = look.model;
    if (m) this.holdModel(m, level);
    this.rows.set(look.bins);
    gl.uniform1i(places.bins, look.V.stride);
    gl.uniform1i(places.height, look.bins.length / 2);
    gl.uniform1i(places.frames, this.held.to - this.held.from);
    gl.uniform1i(places.fours, m ? Math.ceil(notesOf(m) / 4) : 0);
    gl.uniform1i(places.shifts, m?.timeShifts ?? 1);
    gl.uniform1i(places.level, level);
    gl.uniform1i(places.shown, m ? kModes[look.shown] : 0);
    gl.uniform1i(places.historyFrames, this.history(m, level));
    gl.uniform1i(places.isDark, look.isDark ? 1 : 0);
    gl.uniform1f(places.start, first - this.held.from);
    gl.uniform1f(places.step_, look.framesInPixel / shrink);
    gl.uniform1f(places.floorDb, look.rangeOfV_db);
    gl.uniform1f(places.topDb, look.topOfV_db);
    gl.uniform1f(places.rangeDb, look.range_db);
    gl.uniform1f(places.dim, look.dim);
    gl.uniform2f(places.scale, ...look.db_scale);
    const part = (of: (k: number) => number): Float32Array =>
      Float32Array.from({ length: kMostNotes }, (_, k) => (k < look.gains.length ? of(k) : 0));
    (['red', 'green', 'blue'] as const).forEach((name, c) => gl.uniform4fv(places[name], part((k) => look.colours[k]![c]! / 255)));
    gl.uniform4fv(places.gain, part((k) => look.gains[k]!));
  }

  // Frames of H before the first of V's that its components still reach out of.
  private history(m: Model | null, level: number): number {
    return m ? Math.min(this.held.from, (m.timeShifts - 1) >> level) : 0;
  }

  private hold(look: Look, level: number, from: number, to: number): void {
    const all = look.V.frames(level);
    const [a, b] = [Math.max(0, Math.min(from, all - 1)), Math.min(Math.max(to, 1), all)];
    const { held } = this;
    if (held.V === look.V && held.version === look.V.version && held.level === level && held.from <= a && held.to >= b) return;
    const room = Math.floor(ArrayTexture.most(this.gl) / look.V.stride) - (b - a);
    const margin = Math.max(0, Math.min(b - a, Math.floor(room / 2)));
    this.held = { V: look.V, version: look.V.version, level, from: Math.max(0, a - margin), to: Math.min(all, b + margin) };
    this.V.set(look.V.window(level, this.held.from, this.held.to));
  }

  private holdModel(m: Model, level: number): void {
    if (this.heldModel !== m) {
      const notes = notesOf(m);
      const fours = Math.ceil(notes / 4);
      const W = new Float32Array(4 * fours * m.bins * m.timeShifts);
      for (let t = 0; t < m.timeShifts; t++)
        for (let k = 0; k < notes; k++)
          for (let f = 0; f < m.bins; f++)
            W[4 * ((t * fours + (k >> 2)) * m.bins + f) + (k & 3)] = m.W[(t * notes + k) * m.bins + f]!;
      this.W.set(W);
      this.heldModel = m;
      this.heldH = '';
    }
    const from = this.held.from - this.history(m, level);
    const wanted = `${level} ${from} ${this.held.to}`;
    if (wanted === this.heldH) return;
    const notes = notesOf(m);
    const some = levelsOf(m.H, notes).window(level, from, this.held.to);
    const stride = 4 * Math.ceil(notes / 4);
    const H = new Float32Array((some.length / notes) * stride);
    for (let i = 0; i < some.length; i++) H[Math.floor(i / notes) * stride + (i % notes)] = some[i]!;
    this.H.set(H);
    this.heldH = wanted;
  }
}
