// SPDX-License-Identifier: Apache-2.0
// The report of a separation: the studio's picture, sources and sound, of data that the page carries. Nothing in it asks
// for anything, and nothing is kept.
import { effect } from '@preact/signals';
import { render, type JSX } from 'preact';
import workletText from 'worklet-text';
import './theme.css';
import './app.css';
import './report.css';
import { arrangement, componentsOf } from './arrangement';
import { Cost } from './cost';
import { History } from './history';
import { hearKeys, kKeys } from './keys';
import { origin, takeFrom } from './origin';
import { page } from './page';
import { PictureBar } from './picture_bar';
import { follow, model, pause, position_s } from './player';
import { ReportOrigin, state, type Written } from './report_data';
import { refusal, server } from './server';
import { Shapes } from './shapes';
import { Sources } from './sources';
import { Lanes, Spectrogram } from './spectrogram';
import { Help, Transport } from './transport';
import { followSamples } from './waveform';

const kAddress = (file: string): string => `./${file.split('/').map(encodeURIComponent).join('/')}`;

// A test reads here how it went.
const fail = (what: unknown): void => {
  document.documentElement.dataset['error'] ??= String(what);
};
addEventListener('error', (event) => fail(event.message));
addEventListener('unhandledrejection', (event) => fail(event.reason));
addEventListener('securitypolicyviolation', (event) => fail(`refused: ${event.violatedDirective}`));

function File({ at }: { at: number }): JSX.Element {
  const of: Written | undefined = at < 0 ? state.rest : state.result.groups[at];
  if (!of?.file) return <p class="hint">{at < 0 ? 'silent: no file' : 'not written as a file'}</p>;
  const peak = of.peak_dbfs === null || of.peak_dbfs === undefined ? 'silent' : `peak ${of.peak_dbfs.toFixed(1)} dBFS`;
  return (
    <>
      <p class="hint file">
        <a href={kAddress(of.file)}>{of.file}</a>, {peak}
      </p>
      {page.plays === 'nothing' && <audio controls preload="none" src={kAddress(of.file)} aria-label={of.file} />}
    </>
  );
}

const quoted = (word: string): string => (/^[\w\-+=:,./@%]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

// How to have the grouping in sight for good.
function Keeping(): JSX.Element | null {
  if (!page.regroups) return null;
  const a = arrangement.value;
  const groups = a.sources.map((s, at) => ({ name: s.name, components: componentsOf(a, at).map((k) => k + 1) })).filter((s) => s.components.length > 0);
  const command = [
    state.regroup,
    ...groups.map((s) => `--group ${s.components.join(',')}`),
    groups.length > 0 ? `--names ${quoted(groups.map((s) => s.name).join(','))}` : '',
  ].join(' ');
  return (
    <details class="keeping">
      <summary>Stems of this grouping</summary>
      <p class="hint">What is moved here is heard at once and kept nowhere. This writes its stems:</p>
      <textarea readOnly rows={5} aria-label="The command that writes this grouping" value={command} onFocus={(e) => e.currentTarget.select()} />
      <p class="hint">
        To go on by hand: <code>divisi studio {state.input}</code>
      </p>
    </details>
  );
}

function says(): string {
  const { copy, why } = state.sound;
  if (page.plays === 'mix') return copy ? 'Every mix is made here, of a listening copy of the recording (Ogg Vorbis).' : 'Every mix is made here, of the recording itself.';
  const files = page.plays === 'stems' ? 'the stems as they were written' : 'the files beside this page';
  return `Plays ${files}${why ? `: ${why}` : ', since the recording is long'}.`;
}

function App(): JSX.Element {
  return (
    <section class="app" aria-label="Look and listen">
      <header>
        <span class="status">{says()}</span>
        <Cost />
      </header>
      <div class="message" role="alert">
        {refusal.value}
      </div>
      <main>
        <PictureBar />
        <Shapes />
        <Spectrogram />
        <Lanes />
      </main>
      <Sources about={(at) => <File at={at} />}>
        <Keeping />
      </Sources>
      {page.plays !== 'nothing' && <Transport>{page.regroups && <History />}</Transport>}
      <Help keys={kKeys.filter(([key]) => page.regroups || !/^\d/.test(key))} />
    </section>
  );
}

// The command is long to type.
function addCopy(): void {
  const code = document.querySelector('pre code');
  if (!code) return;
  const button = document.createElement('button');
  button.textContent = 'Copy';
  button.addEventListener('click', () => {
    getSelection()!.selectAllChildren(code);
    button.textContent = document.execCommand('copy') ? 'Copied' : 'Press Ctrl C';
  });
  code.parentElement!.after(button);
}

// One thing sounds at a time, and where nothing is mixed here, the files are where the playhead is.
function joinPlayers(): void {
  const others = (one: EventTarget | null): HTMLAudioElement[] => [...document.querySelectorAll('audio')].filter((a) => a !== one);
  const hear = (event: Event): void => {
    const audio = event.target as HTMLAudioElement;
    if (event.type === 'play') {
      pause();
      others(audio).forEach((a) => a.pause());
    } else if (!audio.paused && page.plays === 'nothing') {
      position_s.value = audio.currentTime;
    }
  };
  for (const type of ['play', 'timeupdate']) document.addEventListener(type, hear, true);
  effect(() => {
    const now = position_s.value;
    if (page.plays !== 'nothing') return;
    for (const audio of others(null)) if (Math.abs(audio.currentTime - now) > 0.3) audio.currentTime = now;
  });
}

takeFrom(new ReportOrigin());
// A page from the disk has an origin of its own, which nothing is of, not even what a Blob's address names.
page.worklet = `data:text/javascript,${encodeURIComponent(workletText)}`;
page.plays = ({ mixture: 'mix', stems: 'stems', nothing: 'nothing' } as const)[state.sound.carried];
page.stems = page.plays === 'stems' ? state.result.groups.length + 1 : 0;
page.regroups = page.plays === 'mix' && state.regroup !== undefined;
page.remembers = false;
// What the page is made of, for whoever wants to look into it.
Object.assign(globalThis, { divisi: { page, state, model, origin } });
document.title = `${state.recording!.name} – divisi report`;
server.value = state;
addCopy();
joinPlayers();
follow(() => undefined);
followSamples();
hearKeys();
render(<App />, document.getElementById('studio')!);
