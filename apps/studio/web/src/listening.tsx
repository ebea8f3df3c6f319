// SPDX-License-Identifier: Apache-2.0
// What is heard and how fast, how far mix and recording are apart, and how loud each source is.
import type { JSX } from 'preact';
import { arrangement } from './arrangement';
import type { Heard } from './deck';
import { apart, buffering, heard, levels, markStretch, model, playing, speed } from './player';

const kSpeeds = [1, 0.9, 0.8, 0.7, 0.6, 0.5];
const kLowest_db = -60; // of a source's meter
const kSilent = 1e-7; // RMS: rounding of float32 is below
const kHeard: [Heard, string, string][] = [
  ['mix', 'Mix', 'The sources as they are set'],
  ['recording', 'Recording', 'The recording, as loud as the mix'],
  ['difference', 'Difference', 'The recording minus the mix: silent when all sources play at 0 dB'],
];

/** From the mix to this and back. */
export const turnTo = (what: Heard): void => {
  heard.value = heard.value === what ? 'mix' : what;
};
export function slower(by: number): void {
  const at = kSpeeds.indexOf(speed.value) + by;
  speed.value = kSpeeds[Math.min(Math.max(at, 0), kSpeeds.length - 1)]!;
}

const decibels = (x: number): number => 20 * Math.log10(Math.max(x, 1e-10));

function Null(): JSX.Element {
  const sounds = playing.value && !buffering.value;
  const words = apart.value > kSilent ? `${decibels(apart.value).toFixed(0)} dBFS` : 'silent';
  const text = sounds ? words : '–';
  return (
    <output class="null" title="Recording minus mix, RMS" aria-label="Null: recording minus mix">
      null {text}
    </output>
  );
}

export function Listening(): JSX.Element {
  const none = !model.value;
  return (
    <>
      <label class="field">
        Speed
        <select value={String(speed.value)} onChange={(e) => (speed.value = Number(e.currentTarget.value))}>
          {kSpeeds.map((s) => (
            <option key={s} value={String(s)}>
              {Math.round(100 * s)} %
            </option>
          ))}
        </select>
      </label>
      <div class="choice" role="group" aria-label="Heard">
        {kHeard.map(([what, name, title]) => (
          <button key={what} class={heard.value === what ? 'on' : ''} aria-pressed={heard.value === what} title={title} disabled={none} onClick={() => (heard.value = what)}>
            {name}
          </button>
        ))}
      </div>
      {!none && <Null />}
    </>
  );
}

/** The level of a source, −1 for the residual. */
export function SourceLevel({ at }: { at: number }): JSX.Element {
  const db = playing.value ? decibels(levels.value.at(at) ?? 0) : kLowest_db;
  const name = at < 0 ? 'residual' : arrangement.value.sources[at]?.name;
  return <meter class="source-level" aria-label={`Level of ${name}, heard now`} min={kLowest_db} max={0} value={Math.max(kLowest_db, db)} />;
}

export const kListeningKeys: [string, string][] = [
  ['A  D', 'hear the recording, the difference; again: the mix'],
  ['[  ]', 'the stretch begins, ends at the playhead'],
  ['R', 'repeat the stretch, or all'],
  [',  .', 'slower, faster'],
];
export const kListeningActions: Record<string, () => void> = {
  a: () => turnTo('recording'),
  d: () => turnTo('difference'),
  '[': () => markStretch('from_s'),
  ']': () => markStretch('to_s'),
  ',': () => slower(1),
  '.': () => slower(-1),
};
