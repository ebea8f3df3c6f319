// SPDX-License-Identifier: Apache-2.0
// The colour of a source, one of the palette's nine.
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { arrangement, colourAt, kColourNames, kColours, sourceAt } from './arrangement';
import { paintSource } from './steps';

const open = signal(-1); // the source whose palette is open; −1: none

export function Colour({ at }: { at: number }): JSX.Element {
  const now = colourAt(arrangement.value, at);
  const isOpen = open.value === at;
  const swatch = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    open.value = -1;
    swatch.current!.focus();
  };
  return (
    <div class="colour" onKeyDown={(e) => e.key === 'Escape' && isOpen && close()}>
      <button
        ref={swatch}
        class="swatch"
        style={{ background: `rgb(${kColours[now]!.join(' ')})` }}
        aria-expanded={isOpen}
        aria-label={`Colour of ${sourceAt(arrangement.value, at).name}: ${kColourNames[now]}`}
        title="Its colour"
        onClick={() => (open.value = isOpen ? -1 : at)}
      />
      {isOpen && (
        <div class="palette" role="group" aria-label="Colours">
          {kColours.map((colour, c) => (
            <button
              key={c}
              class="swatch"
              style={{ background: `rgb(${colour.join(' ')})` }}
              aria-pressed={c === now}
              aria-label={kColourNames[c]}
              title={kColourNames[c]}
              onClick={() => {
                paintSource(at, c);
                close();
              }}
            />
          ))}
        </div>
      )}
    </div>
  );
}
