// SPDX-License-Identifier: Apache-2.0
// What a report carries: the state as the studio's server would say it, and the bytes that belong to it.
import type { Result, ServerState } from './server';

export interface Written {
  file?: string; // relative to the page
  peak_dbfs?: number | null; // null for silence
}
export interface ReportState extends ServerState {
  picture: ServerState['picture'] & { coarser: number }; // a column of the bytes stands for 2^coarser frames
  result: Result & { groups: (Result['groups'][number] & Written)[] };
  packed: { half: boolean; scale_w: number; scale_h: number };
  sound: { carried: 'mixture' | 'stems' | 'nothing'; copy: boolean; why: string };
  rest?: Written & { reason: string };
  regroup?: string; // the command that only lacks the groups
}

const textOf = (id: string): string => document.getElementById(id)?.textContent ?? '';
export const state = JSON.parse(textOf('state')) as ReportState;

function blob(name: string): Uint8Array<ArrayBuffer> {
  const text = atob(textOf(`blob-${name}`));
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function picture(): ArrayBuffer {
  const { bins, frames, coarser } = state.picture;
  const stored = blob('picture');
  if (coarser === 0) return stored.buffer;
  const cells = new Uint8Array(bins * frames);
  for (let j = 0; j < frames; j++) {
    const from = (j >> coarser) * bins;
    cells.set(stored.subarray(from, from + bins), j * bins);
  }
  return cells.buffer;
}

/** The number that a half of IEEE 754 stands for; its sign is not looked at. */
export function fromHalf(half: number): number {
  const exponent = (half >> 10) & 31;
  const rest = half & 1023;
  return exponent === 0 ? rest * 2 ** -24 : (1024 + rest) * 2 ** (exponent - 25);
}

function factors(): ArrayBuffer {
  const { half, scale_w, scale_h } = state.packed;
  const { result } = state;
  const stored = blob('factors');
  if (!half) return stored.buffer;
  const notes = result.notes.length > 0 ? result.notes.length : result.components;
  const ofW = result.bins * notes * result.time_shifts;
  const count = ofW + notes * result.frames;
  const known = Float32Array.from({ length: 1 << 15 }, (_, i) => fromHalf(i));
  const view = new DataView(stored.buffer);
  const values = new Float32Array(count + result.fft);
  for (let i = 0; i < count; i++) values[i] = known[view.getUint16(2 * i, true)]! * (i < ofW ? scale_w : scale_h);
  for (let i = 0; i < result.fft; i++) values[count + i] = view.getFloat32(2 * count + 4 * i, true);
  return values.buffer;
}

/** The channels of a sound that the page carries, as long as the recording. */
export async function sound(at: number): Promise<Float32Array<ArrayBuffer>[]> {
  const { channels, frames, rate_hz } = state.recording!;
  const decoder = new OfflineAudioContext(channels, 1, rate_hz);
  const decoded = await decoder.decodeAudioData(blob(`sound-${at}`).buffer);
  return Array.from({ length: channels }, (_, c) => {
    const channel = new Float32Array(frames);
    channel.set(decoded.getChannelData(Math.min(c, decoded.numberOfChannels - 1)).subarray(0, frames));
    return channel;
  });
}

async function samples(): Promise<ArrayBuffer> {
  const { channels, frames } = state.recording!;
  if (state.sound.carried !== 'mixture') return new ArrayBuffer(0);
  const from = await sound(0);
  const all = new Float32Array(frames * channels);
  from.forEach((channel, c) => {
    for (let i = 0, to = c; i < frames; i++, to += channels) all[to] = channel[i]!;
  });
  return all.buffer;
}

/** As the studio's server would answer. */
export async function bytes(path: string): Promise<ArrayBuffer> {
  const known: Record<string, () => ArrayBuffer | Promise<ArrayBuffer>> = {
    'api/picture': picture,
    'api/factors': factors,
    'api/samples': samples,
  };
  const answer = known[path];
  if (!answer) throw new Error(`${path} is not in a report`);
  return answer();
}
