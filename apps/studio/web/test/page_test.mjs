// SPDX-License-Identifier: Apache-2.0
// The studio as a person uses it, in headless Chromium: by pointer, by keyboard, and when things go wrong.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { browse, differenceDb, readWav, recording, runByHand, shows, soon, start } from './studio.mjs';

const studio = await start();
const { open, noFault, complaints, browser } = await browse(studio.address);
const chipsOf = (page, source) => page.locator('.sources > ul > li').nth(source).locator('.chip').allTextContents();
const page = await open();

test('the recording of the command line is open', async () => {
  await page.getByText('mix.wav').first().waitFor();
  await page.locator('.spectrogram canvas').waitFor();
  await noFault(page, 'before a run');
});

test('pages are sent as they are, which costs nothing', async () => {
  assert.equal((await studio.call('app.js')).headers.get('content-encoding'), null);
});

test('a run finds components', async () => {
  await page.getByLabel('Components', { exact: true }).fill('4');
  await page.getByLabel('β').fill('2');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.waitForFunction(() => document.querySelectorAll('.sources > ul > li').length === 3); // not what was found on the way
  await page.locator('.lane').nth(3).waitFor();
  await shows(() => page.locator('.lane').count(), 4);
  await shows(() => page.locator('.sources > ul > li').count(), 3);
  await noFault(page, 'after a run');
});

test('components move by key and by drag, and back', async () => {
  await page.getByRole('button', { name: 'Component 1,' }).click();
  for (const [key, source] of [['2', 1], ['1', 0], ['0', 2], ['3', 2]]) {
    await page.keyboard.press(key);
    await soon(async () => assert.ok((await chipsOf(page, source)).includes('1'), `key ${key}`));
  }
  await shows(() => page.locator('.sources > ul > li').count(), 4, 'a key past the last makes a source');
  const before = await chipsOf(page, 0);
  await page.locator('.chip', { hasText: '1' }).dragTo(page.locator('.sources > ul > li').first());
  await shows(() => chipsOf(page, 0), ['1', ...before].sort());
  await page.keyboard.press('Control+z');
  await shows(() => chipsOf(page, 0), before);
  await page.keyboard.press('Control+Shift+z');
  await shows(() => chipsOf(page, 0), ['1', ...before].sort());
});

test('undo goes back to the beginning', async () => {
  for (let i = 0; i < 8; i++) await page.keyboard.press('Control+z');
  await page.getByRole('button', { name: 'Undo', disabled: true }).waitFor();
  await shows(() => page.locator('.sources > ul > li').count(), 3);
  await shows(async () => (await page.locator('.sources .chip').allTextContents()).sort(), ['1', '2', '3', '4']);
  // Known places for what follows: 1 and 3 in the first source, 2 in the second, 4 in the residual.
  for (const [component, key] of [[1, '1'], [2, '2'], [3, '1'], [4, '0']]) {
    await page.getByRole('button', { name: `Component ${component},` }).click();
    await page.keyboard.press(key);
  }
  await page.keyboard.press('Escape');
  await page.getByLabel('Name of source 1').fill('first notes');
  await page.getByLabel('Name of source 1').blur();
});

test('it plays, and pauses', async () => {
  await page.keyboard.press('Space');
  await page.waitForFunction(() => !document.querySelector('.clock').textContent.startsWith('0:00.00'));
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('button', { name: 'To the start' }).click();
});

test('export writes stems that add up, and the shown command the same bytes', async () => {
  await page.getByRole('button', { name: 'Export…' }).click();
  await page.getByRole('button', { name: 'Write' }).click();
  const command = await page.locator('.export textarea').inputValue();
  const files = ['first notes.wav', '2.wav', 'residual.wav'];
  const exported = path.join(studio.folder, 'separated/mix');
  const stems = files.map((f) => readWav(path.join(exported, f)).data);
  const sum = stems[0].map((x, i) => x + stems[1][i] + stems[2][i]);
  assert.ok(differenceDb(readWav(recording).data, sum) < -80);
  await page.getByRole('button', { name: 'Close' }).click();
  runByHand(`${command} -o again`, studio.folder);
  for (const file of files)
    assert.ok(fs.readFileSync(path.join(exported, file)).equals(fs.readFileSync(path.join(studio.folder, 'again/mix', file))), file);
});

test('solo is heard: the worklet plays what the program wrote', async () => {
  await page.getByRole('button', { name: 'Solo 2' }).click();
  const kept = await page.evaluate(() => Object.entries(localStorage).find(([k]) => k.startsWith(location.pathname))[1]);
  const { sources, rest, of } = JSON.parse(kept);
  assert.deepEqual([...sources, rest].map((s) => s.solo), [false, true, false]);
  const heard = await page.evaluate(
    async ({ source, gain }) => {
      const { recording, result } = await (await fetch('api/state')).json();
      const samples = new Float32Array(await (await fetch('api/samples')).arrayBuffer());
      const values = new Float32Array(await (await fetch('api/factors')).arrayBuffer());
      const size = result.bins * result.components;
      const end = size + result.components * result.frames;
      const first = Uint32Array.from({ length: result.components + 1 }, (_, k) => k);
      const model = { ...result, first, timeShifts: 1, W: values.subarray(0, size), H: values.subarray(size, end), window: values.subarray(end) };
      const offline = new OfflineAudioContext(1, recording.frames, recording.rate_hz);
      await offline.audioWorklet.addModule('worklet.js');
      const script = [
        { kind: 'sound', channels: 1, length: samples.length },
        ...Array.from({ length: Math.ceil(samples.length / 65536) }, (_, index) => ({ kind: 'chunk', index, channels: [samples.slice(65536 * index, 65536 * (index + 1))] })),
        { kind: 'model', model },
        { kind: 'route', routing: { source, gain } },
        { kind: 'play', from: 0, to: recording.frames, loop: false, band: [0, Infinity] },
      ];
      const mixer = new AudioWorkletNode(offline, 'divisi-mixer', { numberOfInputs: 0, outputChannelCount: [1], processorOptions: { script } });
      mixer.connect(offline.destination);
      return [...(await offline.startRendering()).getChannelData(0)];
    },
    { source: of, gain: [0, 1, 0] },
  );
  const written = readWav(path.join(studio.folder, 'separated/mix/2.wav')).data;
  const rms = Math.sqrt(written.reduce((s, x, i) => s + (x - heard[i]) ** 2, 0) / written.length);
  assert.ok(20 * Math.log10(rms) < -80, `${20 * Math.log10(rms)} dBFS`);
});

