// SPDX-License-Identifier: Apache-2.0
// Paints as fine as there is time for. While the same picture is moved or zoomed, what is painted is moved with it, and
// only what comes into sight is painted; any other change is painted in squares of so many pixels that it takes less
// than a frame of the screen. At rest the picture is made fine, some rows at a time, so that the next move finds nothing
// in its way. What is painted is read back and kept on a canvas of two dimensions: without a graphics card that moves
// a picture in a tenth of WebGL's time.
import type { Box, Look, Painter } from './painter';

const kFewest = 20_000; // pixels that are always painted at once
const kCoarsest = 6;
const kStill_ms = 60; // without a change: at rest
const kInTime_ms = 12; // of a frame of the screen, at 60 a second, three quarters

/** Where a painted picture stands on one axis: what its first pixel shows, and how much a pixel is. */
interface Place {
  first: number;
  inPixel: number;
}

/** Which pixels a..b of what is painted at `old` show what the whole pixels from..to at `next` are to show, and where what
 *  is put there stands. Pixels are whole, so that it stands up to half a pixel beside `next`. */
function moved(old: Place, next: Place, size: number): { a: number; b: number; from: number; to: number; place: Place } {
  const before = (x: number): number => (next.first - old.first + x * next.inPixel) / old.inPixel;
  const at = (x: number): number => (old.first - next.first + x * old.inPixel) / next.inPixel;
  const whole = (x: number): number => Math.min(size, Math.max(0, x));
  const from = whole(Math.ceil(at(0) - 0.5));
  const to = whole(Math.floor(at(size) + 0.5));
  const [a, b] = [whole(Math.round(before(from))), whole(Math.round(before(to)))];
  const inPixel = (old.inPixel * (b - a)) / (to - from);
  return { a, b, from, to, place: { first: old.first + a * old.inPixel - from * inPixel, inPixel } };
}

// The rest of the canvas around a box.
function around(box: Box, width: number, height: number): Box[] {
  const { x0, x1, y0, y1 } = box;
  return [
    { x0: 0, x1: x0, y0: 0, y1: height },
    { x0: x1, x1: width, y0: 0, y1: height },
    { x0, x1, y0: 0, y1: y0 },
    { x0, x1, y0: y1, y1: height },
  ].filter((part) => part.x1 > part.x0 && part.y1 > part.y0);
}

// All that is seen of a picture but where it stands.
function isSamePicture(a: Look, b: Look): boolean {
  const same = (name: keyof Look): boolean => a[name] === b[name] || JSON.stringify(a[name]) === JSON.stringify(b[name]);
  return a.V === b.V && a.model === b.model && (['isKnown', 'axis', 'colours', 'gains', 'shown', 'range_db', 'db_scale', 'isDark'] as const).every(same);
}

const isSamePlace = (a: Look, b: Look): boolean =>
  a.firstFrame === b.firstFrame && a.framesInPixel === b.framesInPixel && a.band === b.band;

