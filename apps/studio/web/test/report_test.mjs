// SPDX-License-Identifier: Apache-2.0
// The report as a person opens it: from the disk, in headless Chromium, without a network.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { browse, program, readWav, recording, runByHand, shows, soon } from './studio.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'report-test-'));
const separate = (name, ...flags) => {
  execFileSync(program, ['separate', recording, '-o', path.join(folder, name), ...flags], { stdio: 'pipe' });
  return path.join(folder, name, 'mix');
};
const { open, noFault, complaints, browser } = await browse('about:blank');
/** RMS of a − b in dBFS. */
const apart = (a, b) => 10 * Math.log10(a.reduce((sum, x, i) => sum + (x - b[i]) ** 2, 1e-30) / a.length);
const asked = [];

/** The report of a run in a page of its own. */
async function reportOf(name, ...flags) {
  const files = separate(name, ...flags);
  const page = await open('about:blank');
  page.on('request', (r) => asked.push(r.url()));
  await page.goto(`file://${files}/report.html`);
  await page.locator('.lane').first().waitFor();
  return { page, files };
}
const errorOf = (page) => page.evaluate(() => document.documentElement.dataset.error);

/** What the page plays, by its own worklet; `gain` of each source, the residual last. */
const heardIn = async (page, gain) => {
  const text = await page.evaluate(async (gains) => {
    const { page: about, state, model, origin } = globalThis.divisi;
    const { channels, frames, rate_hz } = state.recording;
    const source = new Array(state.result.components).fill(-1);
    state.result.groups.forEach((group, s) => group.components.forEach((k) => (source[k] = s)));
    if (gains.length > state.result.groups.length + 1) source[0] = gains.length - 2; // as the test about a grouping has it
    const offline = new OfflineAudioContext(channels, frames, rate_hz);
    await offline.audioWorklet.addModule(about.worklet);
    const script = [
      { kind: 'sound', channels: channels * Math.max(1, about.stems), length: frames, stems: about.stems },
      { kind: 'model', model: model.value },
      { kind: 'route', routing: { source, gain: gains } },
    ];
    const kChunk = 2 ** 16;
    const parts = channels * Math.max(1, about.stems);
    for (let at = 0; at < frames; at += kChunk) {
      const some = await origin().samples(at, Math.min(kChunk, frames - at));
      const split = Array.from({ length: parts }, (_, c) => Float32Array.from({ length: some.length / parts }, (_x, i) => some[i * parts + c]));
      script.push({ kind: 'chunk', index: at / kChunk, channels: split });
    }
    script.push({ kind: 'play', from: 0, to: frames, loop: false, band: [0, Infinity] });
    const mixer = new AudioWorkletNode(offline, 'divisi-mixer', { numberOfInputs: 0, outputChannelCount: [channels], processorOptions: { script } });
    mixer.connect(offline.destination);
    const rendered = await offline.startRendering();
    const all = Array.from({ length: channels }, (_, c) => rendered.getChannelData(c));
    const bytes = new Uint8Array(Float32Array.from({ length: channels * frames }, (_, i) => all[i % channels][Math.floor(i / channels)]).buffer);
    let text = '';
    for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
    return btoa(text);
  }, gain);
  return new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);
};

const { page, files } = await reportOf('plain', '--sources', '2', '--components', '4', '--beta', '2', '--names', 'a,b');

test('it opens without asking for anything', async () => {
  assert.deepEqual(asked.filter((url) => !url.startsWith('data:') && !url.startsWith('blob:')), [`file://${files}/report.html`]);
  assert.equal(await errorOf(page), undefined);
  assert.equal(await page.title(), 'mix – divisi report');
});

