// SPDX-License-Identifier: Apache-2.0
// Paints as fine as there is time for: while things move, squares of so many pixels that a picture takes less than a
// frame of the screen; at rest it is made fine, some rows at a time, so that the next move finds nothing in its way.
import type { Look, Painter } from './painter';

const kFewest = 20_000; // pixels that are always painted at once
const kCoarsest = 6;
const kInTime_ms = 25; // of a frame of the screen, at 60 a second, and a half

export class Progressive {
  private wanted: Look | null = null;
  private painted: Look | null = null;
  private row = 0; // the next to be made fine
  private room = 200_000; // pixels that were painted in time
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
      this.room = Math.max(kFewest, this.room * (inTime ? 1.2 : 0.6));
      this.isDone = null;
    }
    if (!this.isDone && !this.work()) return;
    this.asked = requestAnimationFrame(this.step);
  };

  private work(): boolean {
    const { canvas, painter, wanted } = this;
    const { width, height } = canvas;
    if (wanted && wanted !== this.painted) {
      const shrink = Math.min(kCoarsest, Math.ceil(Math.sqrt((width * height) / this.room)));
      painter.paint(wanted, shrink);
      this.painted = wanted;
      this.row = shrink === 1 ? height : 0;
    } else if (this.row < height) {
      const count = Math.min(height - this.row, Math.max(1, Math.floor(this.room / width)));
      painter.paintRows(this.row, count);
      this.row += count;
    } else {
      canvas.dataset['fine'] = 'true';
      return false;
    }
    canvas.dataset['fine'] = 'false';
    this.begun_ms = performance.now();
    this.isDone = painter.mark();
    return true;
  }
}
