// SPDX-License-Identifier: Apache-2.0
// The picture: WebGL2 and the 2D canvas show the same, it follows the mix, zoom and pan; pitch and levels by number.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { shows, soon, start } from './studio.mjs';

const here = path.dirname(new URL(import.meta.url).pathname);
const contents = "export * from './levels'; export * from './pitch';";
const bundled = await build({ stdin: { contents, resolveDir: path.join(here, '../src'), loader: 'ts' }, bundle: true, format: 'esm', write: false });
const { Levels, levelFor, noteName, pitchOf } = await import(`data:text/javascript;base64,${Buffer.from(bundled.outputFiles[0].text).toString('base64')}`);

test('Levels keep the largest of the frames that they put together', () => {
  const values = Float32Array.from({ length: 2 * 13 }, (_, i) => (i * 7919) % 101);
  const levels = new Levels(values, 2);
  for (const level of [0, 1, 2, 3, 4]) {
    assert.equal(levels.frames(level), Math.ceil(13 / 2 ** level));
    for (let j = 0; j < levels.frames(level); j++) {
      const below = values.subarray(2 * j * 2 ** level, 2 * (j + 1) * 2 ** level);
      const expected = [0, 1].map((c) => Math.max(...below.filter((_, i) => i % 2 === c)));
      assert.deepEqual([...levels.window(level, j, j + 1)], expected);
    }
  }
  assert.deepEqual([0.01, 1, 1.9, 2, 17].map(levelFor), [0, 0, 0, 1, 4]);
});

test('pitchOf finds the note of a harmonic spectrum, and none in noise', () => {
  const bin_hz = 44100 / 2048;
  for (const hz of [110, 220, 261.63, 440, 880]) {
    const shape = Float64Array.from({ length: 1025 }, (_, f) => {
      let sum = 1e-6;
      for (let n = 1; n * hz < 8000; n++) sum += Math.exp(-0.5 * (f - (n * hz) / bin_hz) ** 2) / n;
      return sum;
    });
    const found = pitchOf(shape, bin_hz);
    assert.ok(Math.abs(1200 * Math.log2(found.hz / hz)) < 20, `${hz} Hz: ${found?.hz}`);
  }
  let seed = 1;
  const noise = Float64Array.from({ length: 1025 }, () => (seed = (seed * 16807) % 2147483647) / 2147483647);
  assert.equal(pitchOf(noise, bin_hz), null);
  assert.deepEqual([440, 261.63, 446].map(noteName), ['A4', 'C4', 'A4 +23 ct']);
});

