// SPDX-License-Identifier: Apache-2.0
// The one place where recording, picture and factors come from: the studio's server, or whatever else takes its place.

/** Numbers of a recording that is open; what they mean stands in `server` (server.ts). */
export interface Origin {
  /** A tile of the picture: the frames index·tile … of a level (levels.ts), bins × frames bytes, a frame after the
   *  other; fewer frames where the level ends. A byte of 1 … 255 counts half decibels, 255 for the picture's top_db; 0 is
   *  everything below. `picture`: which one, by its id. */
  tile(picture: number, level: number, index: number): Promise<Uint8Array>;
  /** Frames from … from + count − 1 of the recording, channels interleaved; all of them have to be there. */
  samples(from: number, count: number): Promise<Float32Array>;
  /** W, H and the window of the run, as modelOf() takes them. */
  factors(): Promise<Float32Array>;
  /** Of shapes that move in pitch: the frequencies of W's rows, W and H, as movingOf() takes them. */
  shapes(): Promise<Float32Array>;
  /** factors() of what a run has found so far. */
  preview(): Promise<Float32Array>;
}

let present: Origin | null = null;

/** From now on everything comes from here. */
export function takeFrom(origin: Origin): void {
  present = origin;
}

export function origin(): Origin {
  if (!present) throw new Error('expected an origin, got none');
  return present;
}
