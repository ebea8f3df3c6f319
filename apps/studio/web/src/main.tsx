// SPDX-License-Identifier: Apache-2.0
import { signal } from '@preact/signals';
import { render, type JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import './app.css';
import { canRedo, canUndo, redo, undo } from './arrangement';
import { Cost } from './cost';
import { hearKeys, helpOpen, kKeys } from './keys';
import { follow, duration_s, level, loop, pause, picture, playing, position_s, toggle, toggleLoop } from './player';
import { Listening } from './listening';
import { PictureBar } from './picture_bar';
import { listen, online, post, refusal, server, upload } from './server';
import { Sources } from './sources';
import { Lanes, Spectrogram } from './spectrogram';
import { Shapes } from './shapes';

const kSettings = 'divisi settings';
const wanted = signal<Record<string, string>>({
  components: '8',
  sources: '2',
  beta: '1',
  model: 'nmf',
  fft: '2048',
  iterations: '200',
  seed: '0',
  restarts: '',
  sparsity: '',
  ...(JSON.parse(localStorage.getItem(kSettings) ?? '{}') as object),
});
const dragging = signal(false);

function set(name: string, value: string): void {
  wanted.value = { ...wanted.value, [name]: value };
  localStorage.setItem(kSettings, JSON.stringify(wanted.value));
}

function Field({ name, label, options }: { name: string; label: string; options?: [string, string][] }): JSX.Element {
  const value = wanted.value[name] ?? '';
  return (
    <label class="field">
      {label}
      {options ? (
        <select name={name} value={value} onChange={(e) => set(name, e.currentTarget.value)}>
          {options.map(([v, text]) => (
            <option key={v} value={v}>
              {text}
            </option>
          ))}
        </select>
      ) : (
        <input name={name} type="text" inputMode="decimal" value={value} placeholder="auto" onInput={(e) => set(name, e.currentTarget.value)} />
      )}
    </label>
  );
}

function Top(): JSX.Element {
  const state = server.value;
  const file = useRef<HTMLInputElement>(null);
  const busy = state?.activity === 'run' || state?.activity === 'open' || state?.activity === 'export';
  const doing = { open: 'Opening', run: 'Separating', export: 'Exporting', '': '' }[state?.activity ?? ''];
  const result = state?.result;
  return (
    <header>
      <h1>divisi</h1>
      <button onClick={() => file.current!.click()}>Open…</button>
      <input ref={file} type="file" hidden aria-label="Recording" onChange={(e) => e.currentTarget.files?.[0] && void upload(e.currentTarget.files[0])} />
      <span class="name" title={state?.recording?.name}>
        {state?.recording?.name.split('/').at(-1) ?? 'no recording'}
      </span>
      <Field name="components" label="Components" />
      <Field name="sources" label="Sources" />
      <Field name="beta" label="β" options={[['1', '1 (KL)'], ['2', '2 (Euclid)'], ['0', '0 (IS)'], ['0.5', '0.5']]} />
      <details>
        <summary>More</summary>
        <div class="drawer">
          <Field name="model" label="Model" options={[['nmf', 'nmf: still'], ['nmfd', 'nmfd: lasting']]} />
          <Field name="fft" label="Frame" options={['512', '1024', '2048', '4096', '8192'].map((n) => [n, `${n} samples`])} />
          <Field name="iterations" label="Iterations" />
          <Field name="restarts" label="Starts" />
          <Field name="seed" label="Seed" />
          <Field name="sparsity" label="Sparsity" />
        </div>
      </details>
      {busy ? (
        <button onClick={() => void post('api/stop', '')}>Stop</button>
      ) : (
        <button class="primary" disabled={!state?.recording} onClick={() => void post('api/run', JSON.stringify(wanted.value))}>
          Run
        </button>
      )}
      <span class="status" role="status">
        {busy
          ? `${doing}${state.stage ? `: ${state.stage} ${Math.round(100 * state.fraction)} %` : '…'}`
          : result
            ? `${result.iterations} iterations`
            : ''}
      </span>
      <Cost />
    </header>
  );
}

const clock = (s: number): string => `${Math.floor(s / 60)}:${(s % 60).toFixed(2).padStart(5, '0')}`;

function Bottom(): JSX.Element {
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
        {clock(position_s.value)} / {clock(picture.value ? duration_s() : 0)}
      </output>
      <meter class="level" aria-label="Level" min={-60} max={0} high={-1} value={playing.value ? Math.max(-60, db) : -60} />
      <Listening />
      <span class="gap" />
      <button disabled={!canUndo.value} onClick={undo}>
        Undo
      </button>
      <button disabled={!canRedo.value} onClick={redo}>
        Redo
      </button>
      <button onClick={() => (helpOpen.value = true)} aria-label="Keys">
        ?
      </button>
    </footer>
  );
}

function Help(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (helpOpen.value) dialog.current!.showModal();
    else dialog.current!.close();
  }, [helpOpen.value]);
  return (
    <dialog ref={dialog} aria-label="Keys" onClose={() => (helpOpen.value = false)}>
      <dl>
        {kKeys.map(([key, what]) => [<dt key={key}>{key}</dt>, <dd key={what}>{what}</dd>])}
      </dl>
      <button onClick={() => (helpOpen.value = false)}>Close</button>
    </dialog>
  );
}

function Messages(): JSX.Element {
  const message = !online.value
    ? 'The studio does not answer. Your grouping is kept here; this page goes on as soon as it answers again. If it was ended, start it anew with divisi studio and open the address that it prints.'
    : refusal.value || server.value?.error || '';
  return (
    <div class="message" role="alert">
      {message}
    </div>
  );
}

function App(): JSX.Element {
  const state = server.value;
  return (
    <div
      class="app"
      onDragOver={(e) => {
        if (!e.dataTransfer?.types.includes('Files')) return;
        e.preventDefault();
        dragging.value = true;
      }}
      onDragLeave={() => (dragging.value = false)}
      onDrop={(e) => {
        const dropped = e.dataTransfer?.files[0];
        dragging.value = false;
        if (!dropped) return;
        e.preventDefault();
        void upload(dropped);
      }}
    >
      <Top />
      <Messages />
      <main class={dragging.value ? 'over' : ''}>
        {state?.recording ? (
          <>
            <PictureBar />
            <Shapes />
            <Spectrogram />
            <Lanes />
          </>
        ) : (
          <p class="empty wide">
            {state?.activity === 'open' ? 'Opening…' : 'Drop a recording here, or press Open. It stays on this computer.'}
          </p>
        )}
      </main>
      <Sources />
      <Bottom />
      <Help />
    </div>
  );
}

listen();
follow();
hearKeys();
render(<App />, document.body);
