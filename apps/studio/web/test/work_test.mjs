// SPDX-License-Identifier: Apache-2.0
// What a person does with the studio besides listening: parameters, runs, exports, projects.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { browse, recording, runByHand, shows, soon, start } from './studio.mjs';

const studio = await start();
const { open, noFault, complaints, browser } = await browse(studio.address);
const page = await open();
const entry = (name) => page.locator('.drawer .entry').filter({ has: page.getByLabel(name, { exact: true }) });
const closed = async () => {
  const { result } = await studio.until((s) => s.result);
  await page.locator(`.lanes[data-run="${result.id}"]`).waitFor();
  await page.waitForFunction(() => document.querySelector('.status').textContent.match(/^\d+ iterations$/));
};

test('the drawer has what the table has, and no file', async () => {
  const offered = (await (await studio.call('api/parameters')).json()).filter((p) => p.for === 'run');
  await page.locator('.spectrogram canvas').waitFor();
  await page.getByText('More').click();
  const names = await page.locator('.drawer .parameter').allTextContents();
  assert.deepEqual([...names, 'components', 'sources', 'beta'].sort(), offered.map((p) => p.name).sort());
  for (const p of offered) assert.ok(!/FILE|TEMPLATE/.test([...p.choices, p.choices.length ? '' : p.value].join()), p.name);
  await noFault(page, 'the drawer');
});

test('a wrong value is told beside its field, in the words of the program', async () => {
  await page.getByLabel('iterations', { exact: true }).fill('-3');
  await entry('iterations').getByText('expected a whole number 1..1000000, got -3').waitFor();
  await page.getByLabel('iterations', { exact: true }).fill('20');
  await page.getByLabel('fft', { exact: true }).fill('1000');
  await entry('fft').getByText('expected a power of two').waitFor();
  await page.getByLabel('fft', { exact: true }).fill('');
  await page.getByLabel('pitch-shifts', { exact: true }).fill('4');
  await entry('pitch-shifts').getByText('--model nmf2d beside it').waitFor();
  await page.getByLabel('model', { exact: true }).selectOption('nmf2d');
  await page.waitForFunction(() => document.querySelector('.drawer .wrong') === null);
  await page.getByText('More').click();
  await page.locator('input[name=sources]').fill('0');
  await page.waitForFunction(() => document.querySelector('input[name=sources]').getAttribute('aria-invalid') === 'true');
  await page.locator('input[name=sources]').fill('');
});

test('nmf2d runs, is drawn, and says why', async () => {
  await page.getByRole('button', { name: 'Run' }).click();
  await page.locator('.lane').nth(1).waitFor();
  await closed();
  await shows(() => page.locator('.lane').count(), 2);
  await soon(async () => assert.match(await page.locator('.why').first().textContent(), /\w/));
  await page.reload();
  await page.getByText('More').click();
  await shows(() => page.getByLabel('iterations', { exact: true }).inputValue(), '20');
  await page.getByRole('button', { name: 'All as by default' }).click();
  await shows(() => page.getByLabel('model', { exact: true }).inputValue(), 'auto');
  await page.getByText('More').click();
});

