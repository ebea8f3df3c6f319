// SPDX-License-Identifier: Apache-2.0
// What the server says, and what it is asked. All addresses are relative: the token is in the page's own.
import { signal } from '@preact/signals';
import type { Origin } from './origin';

export interface Recording {
  id: number;
  name: string;
  rate_hz: number;
  channels: number;
  frames: number;
}
/** Of factors: of a run, or of what it has found so far. */
export interface Shape {
  id: number;
  components: number;
  time_shifts: number;
  notes: number[];
  bins: number;
  frames: number;
  fft: number;
  hop: number;
  exponent: number;
}
/** A source as a project keeps it; components from 1. */
export interface SavedSource {
  name: string;
  components: number[];
  gain_db: number;
  solo: boolean;
  mute: boolean;
  colour?: number; // from 1; by its position where there is none
  why?: string; // what put its components together; a person where there is none
}
export interface Saved {
  sources: SavedSource[];
  residual: SavedSource;
  parameters?: Record<string, string>; // of a project's run
}
export interface Result extends Shape {
  project: Saved | null;
  iterations: number;
  stop: string;
  heard?: string; // what the recording is like, and what that chose
  seconds: number;
  groups: { name?: string; components: number[]; reason: string }[];
  moving: { bins: number; time_shifts: number; pitch_shifts: number } | null; // of shapes that move in pitch
}
export interface PictureShape {
  id: number;
  bins: number;
  frames: number;
  done: number; // of these, from the first on; the others are silent yet
  tile: number; // frames of a tile
  hop: number;
  rate_hz?: number; // that `hop` is of, where it is another than the recording's
  top_db: number; // what a byte of 255 stands for, in dB of `most`
  most: number; // what 0 dB stands for
  power: number; // of the magnitude that is shown and factorized
}
/** One that has ended and can be gone back to. */
export interface Run {
  id: number;
  what: string;
}
export interface ServerState {
  revision: number;
  activity: '' | 'open' | 'run' | 'export';
  stage: string;
  fraction: number;
  iteration: number;
  costs: [number, number][];
  error: string;
  picture: PictureShape | null;
  recording?: Recording;
  runs: Run[]; // the oldest first
  result?: Result;
  preview?: Shape;
  saved: { file: string; dropped: boolean } | null;
  notice: string;
  exported: { command: string; files: string[]; warnings: string[] } | null;
}

export const server = signal<ServerState | null>(null);
export const online = signal(true);
/** What was refused, in words; '' for nothing. */
export const refusal = signal('');

const kSilence = 4000; // ms without a word: the server sends one every second

export function listen(): void {
  let last = Date.now();
  let source: EventSource;
  const connect = (): void => {
    source = new EventSource('api/events');
    source.onmessage = (event: MessageEvent<string>) => {
      last = Date.now();
      online.value = true;
      const next = JSON.parse(event.data) as ServerState;
      if (next.revision !== server.value?.revision) server.value = next;
    };
    source.onerror = () => {
      online.value = false;
    };
  };
  connect();
  setInterval(() => {
    if (Date.now() - last > kSilence) online.value = false;
    if (source.readyState === EventSource.CLOSED) connect();
  }, 1000);
}

export async function post(path: string, body: BodyInit): Promise<boolean> {
  refusal.value = '';
  try {
    const response = await fetch(path, { method: 'POST', body });
    if (!response.ok) refusal.value = ((await response.json()) as { error: string }).error;
    return response.ok;
  } catch {
    online.value = false;
    return false;
  }
}

export async function bytes(path: string, headers: Record<string, string> = {}): Promise<ArrayBuffer> {
  const response = await fetch(path, { headers });
  if (!response.ok) throw new Error(((await response.json()) as { error: string }).error);
  return response.arrayBuffer();
}

/** The server's recording, picture and factors. */
export class ServerOrigin implements Origin {
  async tile(picture: number, level: number, index: number): Promise<Uint8Array> {
    return new Uint8Array(await bytes(`api/picture/${picture}/${level}/${index}`));
  }
  async samples(from: number, count: number): Promise<Float32Array> {
    const frame = 4 * server.value!.recording!.channels;
    const Range = `bytes=${from * frame}-${(from + count) * frame - 1}`;
    return new Float32Array(await bytes('api/samples', { Range }));
  }
  async factors(): Promise<Float32Array> {
    return new Float32Array(await bytes('api/factors'));
  }
  async shapes(): Promise<Float32Array> {
    return new Float32Array(await bytes('api/shapes'));
  }
  async preview(): Promise<Float32Array> {
    return new Float32Array(await bytes('api/preview'));
  }
}

/** A recording, or a project of the one that is open. */
export const upload = (file: File): Promise<boolean> =>
  post(`api/${file.name.endsWith('.divisi') ? 'project' : 'recording'}?name=${encodeURIComponent(file.name)}`, file);
