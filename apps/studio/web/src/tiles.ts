// SPDX-License-Identifier: Apache-2.0
// The recording's picture, of which only some tiles are here: those that are looked at, and those that were lately.
import { signal } from '@preact/signals';
import { halvedTimes, type Resolutions } from './levels';
import { origin } from './origin';
import type { PictureShape } from './server';

const kMostBytes = 2 ** 26; // of the tiles that are here
const kMostAsked = 4; // at a time
const kPause_ms = 40; // between two looks at what has arrived
const kAgain_ms = 1000; // after an answer that did not come
const kStep = 0.1; // of the picture that has to be new before what was unfinished is fetched again

interface Tile {
  cells: Uint8Array;
  done: number; // frames that the picture had when it was asked for
}

export class Tiles implements Resolutions {
  /** Counts up when tiles have arrived: the picture is to be painted again. */
  readonly arrived = signal(0);
  /** Tiles that are on their way. */
  readonly awaited = signal(0);
  /** Nothing has arrived. */
  isEmpty = true;
  private readonly here = new Map<string, Tile>(); // the one used last is last
  private bytes = 0;
  private readonly asked = new Set<string>();
  private wanted: [number, number][] = [];
  private timer = 0;
  private seenDone: number;

  constructor(private shape: PictureShape) {
    this.seenDone = shape.done;
    if (shape.done > 0) this.wanted = this.overview();
    this.ask();
  }

  get version(): number {
    return this.arrived.peek();
  }

  get stride(): number {
    return this.shape.bins;
  }

  frames(level: number): number {
    return halvedTimes(this.shape.frames, level);
  }

  /** More of the same picture is known. */
  grow(shape: PictureShape): void {
    this.shape = shape;
    const isNews = shape.done >= shape.frames || shape.done - this.seenDone > kStep * shape.frames;
    if (shape.done === this.seenDone || !isNews) return;
    this.seenDone = shape.done;
    this.tell(0);
  }

  /** Frames `from` … `to` − 1 of a level. What is not here is shown by what is coarser, and on its way. */
  window(level: number, from: number, to: number): Uint8Array {
    const { bins, tile } = this.shape;
    const cells = new Uint8Array((to - from) * bins);
    const [first, last] = [Math.floor(from / tile), Math.floor((to - 1) / tile)];
    const missing: [number, number][] = [];
    for (let index = first; index <= last; index++) {
      const a = Math.max(from, index * tile);
      const b = Math.min(to, (index + 1) * tile);
      const found = this.take(level, index);
      if (!found || this.isStale(found, level, index)) missing.push([level, index]);
      if (found) cells.set(found.cells.subarray((a - index * tile) * bins, (b - index * tile) * bins), (a - from) * bins);
      else this.stretch(cells.subarray((a - from) * bins), level, a, b);
    }
    const middle = (first + last) / 2;
    const away = ([, index]: [number, number]): number => Math.abs(index - middle);
    const reach = (0.4 * kMostBytes) / (tile * bins); // what is further away would push out what is near
    const near = missing.filter((one) => away(one) < Math.max(1, reach)).sort((x, y) => away(x) - away(y));
    this.wanted = [...this.overview(), ...near].filter(([l, index]) => index * tile * 2 ** l < this.shape.done);
    this.ask();
    return cells;
  }

  // The level that is one tile: all of the picture, soon.
  private overview(): [number, number][] {
    let top = 0;
    while (this.frames(top) > this.shape.tile) top++;
    const found = this.take(top, 0);
    return !found || this.isStale(found, top, 0) ? [[top, 0]] : [];
  }

  private take(level: number, index: number): Tile | undefined {
    const key = `${level} ${index}`;
    const found = this.here.get(key);
    if (found) {
      this.here.delete(key);
      this.here.set(key, found);
    }
    return found;
  }

  private isStale({ done }: Tile, level: number, index: number): boolean {
    const { frames, tile } = this.shape;
    return done < this.shape.done && done < Math.min(frames, (index + 1) * tile * 2 ** level);
  }

  // Frames a … b − 1 of `level`, out of the finest level that is coarser and here.
  private stretch(to: Uint8Array, level: number, a: number, b: number): void {
    const { bins, tile } = this.shape;
    for (let up = 1; this.frames(level + up - 1) > 1; up++) {
      const index = Math.floor(a / 2 ** up / tile);
      const found = this.take(level + up, index);
      if (!found) continue;
      for (let j = a; j < b; j++) {
        const at = Math.min(Math.floor(j / 2 ** up) - index * tile, found.cells.length / bins - 1);
        to.set(found.cells.subarray(at * bins, (at + 1) * bins), (j - a) * bins);
      }
      return;
    }
  }

  private ask(): void {
    while (this.asked.size < kMostAsked && this.wanted.length > 0) {
      const [level, index] = this.wanted.shift()!;
      const key = `${level} ${index}`;
      if (this.asked.has(key)) continue;
      this.asked.add(key);
      void this.fetch(level, index, key);
    }
    this.awaited.value = this.asked.size + this.wanted.length;
  }

  private async fetch(level: number, index: number, key: string): Promise<void> {
    const { done, id } = this.shape;
    let pause = kPause_ms;
    try {
      const cells = await origin().tile(id, level, index);
      if (this.isEmpty) pause = 0;
      this.keep(key, { cells, done });
    } catch {
      pause = kAgain_ms; // another picture is shown by now, or nobody answers
    }
    this.asked.delete(key);
    if (pause < kAgain_ms) this.ask();
    this.tell(pause);
  }

  private keep(key: string, tile: Tile): void {
    this.bytes += tile.cells.length - (this.here.get(key)?.cells.length ?? 0);
    this.here.delete(key);
    this.here.set(key, tile);
    for (const [old, { cells }] of this.here) {
      if (this.bytes <= kMostBytes) break;
      this.here.delete(old);
      this.bytes -= cells.length;
    }
  }

  private tell(pause_ms: number): void {
    if (this.timer) return;
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      this.isEmpty = this.here.size === 0;
      this.arrived.value++;
    }, pause_ms);
  }
}
