// SPDX-License-Identifier: Apache-2.0
// What a report carries: the state as the studio's server would say it, and the bytes that belong to it.
import { halvedTimes, levelsOf } from './levels';
import type { Origin } from './origin';
import { page } from './page';
import type { PictureShape, Result, ServerState } from './server';

export interface Written {
  file?: string; // relative to the page
  peak_dbfs?: number | null; // null for silence
}
export interface ReportState extends ServerState {
  picture: PictureShape & { coarser: number }; // a column of the bytes stands for 2^coarser frames
  result: Result & { groups: (Result['groups'][number] & Written)[] };
  packed: { half: boolean; scale_w: number; scale_h: number; moving_w: number; moving_h: number };
  sound: { carried: 'mixture' | 'stems' | 'nothing'; copy: boolean; why: string };
  rest?: Written;
  input: string; // the recording as a word of a command line
  regroup?: string; // the command that only lacks the groups
}

const textOf = (id: string): string => document.getElementById(id)?.textContent ?? '';
export const state: ReportState = {
  revision: 1,
  activity: '',
  stage: '',
  fraction: 1,
  iteration: 0,
  error: '',
  notice: '',
  runs: [{ id: 1, what: 'run' }],
  saved: null,
  exported: null,
  ...(JSON.parse(textOf('state')) as Omit<ReportState, Exclude<keyof ServerState, 'costs' | 'picture' | 'recording' | 'result'>>),
};

function blob(name: string): Uint8Array<ArrayBuffer> {
  const text = atob(textOf(`blob-${name}`));
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** The number that a half of IEEE 754 stands for; its sign is not looked at. */
export function fromHalf(half: number): number {
  const exponent = (half >> 10) & 31;
  const rest = half & 1023;
  return exponent === 0 ? rest * 2 ** -24 : (1024 + rest) * 2 ** (exponent - 25);
}

/** `count` numbers as they were packed, `scales` for as many of them as each stands for, and float32 after them. */
function unpacked(name: string, parts: readonly (readonly [count: number, scale: number])[]): Float32Array {
  const stored = blob(name);
  if (!state.packed.half) return new Float32Array(stored.buffer);
  const known = Float32Array.from({ length: 1 << 15 }, (_, i) => fromHalf(i));
  const view = new DataView(stored.buffer);
  const packed = parts.reduce((sum, [count]) => sum + count, 0);
  const values = new Float32Array(packed + (stored.length - 2 * packed) / 4);
  let at = 0;
  for (const [count, scale] of parts) for (const end = at + count; at < end; at++) values[at] = known[view.getUint16(2 * at, true)]! * scale;
  for (let i = at; i < values.length; i++) values[i] = view.getFloat32(4 * i - 2 * at, true);
  return values;
}

// The channels of a sound that the page carries, as long as the recording.
async function sound(at: number): Promise<Float32Array<ArrayBuffer>[]> {
  const { channels, frames, rate_hz } = state.recording!;
  const decoder = new OfflineAudioContext(channels, 1, rate_hz);
  const decoded = await decoder.decodeAudioData(blob(`sound-${at}`).buffer);
  return Array.from({ length: channels }, (_, c) => {
    const channel = new Float32Array(frames);
    channel.set(decoded.getChannelData(Math.min(c, decoded.numberOfChannels - 1)).subarray(0, frames));
    return channel;
  });
}

/** As the studio's server would answer. */
export class ReportOrigin implements Origin {
  private picture: Uint8Array | null = null;
  private recording: Float32Array[] | null = null; // of each stem, where stems are played

  async tile(_picture: number, level: number, index: number): Promise<Uint8Array> {
    const { bins, frames, tile, coarser } = state.picture;
    this.picture ??= blob('picture');
    const [from, to] = [index * tile, Math.min((index + 1) * tile, halvedTimes(frames, level))];
    if (level >= coarser) return levelsOf(this.picture, bins).window(level - coarser, from, to);
    const cells = new Uint8Array((to - from) * bins);
    for (let j = from; j < to; j++) {
      const at = (j >> (coarser - level)) * bins;
      cells.set(this.picture.subarray(at, at + bins), (j - from) * bins);
    }
    return cells;
  }

  async samples(from: number, count: number): Promise<Float32Array> {
    this.recording ??= (await Promise.all(Array.from({ length: Math.max(1, page.stems) }, (_, s) => sound(s)))).flat();
    const all = new Float32Array(this.recording.length * count);
    this.recording.forEach((channel, c) => {
      for (let i = 0, to = c; i < count; i++, to += this.recording!.length) all[to] = channel[from + i]!;
    });
    return all;
  }

  async factors(): Promise<Float32Array> {
    const { bins, components, notes, time_shifts, frames } = state.result;
    const columns = notes.length > 0 ? notes.length : components;
    return unpacked('factors', [[bins * columns * time_shifts, state.packed.scale_w], [columns * frames, state.packed.scale_h]]);
  }

  async shapes(): Promise<Float32Array> {
    const { components, frames, moving } = state.result;
    const { bins, time_shifts, pitch_shifts } = moving!;
    const values = unpacked('shapes', [[bins * time_shifts * components, state.packed.moving_w], [pitch_shifts * components * frames, state.packed.moving_h]]);
    const hz = values.slice(values.length - bins);
    values.copyWithin(bins, 0, values.length - bins);
    values.set(hz);
    return values;
  }

  async preview(): Promise<Float32Array> {
    throw new Error('a report goes on with nothing');
  }
}
