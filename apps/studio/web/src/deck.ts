// SPDX-License-Identifier: Apache-2.0
// What is heard: the live mix, the recording as loud as the mix, or the difference of the two; with its meters.
import { LiveMix, type Model, type Routing } from './mix';
import type { Sound } from './sound';

export type Heard = 'mix' | 'recording' | 'difference';

const kSwitch = 0.01; // of the way to another choice, a sample: no click
const kLoudness_s = 1; // over which loudness is compared
const kMostMatch = 8; // and a part of it: 18 dB either way

export class Deck {
  heard: Heard = 'mix';
  /** The next sample. */
  at = 0;
  private readonly mix: LiveMix;
  private ofMix = 1; // out = ofMix · mix + ofRecording · recording
  private ofRecording = 0;
  private mixPower = 0;
  private recordingPower = 0;
  private apart = 0; // sum of squares of recording − mix, and of how many
  private counted = 0;
  private recording = new Float32Array(0); // room for what is read of it

  constructor(
    private readonly sound: Sound,
    model: Model | null,
    private readonly rate_hz: number,
  ) {
    this.mix = new LiveMix(sound, model);
  }

  route(routing: Routing): void {
    this.mix.route(routing);
  }
  limit(band: [number, number]): void {
    this.mix.limit(band);
  }
  seek(sample: number): void {
    this.at = sample;
    this.mix.seek(sample);
    [this.ofMix, this.ofRecording] = this.aim();
  }

  /** The gain that makes the recording as loud as the mix was in the last second. */
  match(): number {
    if (!(this.mixPower > 1e-12 && this.recordingPower > 1e-12)) return 1;
    return Math.min(kMostMatch, Math.max(1 / kMostMatch, Math.sqrt(this.mixPower / this.recordingPower)));
  }

  private aim(): [number, number] {
    if (this.heard === 'mix') return [1, 0];
    return this.heard === 'difference' ? [-1, 1] : [0, this.match()];
  }

  /** The next `count` samples into out[c][offset …]. */
  read(out: Float32Array[], offset: number, count: number): void {
    this.mix.read(out, offset, count);
    if (this.recording.length < count) this.recording = new Float32Array(count);
    const [mixAim, recordingAim] = this.aim();
    const near = Math.abs(this.ofMix - mixAim) + Math.abs(this.ofRecording - recordingAim) < 1e-4;
    if (near) [this.ofMix, this.ofRecording] = [mixAim, recordingAim];
    let [mixSum, recordingSum, apart] = [0, 0, 0];
    let [a, b] = [this.ofMix, this.ofRecording];
    for (let c = 0; c < out.length; c++) {
      const recording = this.recording.subarray(0, count);
      this.sound.read(Math.min(c, this.sound.channels - 1), this.at, recording);
      const to = out[c]!;
      [a, b] = [this.ofMix, this.ofRecording];
      for (let i = 0; i < count; i++) {
        const x = recording[i]!;
        const y = to[offset + i]!;
        mixSum += y * y;
        recordingSum += x * x;
        apart += (x - y) ** 2;
        to[offset + i] = a * y + b * x;
        a += kSwitch * (mixAim - a);
        b += kSwitch * (recordingAim - b);
      }
    }
    [this.ofMix, this.ofRecording] = [a, b];
    const size = count * out.length;
    const fresh = 1 - Math.exp(-count / (kLoudness_s * this.rate_hz));
    this.mixPower += fresh * (mixSum / size - this.mixPower);
    this.recordingPower += fresh * (recordingSum / size - this.recordingPower);
    this.apart += apart;
    this.counted += size;
    this.at += count;
  }

  /** Since it was asked last: how far recording and mix are apart (RMS), and each source's level (RMS), the residual last. */
  meters(): { apart: number; levels: number[] } {
    const apart = this.counted > 0 ? Math.sqrt(this.apart / this.counted) : 0;
    [this.apart, this.counted] = [0, 0];
    return { apart, levels: this.mix.takeLevels() };
  }
}