const studio = await start();
await studio.until((s) => s.recording);
await studio.call('api/run', JSON.stringify({ components: '5', iterations: '60', restarts: '1' }));
await studio.until((s) => s.result);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'] });
async function open(script = '') {
  const page = await browser.newPage({ viewport: { width: 1000, height: 700 }, colorScheme: 'dark' });
  page.setDefaultTimeout(60000);
  if (script) await page.addInitScript(script);
  await page.goto(studio.address);
  await page.locator('.lane').first().waitFor();
  return page;
}
// What is seen of the picture, once it has been drawn: a part of its pixels, each as red, green, blue, alpha.
async function seen(page) {
  let png;
  for (let before = null; png === undefined || png !== before; ) { // until it stands still
    before = png;
    await page.waitForTimeout(150);
    await page.waitForFunction(() => {
      const canvas = document.querySelector('.spectrogram canvas');
      return canvas.dataset.fine !== 'false' && canvas.getAttribute('aria-busy') === 'false';
    });
    png = (await page.locator('.spectrogram canvas').screenshot()).toString('base64');
  }
  return page.evaluate(async (text) => {
    const image = new Image();
    image.src = `data:image/png;base64,${text}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height - 20); // without the times
    const pen = canvas.getContext('2d');
    pen.drawImage(image, 0, 0);
    const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
    return [...data.filter((_, i) => (i >> 2) % 7 === 0)]; // some of the pixels, all over the picture
  }, png);
}
const difference = (a, b) => a.reduce((sum, x, i) => sum + Math.abs(x - b[i]), 0) / a.length;
const brightness = (a) => a.reduce((sum, x, i) => sum + (i % 4 < 3 ? x : 0), 0) / a.length;
const page = await open();
const plain = await open("const get = HTMLCanvasElement.prototype.getContext; HTMLCanvasElement.prototype.getContext = function (kind, ...more) { return kind === 'webgl2' ? null : get.call(this, kind, ...more); };");

test('with and without WebGL2 the picture is the same', async () => {
  await shows(() => page.locator('.spectrogram canvas').getAttribute('data-painter'), 'webgl2');
  await shows(() => plain.locator('.spectrogram canvas').getAttribute('data-painter'), '2d');
  for (const shown of ['Original', 'Model', 'Missed']) {
    for (const one of [page, plain]) await one.getByRole('button', { name: shown, exact: true }).click();
    const [a, b] = [await seen(page), await seen(plain)];
    assert.ok(brightness(a) > 2, `${shown}: something is seen`);
    assert.ok(difference(a, b) < 1.5, `${shown}: ${difference(a, b)} of 255 apart`);
  }
});

test('the picture follows faders, solo and mute', async () => {
  await page.getByRole('button', { name: 'Model', exact: true }).click();
  const all = await seen(page);
  await page.getByRole('button', { name: 'Mute 1', exact: true }).click();
  const muted = await seen(page);
  assert.ok(brightness(muted) < 0.95 * brightness(all), 'a muted source is dark in the model');
  await page.getByRole('button', { name: 'Original', exact: true }).click();
  const dim = await seen(page);
  await page.getByRole('button', { name: 'Mute 1', exact: true }).click();
  assert.ok(brightness(dim) < 0.95 * brightness(await seen(page)), 'and dim in the original');
});

test('zoom in time and in frequency, to the frame, and back', async () => {
  const whole = await seen(page);
  const box = await page.locator('.spectrogram').boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.keyboard.down('Control');
  for (let i = 0; i < 4; i++) await page.mouse.wheel(0, -100);
  await page.keyboard.up('Control');
  await page.waitForFunction(() => ![...document.querySelectorAll('.shapes span')].some((s) => s.textContent === '50'));
  assert.ok(difference(whole, await seen(page)) > 2);
  for (let i = 0; i < 60; i++) await page.mouse.wheel(0, -100);
  await page.waitForFunction(() => [...document.querySelectorAll('.times span')].some((s) => /\.\d{4,5} s/.test(s.textContent)));
  assert.ok(brightness(await seen(page)) > 1);
  const { rate_hz } = (await studio.state()).recording;
  await page.locator('.waveform').waitFor();
  const points = (await page.locator('.waveform polyline').getAttribute('points')).split(' ').map((p) => p.split(',').map(Number));
  assert.ok(points.length > 20 && points[0][0] <= 0 && points.at(-1)[0] >= 1, 'the waveform reaches from edge to edge');
  assert.ok(points.length < 0.05 * rate_hz + 5);
  assert.ok(Math.abs(Math.max(...points.map(([, y]) => Math.abs(y - 0.5))) - 0.4) < 1e-3, 'and is as high as its largest sample');
  await page.keyboard.press('f');
  await page.locator('.waveform').waitFor({ state: 'detached' });
  assert.ok(difference(whole, await seen(page)) < 0.5, 'all of it again');
});

test('a graphics card that forgets everything costs nothing', async () => {
  const other = await open("const get = HTMLCanvasElement.prototype.getContext; HTMLCanvasElement.prototype.getContext = function (kind, ...more) { const made = get.call(this, kind, ...more); if (kind === 'webgl2') globalThis.card = made; return made; };");
  const before = await seen(other);
  await other.evaluate(() => globalThis.card.getExtension('WEBGL_lose_context').loseContext());
  assert.ok(difference(before, await seen(other)) < 0.5, 'what is painted stays');
  await other.keyboard.press('+');
  assert.ok(difference(before, await seen(other)) > 2, 'and what is new is painted anew');
  await other.keyboard.press('f');
  assert.ok(difference(before, await seen(other)) < 0.5);
  await other.close();
});

test('W tells the pitch of the component that is pointed at', async () => {
  await page.locator('.shapes').hover();
  await soon(async () => assert.match(await page.locator('.pitch').textContent(), /^\d: ([A-G]♯?\d.*Hz\)|no pitch)$/));
});

test('mix, recording, difference and speed by key; null meter and levels while it plays', async () => {
  const isOn = (name) => page.getByRole('button', { name, exact: true }).getAttribute('aria-pressed');
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press('d');
  await shows(() => isOn('Difference'), 'true');
  await page.keyboard.press('a');
  await shows(() => isOn('Recording'), 'true');
  await page.keyboard.press('a');
  await shows(() => isOn('Mix'), 'true');
  await page.keyboard.press(',');
  await shows(() => page.getByLabel('Speed').inputValue(), '0.9');
  await page.keyboard.press('.');
  await page.keyboard.press(' ');
  await page.getByText('null silent').waitFor();
  await page.waitForFunction(() => [...document.querySelectorAll('.source-level')].some((m) => m.value > -50));
  await page.getByRole('button', { name: 'Mute 1', exact: true }).click();
  await page.waitForFunction(() => Number(/-?\d+/.exec(document.querySelector('.null').textContent)?.[0]) > -80);
  await page.getByRole('button', { name: 'Mute 1', exact: true }).click();
  await page.keyboard.press('[');
  await page.locator('.region').waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
});

test('the cost curve opens', async () => {
  await page.locator('.cost summary').click();
  await page.locator('.curve-panel canvas').waitFor();
});

test('of nmfd and nmf2d, W and H are seen as they last and move', async () => {
  // How much of a canvas is coloured, and whether its columns and its rows differ.
  const look = (place) =>
    page.locator(place).evaluate((canvas) => {
      const { data, width, height } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const at = (x, y) => data[4 * (y * width + x) + 3];
      const sum = (n, of) => Array.from({ length: n }, (_, i) => of(i)).reduce((a, b) => a + b, 0);
      const columns = Array.from({ length: width }, (_, x) => sum(height, (y) => at(x, y)));
      const rows = Array.from({ length: height }, (_, y) => sum(width, (x) => at(x, y)));
      return { columns: new Set(columns).size, rows: new Set(rows).size };
    });
  for (const [model, T] of [['nmfd', 5], ['nmf2d', 3]]) {
    const { id } = (await studio.state()).result;
    await studio.call('api/run', JSON.stringify({ model, components: '2', 'time-shifts': String(T), iterations: '10', restarts: '1' }));
    const { result } = await studio.until((s) => s.result && s.result.id !== id);
    await page.waitForFunction(([n, moves]) => document.querySelectorAll(moves ? '.lane.moving' : '.lane:not(.moving)').length === n, [2, model === 'nmf2d']);
    await page.locator('.lane .number').nth(0).click();
    await soon(async () => {
      const W = await look('.shapes canvas');
      assert.equal(W.columns, T, `${model}: a column for each frame that a shape lasts`);
      assert.ok(W.rows > 20);
    });
    if (model === 'nmfd') continue;
    await soon(async () => {
      const H = await look('.lane.moving canvas >> nth=0');
      assert.ok(H.columns > 10 && H.rows > 5, 'notes: when, and how high');
    });
    await soon(async () => assert.match(await page.locator('.pitch').textContent(), /moves over 11\.\d semitones/));
    const values = new Float32Array(await (await studio.call('api/shapes')).arrayBuffer());
    const { bins, time_shifts, pitch_shifts } = result.moving;
    assert.equal(values.length, bins + bins * time_shifts * 2 + pitch_shifts * 2 * result.frames);
    const ofFirst = Array.from({ length: time_shifts }, (_, tau) => values.subarray(bins * (1 + 2 * tau), bins * (2 + 2 * tau)));
    const total = ofFirst.flatMap((w) => [...w]).reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(total - 1) < 1e-4, `the shape of a component has unit sum: ${total}`);
  }
});

test.after(async () => {
  await browser.close();
  await studio.end();
});
