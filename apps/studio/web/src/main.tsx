// SPDX-License-Identifier: Apache-2.0
import { effect, signal } from '@preact/signals';
import { render, type JSX } from 'preact';
import { useRef } from 'preact/hooks';
import './theme.css';
import './app.css';
import { arrangement } from './arrangement';
import { Cost } from './cost';
import { EditBar, kEditActions, kEditKeys } from './edit';
import { History } from './history';
import { hearKeys, kKeys } from './keys';
import { beginParameters, Drawer, Field, wanted } from './parameters';
import { Export } from './export';
import { follow } from './player';
import { PictureBar } from './picture_bar';
import { hearSave, Project } from './project';
import { takeFrom } from './origin';
import { listen, online, post, refusal, server, ServerOrigin, upload } from './server';
import { Sources } from './sources';
import { Lanes, Spectrogram } from './spectrogram';
import { Shapes } from './shapes';
import { Help, Transport } from './transport';
import { followSamples } from './waveform';

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
      <input
        ref={file}
        type="file"
        hidden
        aria-label="Recording"
        onChange={({ currentTarget: field }) => {
          if (field.files?.[0]) void upload(field.files[0]);
          field.value = ''; // the same one is chosen again
        }}
      />
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

function Messages(): JSX.Element {
  const message = !online.value
    ? 'The studio does not answer. This page goes on, as it is, as soon as it answers again. If it was ended, divisi studio opens the project as it was saved last; what was not saved is gone with it.'
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
      <Sources>
        <Export />
        <Project />
      </Sources>
      <Transport>
        <History />
      </Transport>
      <Help keys={[...kKeys, ...kEditKeys, ['Ctrl S', 'save the project']]} />
    </div>
  );
}

takeFrom(new ServerOrigin());
listen();
followSamples();
void beginParameters();
follow(({ parameters }) => parameters && (wanted.value = parameters));
hearKeys(kEditActions);
hearSave();
effect(() => {
  void [arrangement.value, wanted.value]; // the cause may be mended
  refusal.value = '';
});
render(<App />, document.body);
