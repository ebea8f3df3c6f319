// SPDX-License-Identifier: Apache-2.0
// The sound: the recording and the model in the worklet, and where it plays.
import { effect, signal, untracked } from '@preact/signals';
import { routing } from './arrangement';
import type { Heard } from './deck';
import { Feed } from './feed';
import { moving, movingOf } from './lasting';
import { modelOf, type Model } from './mix';
import { origin } from './origin';
import { page } from './page';
import { refusal, server, type PictureShape, type Recording, type Result, type Saved, type Shape } from './server';
import { begin, beginPreview } from './steps';
import { Tiles } from './tiles';
import type { FromMixer, ToMixer } from './worklet';

export interface Picture extends PictureShape {
  tiles: Tiles;
}
/** What is chosen in the spectrogram: seconds, and hertz; nothing: all of it. */
export interface Region {
  from_s: number;
  to_s: number;
  low_hz: number;
  high_hz: number;
}

export const picture = signal<Picture | null>(null);
export const model = signal<Model | null>(null);
export const playing = signal(false);
/** It would play, and waits for samples. */
export const buffering = signal(false);
export const loop = signal(false);
export const position_s = signal(0);
export const level = signal(0);
/** RMS of recording − mix, and of each source (the residual last), while it plays. */
export const apart = signal(0);
export const levels = signal<number[]>([]);
export const heard = signal<Heard>('mix');
export const speed = signal(1);
export const region = signal<Region | null>(null);
/** Whether a pointer is still at it: what plays, plays on. */
export const drawing = signal(false);

const open = signal<Recording | null>(null);
let rate = 44100;
let context: AudioContext | null = null;
let mixer: AudioWorkletNode | null = null;

const tell = (message: ToMixer, given: Transferable[] = []): void => mixer?.port.postMessage(message, given);

async function ready({ channels, frames }: Recording): Promise<void> {
  if (mixer) return;
  context = new AudioContext({ sampleRate: rate });
  await context.audioWorklet.addModule(page.worklet);
  mixer = new AudioWorkletNode(context, 'divisi-mixer', { numberOfInputs: 0, outputChannelCount: [channels] });
  const parts = channels * Math.max(1, page.stems);
  const feed = new Feed({ channels: parts, frames }, (index, chunk) =>
    tell({ kind: 'chunk', index, channels: chunk }, chunk.map((channel) => channel.buffer)),
  );
  mixer.port.onmessage = (event: MessageEvent<FromMixer>) => {
    if (event.data.kind === 'want') return feed.want(event.data.chunks);
    position_s.value = event.data.sample / rate;
    playing.value = event.data.playing;
    buffering.value = event.data.waiting;
    level.value = event.data.peak;
    apart.value = event.data.apart;
    levels.value = event.data.levels;
  };
  mixer.connect(context.destination);
  tell({ kind: 'sound', channels: parts, length: frames, stems: page.stems });
  tell({ kind: 'model', model: model.value });
  tell({ kind: 'route', routing: routing.value });
  tell({ kind: 'heard', heard: heard.value });
  tell({ kind: 'speed', speed: speed.value });
}

export const duration_s = (): number => (open.value?.frames ?? 0) / rate;

export async function play(from_s = position_s.value): Promise<void> {
  if (!open.value || page.plays === 'nothing') return;
  await ready(open.value);
  await context!.resume();
  const all = stretch();
  const start = Math.round(from_s * rate);
  tell({ kind: 'play', ...all, from: region.value || start >= all.to ? all.from : start });
  tell({ kind: 'stretch', ...all });
  playing.value = true;
}
// What plays: the region, or all.
function stretch(): { from: number; to: number; loop: boolean; band: [number, number] } {
  const r = region.value;
  const [from, to] = [r?.from_s ?? 0, r?.to_s ?? duration_s()].map((s) => Math.round(s * rate)) as [number, number];
  const bin = (hz: number): number => (hz * (model.value?.fft ?? 0)) / rate;
  return { from, to, loop: loop.value, band: r ? [bin(r.low_hz), bin(r.high_hz)] : [0, Infinity] };
}
export function pause(): void {
  tell({ kind: 'pause' });
  playing.value = buffering.value = false;
}
export const toggle = (): void => (playing.value ? pause() : void play());

