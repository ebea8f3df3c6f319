// SPDX-License-Identifier: Apache-2.0
// Brings the chunks of the recording that the mixer wants, the most urgent first.
import { origin } from './origin';
import { kChunk } from './sound';

const kMostAsked = 2; // at a time
const kAgain_ms = 1000; // after an answer that did not come

export class Feed {
  private wanted: number[] = [];
  private readonly asked = new Set<number>();

  /** `give` takes a chunk, a channel an array. */
  constructor(
    private readonly recording: { frames: number; channels: number },
    private readonly give: (index: number, channels: Float32Array[]) => void,
  ) {}

  /** These are missing; what was wanted before no longer matters. */
  want(chunks: number[]): void {
    this.wanted = chunks.filter((index) => !this.asked.has(index));
    this.ask();
  }

  private ask(): void {
    while (this.asked.size < kMostAsked && this.wanted.length > 0) void this.fetch(this.wanted.shift()!);
  }

  private async fetch(index: number): Promise<void> {
    const { frames, channels: count } = this.recording;
    this.asked.add(index);
    try {
      const all = await origin().samples(index * kChunk, Math.min(kChunk, frames - index * kChunk));
      this.give(
        index,
        Array.from({ length: count }, (_, c) => {
          const channel = new Float32Array(all.length / count);
          for (let i = 0, from = c; i < channel.length; i++, from += count) channel[i] = all[from]!;
          return channel;
        }),
      );
    } catch {
      await new Promise((again) => setTimeout(again, kAgain_ms));
      this.wanted.unshift(index);
    }
    this.asked.delete(index);
    this.ask();
  }
}
