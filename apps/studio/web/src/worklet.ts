// SPDX-License-Identifier: Apache-2.0
// The live mix in the browser's audio thread. It owns the recording, so that a position is a sample.
import { LiveMix, type Model, type Routing } from './mix';

declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: unknown): void;

export type ToMixer =
  | { kind: 'sound'; channels: Float32Array[] }
  | { kind: 'model'; model: Model | null }
  | { kind: 'route'; routing: Routing }
  | { kind: 'play'; from: number; to: number; loop: boolean; band: [number, number] }
  | { kind: 'pause' };
export type FromMixer = { kind: 'at'; sample: number; peak: number; playing: boolean };

const kReport = 2048; // samples between two reports

class Mixer extends AudioWorkletProcessor {
  private channels: Float32Array[] = [];
  private model: Model | null = null;
  private routing: Routing = { source: [], gain: [1] };
  private mix = new LiveMix([], null);
  private playing = false;
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
    if (message.kind === 'sound') this.channels = message.channels;
    if (message.kind === 'model') this.model = message.model;
    if (message.kind === 'sound' || message.kind === 'model') {
      if (message.kind === 'sound') this.playing = false;
      this.mix = new LiveMix(this.channels, this.model);
      this.mix.route(this.routing);
      this.mix.limit(this.band);
      this.mix.seek(this.at);
    }
    if (message.kind === 'route') {
      this.routing = message.routing;
      this.mix.route(message.routing);
    }
    if (message.kind === 'play') {
      ({ from: this.from, to: this.to, loop: this.loop, band: this.band } = message);
      this.at = this.from;
      this.mix.limit(this.band);
      this.mix.seek(this.at);
      this.playing = true;
    }
    if (message.kind === 'pause') {
      this.playing = false;
      this.report();
    }
  }

  private report(): void {
    this.port.postMessage({ kind: 'at', sample: this.at, peak: this.peak, playing: this.playing } satisfies FromMixer);
    this.peak = 0;
    this.unreported = 0;
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const out = outputs[0]!;
    const count = out[0]!.length;
    let done = 0;
    while (this.playing && done < count) {
      const n = Math.min(count - done, this.to - this.at);
      this.mix.read(out, done, n);
      done += n;
      this.at += n;
      if (this.at < this.to) continue;
      if (this.loop && this.to > this.from) {
        this.at = this.from;
        this.mix.seek(this.at);
      } else {
        this.playing = false;
        this.report();
      }
    }
    if (!this.playing) return true;
    for (const channel of out) for (const x of channel) this.peak = Math.max(this.peak, Math.abs(x));
    this.unreported += count;
    if (this.unreported >= kReport) this.report();
    return true;
  }
}

registerProcessor('divisi-mixer', Mixer);
