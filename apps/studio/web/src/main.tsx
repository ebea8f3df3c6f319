// SPDX-License-Identifier: Apache-2.0
import { signal } from '@preact/signals';
import { render, type JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import './app.css';
import { Cost } from './cost';
import { EditBar } from './edit';
import { History } from './history';
import { hearKeys, helpOpen, kKeys } from './keys';
import { Listening } from './listening';
import { beginParameters, Drawer, Field, wanted } from './parameters';
import { buffering, follow, duration_s, level, loop, pause, playing, position_s, toggle, toggleLoop } from './player';
import { PictureBar } from './picture_bar';
import { hearSave } from './project';
import { takeFrom } from './origin';
import { listen, online, post, refusal, server, ServerOrigin, upload } from './server';
import { Sources } from './sources';
import { Lanes, Spectrogram } from './spectrogram';
import { Shapes } from './shapes';

const dragging = signal(false);

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
      <Field name="beta" label="β" />
      <Drawer except={['components', 'sources', 'beta']} />
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
      <History />
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
    : refusal.value || server.value?.error || server.value?.notice || '';
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
            <EditBar />
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

takeFrom(new ServerOrigin());
listen();
void beginParameters();
follow();
hearKeys();
hearSave();
render(<App />, document.body);
