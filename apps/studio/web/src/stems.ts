// SPDX-License-Identifier: Apache-2.0
// A mix of stems as they were written, where the page cannot make them: they are channels of one sound, those of the
// first stem first.
import type { Routing } from './mix';
import type { Sound } from './sound';

const kFade = 0.01; // of the way to another gain, a sample: no click

/** The sum of `stems` stems. */
export function summed(sound: Sound, stems: number): Sound {
  const channels = sound.channels / stems;
  let part = new Float32Array(0);
  return {
    channels,
    length: sound.length,
    read: (channel, from, out) => {
      if (part.length !== out.length) part = new Float32Array(out.length);
      sound.read(channel, from, out);
      for (let s = 1; s < stems; s++) {
        sound.read(s * channels + channel, from, part);
        for (let i = 0; i < out.length; i++) out[i]! += part[i]!;
      }
    },
  };
}

/** Plays as LiveMix does. */
export class StemMix {
  private aims: number[];
  private gains: number[]; // on their way there
  private squares: number[]; // of each stem since it was asked, and of how many
  private counted = 0;
  private at = 0;
  private part = new Float32Array(0);

  constructor(
    private readonly sound: Sound,
    private readonly stems: number,
  ) {
    this.aims = new Array<number>(stems).fill(1);
    this.gains = [...this.aims];
    this.squares = new Array<number>(stems).fill(0);
  }

  route({ gain }: Routing): void {
    this.aims = this.aims.map((_, s) => gain[s] ?? 0);
  }

  /** Stems are not cut in frequency. */
  limit(_band: [number, number]): void {}

  seek(sample: number): void {
    this.at = sample;
    this.gains = [...this.aims];
  }

  read(out: Float32Array[], offset: number, count: number): void {
    const channels = this.sound.channels / this.stems;
    if (this.part.length !== count) this.part = new Float32Array(count);
    for (const to of out) to.fill(0, offset, offset + count);
    for (let s = 0; s < this.stems; s++) {
      let gain = this.gains[s]!;
      for (let c = 0; c < out.length; c++) {
        this.sound.read(s * channels + Math.min(c, channels - 1), this.at, this.part);
        gain = this.gains[s]!;
        for (let i = 0; i < count; i++) {
          gain += kFade * (this.aims[s]! - gain);
          const x = gain * this.part[i]!;
          out[c]![offset + i]! += x;
          this.squares[s]! += x * x;
        }
      }
      this.gains[s] = gain;
    }
    this.counted += count * out.length;
    this.at += count;
  }

  /** RMS of each stem since it was asked last. */
  takeLevels(): number[] {
    const levels = this.squares.map((sum) => (this.counted > 0 ? Math.sqrt(sum / this.counted) : 0));
    this.squares.fill(0);
    this.counted = 0;
    return levels;
  }
}
