// SPDX-License-Identifier: Apache-2.0
// The project file: what was found, who is which source, and how it is listened to.
import type { JSX } from 'preact';
import { arrangement, componentsOf, sourceAt, whyOf } from './arrangement';
import { post, server, type SavedSource } from './server';

export function savedSource(at: number): SavedSource {
  const { name, gain_db, solo, mute, colour } = sourceAt(arrangement.value, at);
  const components = componentsOf(arrangement.value, at).map((k) => k + 1);
  const why = whyOf(arrangement.value, at);
  return { name, gain_db, solo, mute, components, ...(colour === undefined ? {} : { colour: colour + 1 }), ...(why ? { why } : {}) };
}

const canSave = (): boolean => server.value?.result !== undefined && server.value.activity === '';

function save(): void {
  if (!canSave()) return;
  void post('api/save', JSON.stringify({ sources: arrangement.value.sources.map((_, at) => savedSource(at)), residual: savedSource(-1) }));
}

/** Ctrl S saves, wherever the focus is. */
export function hearSave(): void {
  addEventListener('keydown', (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 's') return;
    event.preventDefault();
    save();
  });
}

export function Project(): JSX.Element {
  const done = server.value?.saved;
  return (
    <section class="project" aria-label="Project">
      <button disabled={!canSave()} title="Keeps the grouping, names and levels, and how to find the components again" onClick={save}>
        Save project
      </button>
      {done && (
        <p class="hint" role="status">
          In {done.file}
          {done.dropped ? ': put the recording beside it, and ' : '; '}
          <code>divisi studio</code> or <code>divisi separate</code> opens it.
        </p>
      )}
    </section>
  );
}
