// SPDX-License-Identifier: Apache-2.0
// What is written, and how: stems, report, factors, notes; and the command line that makes the same bytes.
import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { JSX } from 'preact';
import { arrangement, componentsOf } from './arrangement';
import { Entry, offered } from './parameters';
import { post, refusal, server } from './server';

const kChoices = 'divisi export';
const isOpen = signal(false);
const choices = signal(JSON.parse(localStorage.getItem(kChoices) ?? '{}') as Record<string, string>);

function choose(name: string, value: string): void {
  choices.value = { ...choices.value, [name]: value };
  localStorage.setItem(kChoices, JSON.stringify(choices.value));
}

/** The sources as the program takes them, components from 1. */
export const grouping = (): { name: string; components: number[] }[] =>
  arrangement.value.sources.map((s, at) => ({ name: s.name, components: componentsOf(arrangement.value, at).map((k) => k + 1) }));

function Written(): JSX.Element | null {
  const exported = server.value?.exported;
  if (!exported) return null;
  return (
    <section role="status" class="written">
      <h2>Written</h2>
      <ul>
        {exported.files.map((file) => (
          <li key={file}>{file}</li>
        ))}
      </ul>
      {exported.warnings.map((warning) => (
        <p key={warning} class="warning">
          {warning}
        </p>
      ))}
      <label>
        The same by hand:
        <textarea readOnly rows={exported.command.includes('\n') ? 6 : 4} value={exported.command} />
      </label>
      <button onClick={() => void navigator.clipboard.writeText(exported.command)}>Copy</button>
    </section>
  );
}

function Files(): JSX.Element {
  const sources = grouping();
  const rest = arrangement.value.of.filter((s) => s < 0).length;
  const ext = choices.value['format'] || 'wav';
  const count = (n: number): string => `${n} component${n === 1 ? '' : 's'}`;
  return (
    <ul class="files">
      {sources.map((s, at) => (
        <li key={at}>
          <strong>{`${s.name}.${ext}`}</strong> <span class="hint">{s.components.length === 0 ? 'no component: no file' : count(s.components.length)}</span>
        </li>
      ))}
      <li>
        <strong>{`residual.${ext}`}</strong> <span class="hint">{rest === 0 ? 'what rounding leaves; no file where that is silence' : count(rest)}</span>
      </li>
    </ul>
  );
}

function Dialog(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen.value) dialog.current!.showModal();
    else dialog.current!.close();
  }, [isOpen.value]);
  const state = server.value!;
  const none = grouping().every((s) => s.components.length === 0);
  const notes = choices.value['notes'] === 'true';
  const begin = (): void => {
    const { notes: _, ...settings } = choices.value;
    void post('api/export', JSON.stringify({ sources: grouping(), settings, notes: String(notes) }));
  };
  return (
    <dialog ref={dialog} class="dialog export" aria-label="Export" onClose={() => (isOpen.value = false)}>
      <h2>What is written</h2>
      <Files />
      {offered('export').map((p) => (
        <Entry key={p.name} p={p} value={choices.value[p.name] ?? ''} change={(v) => choose(p.name, v)} />
      ))}
      <div class="entry">
        <span class="parameter" aria-hidden="true">
          MIDI
        </span>
        <input type="checkbox" aria-label="MIDI" checked={notes} onChange={(e) => choose('notes', String(e.currentTarget.checked))} />
        <span class="hint">the notes that divisi transcribe hears in each stem</span>
      </div>
      <p class="hint">Faders are for listening: stems keep their level, so that they add up to the recording.</p>
      {isOpen.value && refusal.value && (
        <p class="warning" role="alert">
          {refusal.value}
        </p>
      )}
      <div class="buttons">
        <button class="primary" disabled={none || state.activity !== ''} onClick={begin}>
          {state.activity === 'export' ? `Writing ${Math.round(100 * state.fraction)} %` : 'Write'}
        </button>
        {state.activity === 'export' && <button onClick={() => void post('api/stop', '')}>Stop</button>}
        <button onClick={() => (isOpen.value = false)}>Close</button>
      </div>
      <Written />
    </dialog>
  );
}

export function Export(): JSX.Element {
  return (
    <section class="export" aria-label="Export">
      <button class="primary" disabled={server.value?.activity === 'run'} onClick={() => (isOpen.value = true)}>
        Export…
      </button>
      <Dialog />
    </section>
  );
}
