// SPDX-License-Identifier: Apache-2.0
// Over the picture: what it shows, its axes, and what its brightness means.
import type { JSX } from 'preact';
import { shown } from './look';
import type { Shown } from './painter';
import { model } from './player';
import { logarithmic, rangeDb, showAll, zoom, zoomFrequency } from './view';

const kShown: [Shown, string, string][] = [
  ['original', 'Original', 'The recording, tinted by who plays; what is silent in the mix is dim'],
  ['model', 'Model', 'What W and H make, as loud as it is mixed now'],
  ['missed', 'Missed', 'How far the recording and the model are apart'],
];

export function PictureBar(): JSX.Element {
  return (
    <div class="picture-bar" role="toolbar" aria-label="Picture">
      <div class="choice" role="group" aria-label="Shown">
        {kShown.map(([what, name, title]) => (
          <button
            key={what}
            class={shown.value === what ? 'on' : ''}
            aria-pressed={shown.value === what}
            disabled={what !== 'original' && !model.value?.bins}
            title={title}
            onClick={() => (shown.value = what)}
          >
            {name}
          </button>
        ))}
      </div>
      <label class="field">
        <input type="checkbox" checked={logarithmic.value} onChange={(e) => (logarithmic.value = e.currentTarget.checked)} />
        log f
      </label>
      <label class="field">
        Range
        <input type="range" min={30} max={90} value={rangeDb.value} aria-label="Range of the picture in dB" onInput={(e) => (rangeDb.value = e.currentTarget.valueAsNumber)} />
      </label>
      <div class="colours" role="img" aria-label={`Brightness from ${-rangeDb.value} to 0 dB`}>
        <span>−{rangeDb.value}</span>
        <i />
        <span>0 dB</span>
      </div>
      <span class="gap" />
      <span class="field">Time</span>
      <button onClick={() => zoom(0.5)} aria-label="Zoom in">
        +
      </button>
      <button onClick={() => zoom(2)} aria-label="Zoom out">
        −
      </button>
      <span class="field">Frequency</span>
      <button onClick={() => zoomFrequency(0.5)} aria-label="Zoom in, frequency">
        +
      </button>
      <button onClick={() => zoomFrequency(2)} aria-label="Zoom out, frequency">
        −
      </button>
      <button onClick={showAll}>Fit</button>
    </div>
  );
}