export class Progressive {
  private readonly pen: CanvasRenderingContext2D;
  private readonly squaresPen: CanvasRenderingContext2D; // of what is to be made larger
  private painted: Look | null = null;
  private size = [0, 0];
  private time: Place = { first: 0, inPixel: 1 }; // of what is painted
  private frequency: Place = { first: 0, inPixel: 1 };
  private squares = 1; // of how many pixels it is painted, or has become by zooming
  private room = 200_000; // pixels that can be painted in time
  private waits = 0;
  private asked = 0;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    readonly painter: Painter,
  ) {
    this.pen = canvas.getContext('2d', { alpha: false })!;
    this.squaresPen = document.createElement('canvas').getContext('2d', { alpha: false })!;
  }

  show(look: Look): void {
    clearTimeout(this.waits);
    cancelAnimationFrame(this.asked);
    const before = this.painted;
    const isFine = this.paint(look);
    this.canvas.dataset['fine'] = String(isFine);
    const isStill = before && isSamePicture(before, look) && isSamePlace(before, look); // more of it has arrived
    if (!isFine) this.waits = window.setTimeout(() => this.refine(look, 0), isStill ? 0 : kStill_ms);
  }

  // Makes the picture fine, from this row on.
  private refine(look: Look, row: number): void {
    if (this.painter.isLost) return;
    const { width, height } = this.canvas;
    const end = Math.min(height, row + Math.max(1, Math.floor(this.room / width)));
    this.put([{ x0: 0, x1: width, y0: row, y1: end }], 1);
    if (end < height) {
      this.asked = requestAnimationFrame(() => this.refine(look, end));
      return;
    }
    this.isPaintedAs(look, 1);
    this.canvas.dataset['fine'] = 'true';
  }

  // True: all of it is fine.
  private paint(look: Look): boolean {
    const { width, height } = this.canvas;
    const isEmpty = this.size[0] !== width || this.size[1] !== height;
    this.size = [width, height];
    this.painter.begin(look, width);
    const squares = this.squaresFor(width * height);
    const before = this.painted;
    this.painted = look;
    if (squares > 1 && !isEmpty && before && isSamePicture(before, look) && this.move(look)) return false;
    this.put([{ x0: 0, x1: width, y0: 0, y1: height }], squares);
    this.isPaintedAs(look, squares);
    return squares === 1;
  }

  // Paints these parts in squares of `shrink` pixels, and learns how many there is time for.
  private put(parts: Box[], shrink: number): void {
    const { pen, squaresPen } = this;
    const begun_ms = performance.now();
    let pixels = 0;
    for (const part of parts) {
      const image = this.painter.paint(part, shrink);
      pixels += image.width * image.height;
      if (shrink === 1) {
        pen.putImageData(image, part.x0, part.y0);
        continue;
      }
      const [width, height] = [part.x1 - part.x0, part.y1 - part.y0];
      Object.assign(squaresPen.canvas, { width: image.width, height: image.height });
      squaresPen.putImageData(image, 0, 0);
      pen.imageSmoothingEnabled = false;
      pen.drawImage(squaresPen.canvas, 0, 0, width / shrink, height / shrink, part.x0, part.y0, width, height);
    }
    if (performance.now() - begun_ms > kInTime_ms) this.room = Math.max(kFewest, this.room * 0.6);
    else if (pixels > this.room / 2) this.room *= 1.2;
  }

  // False: of what is painted too little is left, or it would be too coarse.
  private move(look: Look): boolean {
    const { width, height } = this.canvas;
    const [t, f] = [moved(this.time, timeOf(look), width), moved(this.frequency, frequencyOf(look, height), height)];
    const larger = Math.max((t.to - t.from) / (t.b - t.a), (f.to - f.from) / (f.b - f.a), 1);
    const left = (t.to - t.from) * (f.to - f.from);
    if (!(left > 0.3 * width * height) || !(this.squares * larger <= kCoarsest)) return false;
    const box = { x0: t.from, x1: t.to, y0: f.from, y1: f.to };
    const { pen } = this;
    pen.imageSmoothingEnabled = false;
    pen.drawImage(this.canvas, t.a, f.a, t.b - t.a, f.b - f.a, t.from, f.from, t.to - t.from, f.to - f.from);
    this.put(around(box, width, height), this.squaresFor(width * height - left));
    this.time = t.place;
    this.frequency = f.place;
    this.squares *= larger;
    return true;
  }

  private squaresFor(pixels: number): number {
    return Math.min(kCoarsest, Math.max(1, Math.ceil(Math.sqrt(pixels / this.room))));
  }

  private isPaintedAs(look: Look, squares: number): void {
    this.time = timeOf(look);
    this.frequency = frequencyOf(look, this.canvas.height);
    this.squares = squares;
  }
}

const timeOf = (look: Look): Place => ({ first: look.firstFrame, inPixel: look.framesInPixel });
const frequencyOf = (look: Look, height: number): Place => ({
  first: look.band[1], // at the top
  inPixel: (look.band[0] - look.band[1]) / height,
});