export const toggleLoop = (): void => void (loop.value = !loop.value);

export function seek(seconds: number): void {
  region.value = null;
  position_s.value = Math.min(Math.max(0, seconds), duration_s());
  if (playing.value) void play();
}

/** Marks the stretch that begins, or ends, at the playhead: what plays, and is repeated by Loop. */
export function markStretch(end: 'from_s' | 'to_s'): void {
  const all: Region = { from_s: 0, to_s: duration_s(), low_hz: 0, high_hz: rate / 2 };
  const next = { ...(region.value ?? all), [end]: position_s.value };
  if (next.from_s < next.to_s) region.value = next;
  else region.value = { ...all, [end]: position_s.value };
}

async function forget(recording: Recording): Promise<void> {
  if (mixer) mixer.port.onmessage = null; // what it still says is of the recording before
  pause();
  await context?.close();
  context = null;
  mixer = null;
  model.value = null;
  moving.value = null;
  region.value = null;
  position_s.value = 0;
  rate = recording.rate_hz;
  open.value = recording;
}

function takePicture(shape: PictureShape): void {
  const known = picture.value;
  const isSame = known?.id === shape.id;
  if (isSame && known.done === shape.done && known.power === shape.power) return;
  const tiles = isSame ? known.tiles : new Tiles(shape);
  tiles.grow(shape);
  picture.value = { ...shape, tiles };
}

function takeModel(shape: Shape, values: Float32Array, begun: () => void): void {
  const next = modelOf(shape, values);
  if (!next) return; // a newer one is on its way
  begun();
  model.value = next;
  tell({ kind: 'model', model: next });
}

async function takeResult(result: Result, name: string, opened: (project: Saved) => void): Promise<void> {
  const shapes = result.moving && movingOf(result, await origin().shapes());
  takeModel(result, await origin().factors(), () => {
    const isNew = begin(`${location.pathname} ${name}`, result, server.value!.runs);
    if (isNew && result.project) opened(result.project);
    moving.value = shapes;
  });
}

const takePreview = async (preview: Shape): Promise<void> =>
  takeModel(preview, await origin().preview(), () => {
    beginPreview(preview.components);
    moving.value = null;
  });

/** Follows the server's state: new recordings, results and what a run has found so far are fetched, one after the
 *  other. `opened` is told of projects. */
export function follow(opened: (project: Saved) => void): void {
  let recordingId = 0;
  let shown = '';
  let line = Promise.resolve();
  effect(() => {
    const { recording, result, preview, picture: shape } = server.value ?? {};
    if (recording === undefined) return;
    if (shape) untracked(() => takePicture(shape));
    const next = preview ? `preview ${preview.id}` : `result ${result?.id ?? 0}`;
    const newRecording = recording.id !== recordingId;
    if (!newRecording && next === shown) return;
    recordingId = recording.id;
    shown = next;
    line = line
      .then(async () => {
        if (newRecording) await forget(recording);
        if (preview) await takePreview(preview);
        else if (result) await takeResult(result, `${recording.id} ${recording.name}`, opened);
        else model.value = null;
      })
      .catch((error: unknown) => {
        refusal.value = String(error);
      });
  });
  effect(() => {
    const all = stretch();
    if (!drawing.value && untracked(() => playing.value)) tell({ kind: 'stretch', ...all });
  });
  effect(() => tell({ kind: 'route', routing: routing.value }));
  effect(() => tell({ kind: 'heard', heard: heard.value }));
  effect(() => tell({ kind: 'speed', speed: speed.value }));
}