test('facts, sources and their why can be read, and the command repeats the run', async () => {
  await page.getByText('8.00 s').waitFor();
  const rows = page.locator('.sources > ul > li');
  await shows(() => rows.count(), 3);
  await shows(() => page.locator('.sources input[type=text]').evaluateAll((all) => all.map((e) => e.value)), ['a', 'b']);
  assert.notEqual((await rows.first().locator('.why').textContent()).trim(), '');
  await soon(async () => assert.match(await rows.first().textContent(), /a\.wav, peak -\d/));
  const command = await page.locator('pre code').textContent();
  const before = fs.readFileSync(path.join(files, 'a.wav'));
  fs.copyFileSync(recording, path.join(folder, 'mix.wav'));
  runByHand(`${command} -o again`, folder);
  assert.ok(before.equals(fs.readFileSync(path.join(folder, 'again/mix/a.wav'))));
  const chosen = await page.locator('tbody .set code').allTextContents();
  assert.deepEqual(chosen, (await page.locator('tbody code').allTextContents()).slice(0, chosen.length));
  assert.ok(chosen.includes('components') && chosen.includes('beta'));
});

test('solo is the stem that was written', async () => {
  for (const [at, name] of [[0, 'a'], [1, 'b']]) {
    const heard = await heardIn(page, [0, 1, 2].map((s) => (s === at ? 1 : 0)));
    const db = apart(readWav(path.join(files, `${name}.wav`)).data, heard);
    assert.ok(db < -80, `${name}: ${db} dB`);
  }
});

test('it plays, solos, mutes and shows the null', async () => {
  await page.getByRole('button', { name: 'Play' }).click();
  await page.getByText('null silent').waitFor();
  await page.getByRole('button', { name: 'Solo a' }).click();
  await page.waitForFunction(() => document.querySelector('.null').textContent.includes('dBFS'));
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Play' }).waitFor();
  await shows(() => page.getByRole('button', { name: 'Solo a' }).getAttribute('aria-pressed'), 'true');
  await soon(async () => assert.match(await page.locator('.clock').textContent(), /\/ 0:08\.00$/));
  await page.getByRole('button', { name: 'Solo a' }).click();
});

test('a grouping by key is heard, and its command writes these stems', async () => {
  await page.locator('.lane .number').first().click();
  await page.keyboard.press('3');
  await shows(() => page.locator('.sources > ul > li').count(), 4);
  await page.getByText('Stems of this grouping').click();
  const command = await page.getByLabel('The command that writes this grouping').inputValue();
  assert.match(command, / --group 1 /);
  runByHand(`${command} -o grouped`, folder);
  const heard = await heardIn(page, [0, 0, 1, 0]);
  const db = apart(readWav(path.join(folder, 'grouped/mix/3.wav')).data, heard);
  assert.ok(db < -80, `${db} dBFS`);
});

test('nothing to run, save or export', async () => {
  for (const name of ['Run', 'Export…', 'Save project', 'Open…']) await shows(() => page.getByRole('button', { name }).count(), 0, name);
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
});

test('dark, light and every width: no fault, nothing cut', async () => {
  for (const colorScheme of ['dark', 'light']) {
    await page.emulateMedia({ colorScheme });
    for (const width of [380, 640, 801, 1280, 1920]) {
      await page.setViewportSize({ width, height: 800 });
      await soon(async () => assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, `${width} pixels`));
    }
    await noFault(page, colorScheme);
  }
  await page.setViewportSize({ width: 380, height: 800 });
  await noFault(page, 'a phone');
  assert.equal(await errorOf(page), undefined);
  await page.close();
});

test('shapes that last, and notes that move, are live too', async () => {
  for (const [name, ...flags] of [
    ['nmfd', '--model', 'nmfd', '--components', '3', '--time-shifts', '4', '--restarts', '1'],
    ['nmf2d', '--model', 'nmf2d', '--fft', '1024', '--time-shifts', '3', '--pitch-shifts', '12', '--restarts', '1', '--iterations', '20'],
    ['binary', '--components', '3', '--mask', 'binary'],
    ['many', '--components', '256', '--sources', '2', '--fft', '8192', '--restarts', '1', '--iterations', '2'],
    ['one', '--components', '3', '--only', '1'],
  ]) {
    const { page: other, files: written } = await reportOf(name, '--end', '3', ...flags);
    const sources = await other.locator('.sources > ul > li').count();
    const heard = await heardIn(other, Array.from({ length: sources }, (_, s) => (s === 0 ? 1 : 0)));
    const db = apart(readWav(path.join(written, '1.wav')).data, heard);
    assert.ok(db < -80, `${name}: ${db} dB`);
    assert.equal(await errorOf(other), undefined, name);
    assert.equal(await other.evaluate(() => globalThis.divisi.state.packed.half), name === 'many');
    await other.close();
  }
});

