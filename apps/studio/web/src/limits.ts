// SPDX-License-Identifier: Apache-2.0
// What the page can hold, so that what it cannot is said in words.

const kMostSamples = 2 ** 27; // of all channels: 512 MiB as float32

/** Why this recording cannot be played in the page; '' where it can. */
export function tooLong(recording: { frames: number; channels: number; rate_hz: number }): string {
  if (recording.frames * recording.channels <= kMostSamples) return '';
  const minutes = (frames: number): number => Math.floor(frames / recording.rate_hz / 60);
  return (
    `This recording lasts ${minutes(recording.frames)} minutes; the page can play up to ` +
    `${minutes(kMostSamples / recording.channels)} minutes of ${recording.channels} channels. It is shown, and can be run ` +
    'and exported, but not heard here; divisi separate takes any length.'
  );
}