test('components appear and are heard while the run goes on', async () => {
  const lanes = await page.locator('.lane').count();
  await page.getByText('More').click();
  await page.getByLabel('iterations', { exact: true }).fill('1000000');
  await page.getByLabel('tolerance', { exact: true }).fill('0');
  await page.getByLabel('fft', { exact: true }).fill('1024');
  await page.getByText('More').click();
  await page.getByLabel('Components', { exact: true }).fill('5');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.locator('.lane').nth(4).waitFor();
  const first = (await studio.state()).preview.id;
  await page.waitForFunction(async (before) => (await (await fetch('api/state')).json()).preview.id > before, first);
  await page.getByText('found so far').waitFor();
  await page.getByRole('button', { name: 'Hear component 2 alone' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Play' }).click();
  await page.waitForFunction(() => !document.querySelector('.clock').textContent.startsWith('0:00.00'));
  await page.getByRole('button', { name: 'Pause' }).click();
  assert.equal((await studio.state()).activity, 'run');
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.waitForFunction((n) => document.querySelectorAll('.lane').length === n, lanes);
  assert.equal((await studio.state()).preview, undefined);
  await page.getByText('More').click();
  await page.getByRole('button', { name: 'All as by default' }).click();
  await page.getByText('More').click();
});

test('the export dialog writes what is asked for, and its command lines the same bytes', async () => {
  await page.getByLabel('Components', { exact: true }).fill('3');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.locator('.lane').nth(2).waitFor();
  await closed();
  await page.getByLabel('Name of source 1').fill("Anna's piano");
  await page.getByLabel('Name of source 1').blur();
  await page.getByRole('button', { name: 'Export…' }).click();
  await page.getByLabel('format', { exact: true }).selectOption('flac');
  await page.getByLabel('gain', { exact: true }).fill('999');
  await page.getByRole('button', { name: 'Write' }).click();
  await page.locator('dialog .warning').getByText('gain: expected a number -120..120').waitFor();
  await page.getByLabel('gain', { exact: true }).fill('-1.5');
  await page.getByLabel('factors', { exact: true }).check();
  await page.getByLabel('report', { exact: true }).uncheck();
  await page.getByLabel('MIDI', { exact: true }).check();
  await page.getByRole('button', { name: 'Write' }).click();
  await studio.until((s) => s.exported);
  const command = await page.locator('.export textarea').inputValue();
  await noFault(page, 'the export dialog');
  await page.keyboard.press('Escape');
  const folder = path.join(studio.folder, 'separated/mix');
  const kept = fs.readdirSync(folder).sort();
  assert.deepEqual(kept, ["Anna's piano.flac", "Anna's piano.mid", '2.flac', '2.mid', 'factors.npz', 'manifest.json'].sort());
  assert.deepEqual((await studio.state()).exported.files.map((f) => path.basename(f)).sort(), kept);
  fs.renameSync(folder, path.join(studio.folder, 'by-studio'));
  runByHand(command, studio.folder);
  assert.deepEqual(fs.readdirSync(folder).sort(), kept);
  for (const file of kept) {
    if (file !== 'manifest.json') assert.ok(fs.readFileSync(path.join(folder, file)).equals(fs.readFileSync(path.join(studio.folder, 'by-studio', file))), file);
  }
});

test('notes of somebody else are not replaced', async () => {
  const theirs = path.join(studio.folder, 'separated/mix/theirs.mid');
  fs.writeFileSync(theirs, 'not ours');
  const body = JSON.stringify({ sources: [{ name: 'theirs', components: [1] }], notes: 'true' });
  await assert.rejects(studio.call('api/export', body), /expected a free place/);
  assert.equal(fs.readFileSync(theirs, 'utf8'), 'not ours');
});

test('what was done is listed, and a click goes there', async () => {
  const steps = () => page.locator('.history button').allTextContents();
  const before = await page.locator('.chip').allTextContents();
  await page.getByRole('button', { name: 'Solo 2' }).click();
  await page.getByLabel('Level of 2 in dB').fill('-3');
  await page.getByLabel('Level of 2 in dB').fill('-4');
  await page.getByRole('button', { name: 'Component 1', exact: true }).click();
  await page.keyboard.press('3');
  await page.getByRole('button', { name: 'History' }).click();
  await shows(() => steps(), ['as it was found', 'run: 3 components of nmf', "1 named Anna's piano", '2 solo', '2 at -4.0 dB', '1 to 3']);
  await noFault(page, 'the history');
  await page.getByRole('button', { name: '2 solo' }).click();
  await shows(() => page.getByLabel('Level of 2 in dB').inputValue(), '0');
  await shows(() => page.getByRole('button', { name: 'Solo 2' }).getAttribute('aria-pressed'), 'true');
  await page.getByRole('button', { name: '1 to 3' }).click();
  await shows(() => page.getByLabel('Name of source 3').inputValue(), '3');
  await page.getByRole('button', { name: "1 named Anna's piano" }).click();
  await shows(() => page.locator('.chip').allTextContents(), before);
  await page.getByRole('button', { name: 'History' }).click();
  await page.keyboard.press('Escape');
});

test('a project is saved, opened by the studio, and rendered by the program', async () => {
  await page.getByLabel('Level of 2 in dB').fill('-6');
  await page.getByRole('button', { name: 'Mute 2' }).click();
  await page.keyboard.press('Control+s');
  await page.getByText('In separated/mix.divisi').waitFor();
  const saved = JSON.parse(fs.readFileSync(path.join(studio.folder, 'separated/mix.divisi'), 'utf8'));
  assert.equal(path.resolve(studio.folder, 'separated', saved.audio.path), recording);
  assert.deepEqual(saved.sources.map((s) => s.name), ["Anna's piano", '2']);
  runByHand('divisi separate separated/mix.divisi -o by-project --format flac --gain -1.5', studio.folder);
  for (const file of ["Anna's piano.flac", '2.flac'])
    assert.ok(fs.readFileSync(path.join(studio.folder, 'by-project/mix', file)).equals(fs.readFileSync(path.join(studio.folder, 'by-studio', file))), file);

  const again = await start([path.join(studio.folder, 'separated/mix.divisi')]);
  const opened = await open(again.address);
  await opened.waitForFunction(() => [...document.querySelectorAll('.head input')].some((i) => i.value === "Anna's piano"));
  await shows(() => opened.getByLabel('Name of source 1').inputValue(), "Anna's piano");
  await shows(() => opened.getByLabel('Level of 2 in dB').inputValue(), '-6');
  await shows(() => opened.getByRole('button', { name: 'Mute 2' }).getAttribute('aria-pressed'), 'true');
  await shows(() => opened.getByLabel('Components', { exact: true }).inputValue(), '3');
  const chips = (p) => p.locator('.sources > ul > li').first().locator('.chip').allTextContents();
  await shows(() => chips(opened), await chips(page));
  assert.equal((await again.state()).notice, '');
  await opened.close();
  await again.end();
});

test('good components are kept, and the rest found anew', async () => {
  const factors = async () => new Float32Array(await (await studio.call('api/factors')).arrayBuffer());
  const state = await studio.state();
  const before = await factors();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Component 2', exact: true }).click();
  await page.getByLabel('Components', { exact: true }).fill('1');
  await page.getByRole('button', { name: 'Keep 2, find the rest anew' }).click();
  await page.getByText('expected more than the 1 that are kept, got 1').first().waitFor();
  await page.getByLabel('Components', { exact: true }).fill('5');
  await page.getByRole('button', { name: 'Keep 2, find the rest anew' }).click();
  const now = await studio.until((s) => s.result.id > state.result.id);
  await page.locator(`.lanes[data-run="${now.result.id}"]`).waitFor();
  await page.waitForFunction(() => [...document.querySelectorAll('.head input')].some((i) => i.value === 'found'));
  const { bins } = now.result;
  assert.deepEqual((await factors()).slice(0, bins), before.slice(bins, 2 * bins));
  await shows(() => page.locator('.sources > ul > li').nth(1).locator('.chip').allTextContents(), ['2', '3', '4', '5']);
  await page.getByRole('button', { name: 'Export…' }).click();
  await page.getByRole('button', { name: 'Write' }).click();
  const { command } = (await studio.until((s) => s.exported?.command.includes('--init'))).exported;
  await page.getByRole('button', { name: 'Close' }).click();
  assert.match(command, /--init separated\/mix.start-1.npz .*--fixed w1 /);
  const folder = path.join(studio.folder, 'separated/mix');
  const place = path.join(studio.folder, 'keeping');
  fs.renameSync(folder, place);
  runByHand(command, studio.folder);
  const flacs = fs.readdirSync(place).filter((f) => f.endsWith('.flac'));
  assert.equal(flacs.length, 2);
  const same = (there) => flacs.forEach((f) => assert.ok(fs.readFileSync(path.join(place, f)).equals(fs.readFileSync(path.join(there, f))), f));
  same(folder);
  await page.keyboard.press('Control+s');
  await page.getByText('In separated/mix.divisi').waitFor();
  runByHand('divisi separate separated/mix.divisi -o kept-again --format flac --gain -1.5', studio.folder);
  same(path.join(studio.folder, 'kept-again/mix'));
  const text = fs.readFileSync(path.join(studio.folder, 'separated/mix.divisi'));
  await assert.rejects(studio.call('api/project?name=x.divisi', text), /expected a project without a start/);

  const again = await start([path.join(studio.folder, 'separated/mix.divisi')]);
  const opened = await again.until((s) => s.result);
  assert.equal(opened.result.components, 5);
  assert.equal(opened.notice, '');
  await again.end();
  // As it was, for what follows.
  await page.getByLabel('Components', { exact: true }).fill('3');
  await page.getByRole('button', { name: 'Run' }).click();
  const { result: last } = await studio.until((s) => s.result.id > now.result.id);
  await page.locator(`.lanes[data-run="${last.id}"]`).waitFor();
  await page.keyboard.press('Control+s');
  await page.getByText('In separated/mix.divisi').waitFor();
});

test('a project whose recording has changed or is missing is told in a line', () => {
  const folder = path.join(studio.folder, 'moved');
  fs.mkdirSync(folder);
  const project = JSON.parse(fs.readFileSync(path.join(studio.folder, 'separated/mix.divisi'), 'utf8'));
  project.audio.path = 'song.wav';
  fs.writeFileSync(path.join(folder, 'p.divisi'), JSON.stringify(project));
  const told = (command) => {
    try {
      runByHand(`${command} 2>&1`, folder);
    } catch (error) {
      return String(error.stdout).trim();
    }
    return assert.fail(`${command} went well`);
  };
  for (const command of ['divisi separate p.divisi', 'divisi studio p.divisi --no-browser'])
    assert.match(told(command), /^divisi: error: p.divisi: expected its recording song.wav, got no such file$/);
  fs.writeFileSync(path.join(folder, 'song.wav'), 'another');
  assert.match(told('divisi separate p.divisi'), /^divisi: error: p.divisi: expected song.wav as it was .*, got one that has changed .*$/);
  fs.writeFileSync(path.join(folder, 'p.divisi'), 'no project');
  assert.match(told('divisi separate p.divisi'), /expected a project that divisi studio saved/);
});

test('a dropped project may speak of the open recording alone', async () => {
  const project = JSON.parse(fs.readFileSync(path.join(studio.folder, 'separated/mix.divisi'), 'utf8'));
  const drop = (change) => studio.call('api/project?name=x.divisi', JSON.stringify({ ...project, ...change }));
  const other = { path: '/etc/passwd', sha256: createHash('sha256').update(fs.readFileSync('/etc/passwd')).digest('hex') };
  await assert.rejects(drop({ audio: other }), /expected its recording passwd to be open here/);
  await assert.rejects(drop({ parameters: { init: '/etc/x.npz' } }), /a start that is no file/);
  await assert.rejects(drop({ parameters: { ...project.parameters, mask: 'none' } }), /expected wiener, binary/);
  await assert.rejects(drop({ sources: [{ name: '../../evil', components: [1] }] }), /names that files can have/);
  const before = (await studio.state()).result.id;
  await drop({ audio: { ...project.audio, path: '/etc/passwd' } });
  const state = await studio.until((s) => s.result.id > before);
  assert.equal(state.recording.name, recording);
  // The file chooser takes it too, and what it says is in force.
  const file = path.join(studio.folder, 'dropped.divisi');
  fs.writeFileSync(file, JSON.stringify({ ...project, sources: [{ ...project.sources[0], name: 'dropped' }] }));
  await page.getByLabel('Recording', { exact: true }).setInputFiles(file);
  await page.waitForFunction(() => document.querySelector('.head input')?.value === 'dropped');
});

test('a file of somebody else is not replaced by a project', async () => {
  const place = path.join(studio.folder, 'separated/mix.divisi');
  fs.writeFileSync(place, 'theirs');
  await page.keyboard.press('Control+s');
  await page.getByText("expected a free place or this recording's project").waitFor();
  assert.equal(fs.readFileSync(place, 'utf8'), 'theirs');
  fs.rmSync(place);
});

test.after(async () => {
  await browser.close();
  await studio.end();
});

test('nothing was complained of', () => assert.deepEqual(complaints, []));