test('a recording too long to carry: all is shown, and the files play', async () => {
  const long = path.join(folder, 'long.wav');
  const { rate, data } = readWav(recording);
  const seconds = 70; // of four files, more than 12 million samples
  const header = fs.readFileSync(recording).subarray(0, 44);
  const samples = new Int16Array(Math.ceil(seconds * rate));
  for (let i = 0; i < samples.length; i++) samples[i] = 32767 * data[i % data.length];
  const head = Buffer.from(header);
  head.writeUInt32LE(36 + 2 * samples.length, 4);
  head.writeUInt32LE(2 * samples.length, 40);
  fs.writeFileSync(long, Buffer.concat([head, Buffer.from(samples.buffer)]));
  execFileSync(program, ['separate', long, '-o', folder, '--components', '3', '--mask', 'none', '--iterations', '2', '--restarts', '1'], { stdio: 'pipe' });
  const other = await open(`file://${folder}/long/report.html`);
  await other.locator('.lane').first().waitFor();
  await other.getByText('Plays the files beside this page: made with --mask none').waitFor();
  await shows(() => other.getByRole('button', { name: 'Play', exact: true }).count(), 0);
  const audio = other.locator('.sources audio').first();
  await audio.evaluate((a) => a.play());
  await other.waitForFunction(() => document.querySelector('.sources audio').currentTime > 0.2);
  const box = await other.locator('.spectrogram').boundingBox();
  await other.mouse.click(box.x + box.width / 2, box.y + 50);
  await other.waitForFunction((middle) => Math.abs(document.querySelector('.sources audio').currentTime - middle) < 20, seconds / 2);
  assert.ok(fs.statSync(path.join(folder, 'long/report.html')).size < 8e6);
  assert.equal(await errorOf(other), undefined);
  await other.close();
});

test('masks that the page cannot make: it plays the stems', async () => {
  for (const flags of [['--mask', 'none'], ['--rate', '5512'], ['--model', 'nmf2d', '--refine', '0', '--restarts', '1', '--iterations', '10']]) {
    const { page: other, files: written } = await reportOf(`stems${flags[1]}`, '--components', '3', '--end', '3', ...flags);
    await other.getByText(`made with ${flags.at(flags[0] === '--model' ? 2 : 0)}`).waitFor();
    const sources = await other.locator('.sources > ul > li').count();
    const heard = await heardIn(other, Array.from({ length: sources }, (_, s) => (s === 1 ? 1 : 0)));
    assert.ok(apart(readWav(path.join(written, '2.wav')).data, heard) < -80, flags.join(' '));
    await shows(() => other.getByText('New source').count(), 0);
    await noFault(other, flags.join(' '));
    assert.equal(await errorOf(other), undefined);
    await other.close();
  }
});

test('hostile names stay words', async () => {
  const bad = path.join(folder, '<img src=x onerror=alert(1)>.wav');
  fs.copyFileSync(recording, bad);
  execFileSync(program, ['separate', bad, '-o', path.join(folder, 'bad'), '--components', '2', '--restarts', '1', '--names', '</script><script>alert(1)<|script>,"x\''.replace('</', '<|')], { stdio: 'pipe' });
  const other = await open('about:blank');
  other.on('dialog', () => assert.fail('a script ran'));
  await other.goto(`file://${folder}/bad/${encodeURIComponent('<img src=x onerror=alert(1)>')}/report.html`);
  await other.locator('.lane').first().waitFor();
  await shows(() => other.locator('h1').textContent(), '<img src=x onerror=alert(1)>');
  await shows(() => other.locator('img').count(), 0);
  assert.equal(await errorOf(other), undefined);
  await other.close();
});

test.after(async () => {
  await browser.close();
  fs.rmSync(folder, { recursive: true });
});

test('nothing was complained of, nothing was asked for', () => {
  assert.deepEqual(complaints, []);
  assert.deepEqual(asked.filter((url) => !/^(data:|blob:|file:.*\/report\.html$)/.test(url)), []);
});
