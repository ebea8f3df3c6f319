// SPDX-License-Identifier: Apache-2.0
// The recording as the mix reads it: all of it, or the chunks around the playhead that are here.

/** Frames of a chunk. */
export const kChunk = 2 ** 16;
const kMostSamples = 2 ** 24; // of all channels, in chunks: 64 MiB

/** A recording that is read from any sample on. */
export interface Sound {
  readonly channels: number;
  /** In frames. */
  readonly length: number;
  /** The samples of a channel from `from` on, into all of `out`; silence beyond both ends and where none are here. */
  read(channel: number, from: number, out: Float32Array): void;
}

/** A recording of which all is here. */
export function whole(channels: Float32Array[]): Sound {
  return {
    channels: channels.length,
    length: channels[0]?.length ?? 0,
    read: (channel, from, out) => {
      out.fill(0);
      const start = Math.max(0, from);
      if (start < from + out.length) out.set(channels[channel]!.subarray(start, from + out.length), start - from);
    },
  };
}

/** A recording of which as much is here as was given last, and was wanted. */
export class Chunks implements Sound {
  private readonly here = new Map<number, Float32Array[]>();

  constructor(
    readonly channels: number,
    readonly length: number,
  ) {}

  give(index: number, channels: Float32Array[]): void {
    this.here.set(index, channels);
  }

  /** Whether all of the frames `from` … `to` − 1 is here, as far as there is any. */
  has(from: number, to: number): boolean {
    const last = Math.min(to, this.length) - 1;
    for (let i = Math.floor(Math.max(0, from) / kChunk); i * kChunk <= last; i++) if (!this.here.has(i)) return false;
    return true;
  }

  read(channel: number, from: number, out: Float32Array): void {
    out.fill(0);
    const end = Math.min(from + out.length, this.length);
    for (let at = Math.max(0, from); at < end; ) {
      const index = Math.floor(at / kChunk);
      const to = Math.min(end, (index + 1) * kChunk);
      const chunk = this.here.get(index);
      if (chunk) out.set(chunk[channel]!.subarray(at - index * kChunk, to - index * kChunk), at - from);
      at = to;
    }
  }

  /** What is missing of the chunks that are wanted, the first one first: those with the frames of `first`, of `then`, and
   *  on from there, round the recording's end, as many as there is room for. The others are forgotten. */
  want(first: [number, number], then: [number, number]): number[] {
    const count = Math.ceil(this.length / kChunk);
    const indices = ([from, to]: [number, number]): number[] => {
      const [a, b] = [Math.floor(Math.max(0, from) / kChunk), Math.ceil(Math.min(to, this.length) / kChunk)];
      return Array.from({ length: Math.max(0, b - a) }, (_, i) => a + i);
    };
    const wanted = new Set([...indices(first), ...indices(then)]);
    const room = Math.min(count, Math.max(wanted.size + 1, Math.floor(kMostSamples / (kChunk * this.channels))));
    for (let i = indices(first)[0] ?? 0; wanted.size < room; i = (i + 1) % count) wanted.add(i);
    for (const index of this.here.keys()) if (!wanted.has(index)) this.here.delete(index);
    return [...wanted].filter((index) => !this.here.has(index));
  }
}
