// SPDX-License-Identifier: Apache-2.0
// Undo, redo, and the list of what was done, runs among it: a click goes to any of it.
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { server } from './server';
import { canRedo, canUndo, goTo, history, redo, undo } from './steps';

const isOpen = signal(false);

function List(): JSX.Element {
  const { steps, done } = history.value;
  return (
    <ol class="history" aria-label="History" onKeyDown={(e) => e.key === 'Escape' && (isOpen.value = false)}>
      {['as it was found', ...steps].map((what, n) => (
        <li key={n}>
          <button class={n > done ? 'undone' : ''} aria-current={n === done ? 'step' : undefined} disabled={server.value?.activity === 'run'} onClick={() => void goTo(n)}>
            {what}
          </button>
        </li>
      ))}
    </ol>
  );
}

export function History(): JSX.Element {
  const none = history.value.steps.length === 0;
  return (
    <div class="steps">
      <button disabled={!canUndo.value} onClick={undo}>
        Undo
      </button>
      <button disabled={!canRedo.value} onClick={redo}>
        Redo
      </button>
      <button disabled={none} aria-expanded={isOpen.value && !none} onClick={() => (isOpen.value = !isOpen.value)}>
        History
      </button>
      {isOpen.value && !none && <List />}
    </div>
  );
}
