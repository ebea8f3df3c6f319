// SPDX-License-Identifier: Apache-2.0
// A long row of frames, seen from near and from far: each level has half the frames of the one before, and of two
// frames the larger values, so that nothing that is short is lost from far.

type Values = Uint8Array | Float32Array;

/** What is seen from near and from far: frames of `stride` values. */
export interface Resolutions<T extends Values = Uint8Array> {
  readonly stride: number;
  /** Another one when window() would give something else. */
  readonly version: number;
  /** Frames of a level. */
  frames(level: number): number;
  /** Frames `from` … `to` − 1 of a level. */
  window(level: number, from: number, to: number): T;
}

/** Of how many frames so many are left when they are halved so often. */
export const halvedTimes = (frames: number, times: number): number => Math.ceil(frames / 2 ** times);

export class Levels<T extends Values> implements Resolutions<T> {
  readonly version = 0;
  private readonly levels: T[];

  /** `values`: frames of `stride` values, one after the other. */
  constructor(
    values: T,
    readonly stride: number,
  ) {
    this.levels = [values];
  }

  frames(level: number): number {
    return halvedTimes(this.levels[0]!.length / this.stride, level);
  }

  /** Those that are there, no copy. */
  window(level: number, from: number, to: number): T {
    while (this.levels.length <= level) this.levels.push(this.halved(this.levels.at(-1)!));
    return this.levels[level]!.subarray(from * this.stride, to * this.stride) as T;
  }

  private halved(values: T): T {
    const { stride } = this;
    const frames = Math.ceil(values.length / stride / 2);
    const half = new (values.constructor as new (n: number) => T)(frames * stride);
    for (let j = 0; j < frames; j++) {
      const a = 2 * j * stride;
      const b = a + stride < values.length ? a + stride : a;
      for (let i = 0, to = j * stride; i < stride; i++, to++) {
        const x = values[a + i]!;
        const y = values[b + i]!;
        half[to] = x > y ? x : y;
      }
    }
    return half;
  }
}

const known = new WeakMap<Values, Levels<Values>>();
/** The levels of these values, made once. */
export function levelsOf<T extends Values>(values: T, stride: number): Levels<T> {
  let found = known.get(values);
  if (!found) known.set(values, (found = new Levels<Values>(values, stride)));
  return found as Levels<T>;
}

/** The level at which a pixel is at least half a frame and less than one, or the nearest there is. */
export const levelFor = (framesInPixel: number): number => Math.max(0, Math.floor(Math.log2(Math.max(framesInPixel, 1))));
