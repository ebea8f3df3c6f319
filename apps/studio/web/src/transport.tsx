// SPDX-License-Identifier: Apache-2.0
// Below the picture: playing, what is heard, and the list of keys.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { helpOpen, kKeys } from './keys';
import { Listening } from './listening';
import { buffering, duration_s, level, loop, pause, playing, position_s, toggle, toggleLoop } from './player';
import { server } from './server';

const clock = (s: number): string => `${Math.floor(s / 60)}:${(s % 60).toFixed(2).padStart(5, '0')}`;

export function Transport({ children }: { children?: ComponentChildren }): JSX.Element {
  const none = !server.value?.recording;
  const db = level.value > 0 ? 20 * Math.log10(level.value) : -100;
  return (
    <footer>
      <button class="primary" disabled={none} onClick={toggle}>
        {playing.value ? 'Pause' : 'Play'}
      </button>
      <button
        disabled={none}
        onClick={() => {
          pause();
          position_s.value = 0;
        }}
      >
        To the start
      </button>
      <button
        class={loop.value ? 'on' : ''}
        aria-pressed={loop.value}
        disabled={none}
        onClick={toggleLoop}
      >
        Loop
      </button>
      <output class="clock">
        {clock(position_s.value)} / {clock(duration_s())}
      </output>
      <div class="level">
        <meter aria-label="Level" min={-60} max={0} high={-1} value={playing.value ? Math.max(-60, db) : -60} hidden={buffering.value} />
        <span class="buffering" role="status">
          {buffering.value ? 'Buffering…' : ''}
        </span>
      </div>
      <Listening />
      <span class="gap" />
      {children}
      <button onClick={() => (helpOpen.value = true)} aria-label="Keys">
        ?
      </button>
    </footer>
  );
}

export function Help({ keys }: { keys: typeof kKeys }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (helpOpen.value) dialog.current!.showModal();
    else dialog.current!.close();
  }, [helpOpen.value]);
  return (
    <dialog ref={dialog} aria-label="Keys" onClose={() => (helpOpen.value = false)}>
      <dl>
        {keys.map(([key, what]) => [<dt key={key}>{key}</dt>, <dd key={what}>{what}</dd>])}
      </dl>
      <button onClick={() => (helpOpen.value = false)}>Close</button>
    </dialog>
  );
}
