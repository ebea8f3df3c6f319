// SPDX-License-Identifier: Apache-2.0
// Paints as fine as there is time for. While the same picture is moved or zoomed, what is painted is moved with it, and
// only what comes into sight is painted; any other change is painted in squares of so many pixels that it takes less
// than a frame of the screen. At rest the picture is made fine, some rows at a time, so that the next move finds nothing
// in its way.
import type { Box, Look, Painter } from './painter';

const kFewest = 20_000; // pixels that are always painted at once
const kCoarsest = 6;
const kInTime_ms = 25; // of a frame of the screen, at 60 a second, and a half

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

export class Progressive {
  private wanted: Look | null = null;
  private painted: Look | null = null;
  private time: Place = { first: 0, inPixel: 1 }; // of what is painted
  private frequency: Place = { first: 0, inPixel: 1 };
  private squares = 1; // of how many pixels it is painted, or has become by zooming
  private row = 0; // the next to be made fine
  private room = 200_000; // pixels that can be painted in time
  private spent = 0; // that were painted at last
  private isDone: (() => boolean) | null = null;
  private begun_ms = 0;
  private asked = 0;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly painter: Painter,
  ) {
    canvas.addEventListener('webglcontextlost', () => cancelAnimationFrame(this.asked));
  }

  show(look: Look): void {
    this.wanted = look;
    if (!this.asked) this.step();
  }

  private readonly step = (): void => {
    this.asked = 0;
    if (this.isDone?.()) {
      const inTime = performance.now() - this.begun_ms < kInTime_ms;
      if (!inTime) this.room = Math.max(kFewest, this.room * 0.6);
      else if (this.spent > this.room / 2) this.room *= 1.2;
      this.isDone = null;
    }
    if (!this.isDone && !this.work()) return;
    this.asked = requestAnimationFrame(this.step);
  };

  private work(): boolean {
    const { canvas, painter, wanted } = this;
    const { width, height } = canvas;
    if (wanted && wanted !== this.painted) {
      this.row = this.paint(wanted) ? height : 0;
    } else if (this.row < height) {
      const count = Math.min(height - this.row, Math.max(1, Math.floor(this.room / width)));
      painter.paint({ x0: 0, x1: width, y0: this.row, y1: this.row + count }, 1);
      this.spent = count * width;
      this.row += count;
      if (this.row === height) this.isPaintedAs(wanted!, 1);
    } else {
      canvas.dataset['fine'] = 'true';
      return false;
    }
    canvas.dataset['fine'] = 'false';
    this.begun_ms = performance.now();
    this.isDone = painter.mark();
    return true;
  }

  // True: all of it is fine.
  private paint(look: Look): boolean {
    const { width, height } = this.canvas;
    const isEmpty = this.painter.begin(look);
    const whole = { x0: 0, x1: width, y0: 0, y1: height };
    const squares = this.squaresFor(width * height);
    const before = this.painted;
    this.painted = look;
    if (squares > 1 && !isEmpty && before && isSamePicture(before, look) && this.move(look)) return false;
    this.painter.paint(whole, squares);
    this.spent = (width * height) / squares ** 2;
    this.isPaintedAs(look, squares);
    return squares === 1;
  }

  // False: of what is painted too little is left, or it would be too coarse.
  private move(look: Look): boolean {
    const { width, height } = this.canvas;
    const [t, f] = [moved(this.time, timeOf(look), width), moved(this.frequency, frequencyOf(look, height), height)];
    const larger = Math.max((t.to - t.from) / (t.b - t.a), (f.to - f.from) / (f.b - f.a), 1);
    const left = (t.to - t.from) * (f.to - f.from);
    if (!(left > 0.3 * width * height) || !(this.squares * larger <= kCoarsest)) return false;
    const box = { x0: t.from, x1: t.to, y0: f.from, y1: f.to };
    this.painter.move({ x0: t.a, x1: t.b, y0: f.a, y1: f.b }, box);
    const coarse = this.squaresFor(width * height - left);
    for (const part of around(box, width, height)) this.painter.paint(part, coarse);
    this.spent = (width * height - left) / coarse ** 2;
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
  first: look.band[0],
  inPixel: (look.band[1] - look.band[0]) / height,
});
