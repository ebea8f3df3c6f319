// SPDX-License-Identifier: Apache-2.0
// The live mix in the browser's audio thread. It has the recording around the playhead, asks for what comes next, and
// waits where that is not here, so that a position is a sample.
import { Deck, type Heard } from './deck';
import type { Model, Routing } from './mix';
import { Chunks, kChunk, whole } from './sound';
import { Stretch } from './stretch';

declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare const sampleRate: number;
declare function registerProcessor(name: string, processor: unknown): void;

/** What is played, in samples and bins, once or again and again. */
interface Stretched {
  from: number;
  to: number;
  loop: boolean;
  band: [number, number];
}
export type ToMixer =
  | { kind: 'sound'; channels: number; length: number; stems?: number } // stems: as Deck takes it
  | { kind: 'chunk'; index: number; channels: Float32Array[] }
  | { kind: 'model'; model: Model | null }
  | { kind: 'route'; routing: Routing }
  | ({ kind: 'play' } & Stretched)
  | ({ kind: 'stretch' } & Stretched) // plays on where the playhead is in it, else from its beginning
  | { kind: 'heard'; heard: Heard }
  | { kind: 'speed'; speed: number }
  | { kind: 'pause' };
/** `apart`: RMS of recording − mix; `levels`: RMS of each source, the residual last. */
export type FromMixer =
  | { kind: 'at'; sample: number; peak: number; playing: boolean; waiting: boolean; apart: number; levels: number[] }
  | { kind: 'want'; chunks: number[] };

const kReport = 2048; // samples between two reports
const kAround = 8192; // samples beside the playhead that Stretch and a block reach, and more

class Mixer extends AudioWorkletProcessor {
  private sound = new Chunks(0, 0);
  private stems = 0;
  private model: Model | null = null;
  private routing: Routing = { source: [], gain: [1] };
  private deck = new Deck(whole([]), null, sampleRate);
  private stretch = new Stretch(0, () => {});
  private speed = 1;
  private heard: Heard = 'mix';
  private playing = false;
  private waiting = false; // for samples
  private isSought = false; // the deck stands where `at` says
  private tendedAt = -1; // the chunk of the playhead for which the others were asked
  private from = 0;
  private to = 0;
  private at = 0;
  private loop = false;
  private band: [number, number] = [0, Infinity];
  private peak = 0;
  private unreported = 0;

  constructor(options?: { processorOptions?: { script?: ToMixer[] } }) {
    super();
    this.port.onmessage = (event: MessageEvent<ToMixer>) => this.hear(event.data);
    for (const message of options?.processorOptions?.script ?? []) this.hear(message);
  }

  private hear(message: ToMixer): void {
    if (message.kind === 'chunk') this.sound.give(message.index, message.channels);
    if (message.kind === 'sound') {
      this.sound = new Chunks(message.channels, message.length);
      this.stems = message.stems ?? 0;
      this.playing = false;
    }
    if (message.kind === 'model') this.model = message.model;
    if (message.kind === 'sound' || message.kind === 'model') {
      const deck = new Deck(this.sound, this.model, sampleRate, this.stems);
      deck.heard = this.heard;
      deck.route(this.routing);
      deck.limit(this.band);
      this.deck = deck;
      this.stretch = new Stretch(this.sound.channels / Math.max(1, this.stems), (out, offset, count) => deck.read(out, offset, count));
      this.seek(this.at);
      this.tendedAt = -1;
    }
    if (message.kind === 'route') {
      this.routing = message.routing;
      this.deck.route(message.routing);
    }
    if (message.kind === 'play' || message.kind === 'stretch') {
      ({ from: this.from, to: this.to, loop: this.loop, band: this.band } = message);
      this.deck.limit(this.band);
      if (message.kind === 'play' || this.at < this.from || this.at >= this.to) this.seek(this.from);
      this.tendedAt = -1;
      this.playing ||= message.kind === 'play';
    }
    if (message.kind === 'heard') this.heard = this.deck.heard = message.heard;
    if (message.kind === 'speed') {
      this.speed = message.speed;
      this.seek(Math.round(this.at));
    }
    if (message.kind === 'pause') {
      this.playing = this.waiting = false;
      this.report();
    }
  }

  private seek(sample: number): void {
    this.at = sample;
    this.isSought = false;
  }

  private get around(): number {
    return kAround + 2 * (this.model?.fft ?? 0);
  }

  // Asks for what is missing around the playhead, where a loop begins, and behind the playhead.
  private tend(): void {
    const { around } = this;
    const beginning: [number, number] = this.loop ? [this.from - around, this.from + around] : [0, 0];
    const chunks = this.sound.want([this.at - around, this.at + around], beginning);
    this.tendedAt = Math.floor(this.at / kChunk);
    this.port.postMessage({ kind: 'want', chunks } satisfies FromMixer);
  }

  // Whether the next block can be made of what is here; then the deck stands at its beginning.
  private isReady(): boolean {
    const ahead = this.isSought ? Math.max(this.at, this.deck.at) : this.at;
    const isHere = this.sound.has(this.at - this.around, ahead + this.around);
    if (isHere && !this.isSought) {
      this.deck.seek(Math.round(this.at));
      this.stretch.reset();
      this.isSought = true;
    }
    if (this.waiting === isHere) {
      this.waiting = !isHere;
      this.report();
    }
    return isHere;
  }

  private report(): void {
    const { playing, waiting, peak } = this;
    this.port.postMessage({ kind: 'at', sample: Math.round(this.at), peak, playing, waiting, ...this.deck.meters() } satisfies FromMixer);
    this.peak = 0;
    this.unreported = 0;
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const out = outputs[0]!;
    const count = out[0]!.length;
    let done = 0;
    if (this.playing && Math.floor(this.at / kChunk) !== this.tendedAt) this.tend();
    while (this.playing && done < count && this.isReady()) {
      const n = Math.min(count - done, Math.max(0, Math.ceil((this.to - this.at) / this.speed)));
      if (this.speed === 1) this.deck.read(out, done, n);
      else this.stretch.read(out, done, n, this.speed);
      done += n;
      this.at += n * this.speed;
      if (this.at < this.to) continue;
      if (this.loop && this.to > this.from) {
        this.seek(this.from);
      } else {
        this.playing = false;
        this.report();
      }
    }
    if (!this.playing || this.waiting) return true;
    for (const channel of out) for (const x of channel) this.peak = Math.max(this.peak, Math.abs(x));
    this.unreported += count;
    if (this.unreported >= kReport) this.report();
    return true;
  }
}

registerProcessor('divisi-mixer', Mixer);
