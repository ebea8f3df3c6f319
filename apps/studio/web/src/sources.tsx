// SPDX-License-Identifier: Apache-2.0
// The sources on the right: name, fader, solo, mute, and their components as chips that can be dragged.
import { signal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { arrangement, componentsOf, cssColour, kMostSources, kSilentDb, selected, sourceAt, whyOf } from './arrangement';
import { Colour } from './colour';
import { SourceLevel } from './listening';
import { page } from './page';
import { model } from './player';
import { chooseComponent } from './selection';
import { server } from './server';
import { change, remove, send } from './steps';

const kLongestName = 70; // of which files are named: 255 bytes, suffixes among them
const over = signal<number | null>(null); // the source that a chip is dragged over

function Chip({ k }: { k: number }): JSX.Element {
  const isSelected = selected.value.has(k);
  return (
    <button
      class={`chip ${isSelected ? 'selected' : ''}`}
      draggable={page.regroups}
      aria-pressed={isSelected}
      aria-label={`Component ${k + 1}`}
      title={page.regroups ? 'Drag it to a source, or select it and press a number' : undefined}
      onClick={(e) => chooseComponent(k, e)}
      onDragStart={(e) => {
        if (!selected.value.has(k)) selected.value = new Set([k]);
        e.dataTransfer!.setData('text/plain', String(k));
        e.dataTransfer!.effectAllowed = 'move';
      }}
    >
      {k + 1}
    </button>
  );
}

interface DropTarget {
  onDragOver: (e: DragEvent) => void;
  onDragLeave: () => void;
  onDrop: (e: DragEvent) => void;
}

function dropTarget(source: number): DropTarget | undefined {
  if (!page.regroups) return undefined;
  return {
    onDragOver: (e: DragEvent) => {
      if (e.dataTransfer?.types.includes('Files')) return;
      e.preventDefault();
      over.value = source;
    },
    onDragLeave: () => {
      over.value = null;
    },
    onDrop: (e: DragEvent) => {
      over.value = null;
      if (e.dataTransfer?.types.includes('Files')) return;
      e.preventDefault();
      send(selected.value, source);
    },
  };
}

/** What else there is to say of a source, −1 for the residual. */
type About = (at: number) => ComponentChildren;

function SourceRow({ at, about }: { at: number; about?: About | undefined }): JSX.Element {
  const a = arrangement.value;
  const s = sourceAt(a, at);
  const edit = (what: Partial<typeof s>, name = ''): void =>
    change((draft) => Object.assign(sourceAt(draft, at), what), name);
  const components = componentsOf(a, at);
  return (
    <li class={over.value === at ? 'over' : ''} style={{ '--colour': cssColour(at) }} {...dropTarget(at)}>
      <div class="head">
        <span class="key" aria-hidden="true">
          {at < 0 ? 0 : at + 1}
        </span>
        {at >= 0 && page.regroups && <Colour at={at} />}
        {at < 0 || !page.regroups ? (
          <strong>{s.name}</strong>
        ) : (
          <input
            type="text"
            aria-label={`Name of source ${at + 1}`}
            value={s.name}
            maxLength={kLongestName}
            onInput={(e) => edit({ name: e.currentTarget.value }, `name ${at}`)}
          />
        )}
        {page.plays !== 'nothing' && (
          <>
            <button class={s.solo ? 'on' : ''} aria-pressed={s.solo} aria-label={`Solo ${s.name}`} onClick={() => edit({ solo: !s.solo })}>
              S
            </button>
            <button class={s.mute ? 'on' : ''} aria-pressed={s.mute} aria-label={`Mute ${s.name}`} onClick={() => edit({ mute: !s.mute })}>
              M
            </button>
          </>
        )}
        {at >= 0 && page.regroups && (
          <button aria-label={`Remove source ${s.name}; its components go to the residual`} title="Remove" onClick={() => remove(at)}>
            ×
          </button>
        )}
      </div>
      {page.plays !== 'nothing' && (
        <>
          <label class="fader">
            <input
              type="range"
              min={kSilentDb}
              max={12}
              step={0.5}
              value={s.gain_db}
              aria-label={`Level of ${s.name} in dB`}
              onInput={(e) => edit({ gain_db: e.currentTarget.valueAsNumber }, `gain ${at}`)}
            />
            <output>{s.gain_db <= kSilentDb ? 'off' : `${s.gain_db.toFixed(1)} dB`}</output>
          </label>
          <SourceLevel at={at} />
        </>
      )}
      <div class="chips">
        {components.map((k) => (
          <Chip key={k} k={k} />
        ))}
        {components.length === 0 && <span class="hint">{at < 0 || !page.regroups ? 'no component' : 'drag components here'}</span>}
      </div>
      {at >= 0 && <p class="hint why">{whyOf(a, at) ?? 'put together by hand'}</p>}
      {about?.(at)}
    </li>
  );
}

/** `children`: what else can be done with them. */
export function Sources({ about, children }: { about?: About; children?: ComponentChildren }): JSX.Element {
  if (!model.value) {
    return (
      <aside class="sources" aria-label="Sources">
        <p class="empty">
          {server.value?.recording ? 'Run, and the components that are found come here as sources.' : 'No sources yet.'}
        </p>
      </aside>
    );
  }
  const { sources } = arrangement.value;
  const heard = server.value?.preview ? '' : server.value?.result?.heard;
  return (
    <aside class="sources" aria-label="Sources" tabIndex={0}>
      {heard && <p class="hint heard">Heard: {heard}.</p>}
      <ul>
        {sources.map((_, at) => (
          <SourceRow key={at} at={at} about={about} />
        ))}
        <SourceRow key="rest" at={-1} about={about} />
      </ul>
      {page.regroups && (
        <button disabled={sources.length >= kMostSources} {...dropTarget(sources.length)} onClick={() => send(selected.value, sources.length)}>
          New source{selected.value.size > 0 ? ` of component ${[...selected.value].map((k) => k + 1).join(', ')}` : ''}
        </button>
      )}
      {children}
    </aside>
  );
}