test('a reload keeps everything, and a second tab shows it too', async () => {
  const before = await chipsOf(page, 0);
  await page.reload();
  await page.locator('.chip').first().waitFor();
  await shows(() => chipsOf(page, 0), before);
  await shows(() => page.getByLabel('Name of source 1').inputValue(), 'first notes');
  await shows(() => page.getByRole('button', { name: 'Solo 2' }).getAttribute('aria-pressed'), 'true');
  const second = await open();
  await second.locator('.chip').first().waitFor();
  await shows(() => chipsOf(second, 0), before);
  await second.getByLabel('Components', { exact: true }).fill('3');
  await second.getByRole('button', { name: 'Run' }).click();
  await page.waitForFunction(() => document.querySelectorAll('.lane').length === 3); // the first tab follows
  await second.close();
});

test('a region is drawn, zoom and pan keep the picture', async () => {
  const box = await page.locator('.spectrogram').boundingBox();
  await page.mouse.move(box.x + 100, box.y + 50);
  await page.mouse.down();
  await page.mouse.move(box.x + 300, box.y + 150, { steps: 4 });
  await page.mouse.up();
  await page.locator('.region').waitFor();
  await page.keyboard.press('+');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('f');
  await page.keyboard.press('Escape');
  await shows(() => page.locator('.region').count(), 0);
});

test('keyboard alone: open, run, group, hear', async () => {
  const alone = await open();
  await alone.locator('.spectrogram').waitFor();
  const reach = async (name) => {
    for (let i = 0; i < 60; i++) {
      await alone.keyboard.press('Tab');
      const now = await alone.evaluate(() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent);
      if (now.trim() === name) return;
    }
    assert.fail(`no Tab leads to ${name}`);
  };
  await reach('Run');
  await alone.keyboard.press('Enter');
  await studio.until((s) => s.result?.id >= 3);
  await alone.waitForFunction(() => !document.querySelector('.status').textContent.includes('Separating'));
  await alone.locator('.lane').first().waitFor();
  await alone.evaluate(() => document.activeElement.blur());
  await alone.keyboard.press('ArrowDown');
  await alone.keyboard.press('2');
  await soon(async () => assert.ok((await chipsOf(alone, 1)).includes('1')));
  await alone.keyboard.press('s');
  await shows(() => alone.getByRole('button', { name: 'Solo 2' }).getAttribute('aria-pressed'), 'true');
  await alone.keyboard.press('?');
  await alone.getByRole('dialog').waitFor();
  await noFault(alone, 'the list of keys');
  await alone.keyboard.press('Escape');
  await alone.emulateMedia({ colorScheme: 'light' });
  await noFault(alone, 'light');
  await alone.close();
});

test('a bad file is told in words', async () => {
  const bad = path.join(studio.folder, 'bad.wav');
  fs.writeFileSync(bad, 'no sound at all');
  await page.getByLabel('Recording', { exact: true }).setInputFiles(bad);
  await page.waitForFunction(() => document.querySelector('.message').textContent.includes('expected'));
  await page.getByLabel('Recording', { exact: true }).setInputFiles(recording);
  await page.waitForFunction(() => document.querySelector('.message').textContent === '');
  await page.getByText('Run, and the components').waitFor();
});

test('what is refused leaves the recording before as it was: it can be run', async () => {
  const before = (await studio.state()).recording.id; // a dropped one
  await page.getByLabel('Recording', { exact: true }).setInputFiles(path.join(studio.folder, 'bad.wav'));
  await soon(async () => assert.match(await page.locator('.message').textContent(), /^bad.wav: expected/));
  await page.getByRole('button', { name: 'Run' }).click();
  const { recording: open } = await studio.until((s) => s.result);
  assert.equal(open.id, before);
});

test('a server that does not answer is told, and its return', async () => {
  studio.child.kill('SIGSTOP');
  await page.getByText('does not answer').waitFor();
  studio.child.kill('SIGCONT');
  await page.waitForFunction(() => document.querySelector('.message').textContent === '');
});

test('without a recording the page says what to do', async () => {
  const empty = await start([]);
  const other = await open(empty.address);
  await other.getByText('Drop a recording here').waitFor();
  await noFault(other, 'empty');
  await empty.end();
  await other.getByText('does not answer').waitFor();
  await other.close();
});

test.after(async () => {
  await browser.close();
  await studio.end();
});

test('nothing was complained of', async () => {
  assert.deepEqual(complaints, []);
});
