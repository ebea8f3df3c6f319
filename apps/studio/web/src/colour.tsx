// SPDX-License-Identifier: Apache-2.0
// The colour of a source, one of the palette's nine.
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { arrangement, placeOfColour, sourceAt } from './arrangement';
import { paintSource } from './steps';
import { colourAt, colourName, kColours } from './theme';

const css = (place: number): string => `rgb(${colourAt(place)!.join(' ')})`;
const open = signal(-1); // the source whose palette is open; −1: none

export function Colour({ at }: { at: number }): JSX.Element {
  const now = placeOfColour(arrangement.value, at);
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
        style={{ background: css(now) }}
        aria-expanded={isOpen}
        aria-label={`Colour of ${sourceAt(arrangement.value, at).name}: ${colourName(now)}`}
        title="Its colour"
        onClick={() => (open.value = isOpen ? -1 : at)}
      />
      {isOpen && (
        <div class="palette" role="group" aria-label="Colours">
          {Array.from({ length: kColours }, (_, c) => (
            <button
              key={c}
              class="swatch"
              style={{ background: css(c) }}
              aria-pressed={c === now}
              aria-label={colourName(c)}
              title={colourName(c)}
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
