// SPDX-License-Identifier: Apache-2.0
// A recording that is longer than page and program hold: 40 minutes, each of which has a tone of its own. It is seen from
// far and near, moved through and heard.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { browse, shows, soon, start } from './studio.mjs';

const rate = 8000;
const minutes = 40;
const hzOf = (minute) => 300 + 80 * minute;

// A WAV file of 16 bits: a second of every minute's tone, sixty times.
function write(file) {
  const size = 2 * rate * 60 * minutes;
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + size, 4);
  head.write('WAVEfmt ', 8);
  for (const [at, value] of [[16, 16], [20, 1 | (1 << 16)], [24, rate], [28, 2 * rate], [32, 2 | (16 << 16)]]) head.writeUInt32LE(value, at);
  head.write('data', 36);
  head.writeUInt32LE(size, 40);
  const out = fs.openSync(file, 'w');
  fs.writeSync(out, head);
  for (let m = 0; m < minutes; m++) {
    const second = Buffer.from(Int16Array.from({ length: rate }, (_, i) => 8000 * Math.sin((2 * Math.PI * hzOf(m) * i) / rate)).buffer);
    for (let s = 0; s < 60; s++) fs.writeSync(out, second);
  }
  fs.closeSync(out);
}
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'studio-long-'));
process.once('exit', () => fs.rmSync(folder, { recursive: true }));
const file = path.join(folder, 'long.wav');
write(file);
const studio = await start([file]);
const { picture } = await studio.until((s) => s.recording);
const { open, noFault, complaints, browser } = await browse(studio.address);
const page = await open();
const fetched = { tiles: 0, samples: 0 };
let held = null; // requests of samples wait for this
await page.route('**/api/samples', async (route) => {
  await held;
  const [from, to] = route.request().headers().range.match(/\d+/g).map(Number);
  fetched.samples += to - from + 1;
  await route.continue();
});
page.on('response', async (response) => {
  if (response.url().includes('/api/picture/')) fetched.tiles += Number(response.headers()['content-length']);
});
await page.reload();

const painted = () =>
  page.waitForFunction(() => {
    const canvas = document.querySelector('.spectrogram canvas');
    return canvas?.dataset.known === 'true' && canvas.dataset.fine === 'true' && canvas.ariaBusy === 'false';
  });
// The frequency of the brightest row at `share` of the picture's width.
const brightest = async (share) => {
  const png = (await page.locator('.spectrogram canvas').screenshot()).toString('base64');
  const height = await page.evaluate(
    async ([text, x]) => {
      const image = new Image();
      image.src = `data:image/png;base64,${text}`;
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height);
      const pen = canvas.getContext('2d');
      pen.drawImage(image, 0, 0);
      const { data } = pen.getImageData(Math.round(x * image.width), 0, 1, image.height - 20); // without the times
      let best = 0;
      for (let y = 0; 4 * y < data.length; y++) if (data[4 * y] > data[4 * best]) best = y;
      return 1 - (best + 0.5) / image.height;
    },
    [png, share],
  );
  return 40 * (rate / 2 / 40) ** height;
};
const near = (a, b) => assert.ok(Math.abs(Math.log2(a / b)) < 0.04, `${a} Hz for ${b}`);
// Once all is painted, the tone of `minute` stands at `share` of the width.
const seen = (share, minute) =>
  soon(async () => {
    await painted();
    near(await brightest(share), hzOf(minute));
  });
const clock = () => page.locator('.clock').textContent();

test('all of it is seen at once, in few bytes', async () => {
  await painted();
  assert.ok(fetched.tiles > 0 && fetched.tiles < 0.1 * picture.bins * picture.frames, `${fetched.tiles} bytes`);
  for (const minute of [0, 7, 20, 39]) await seen((minute + 0.5) / minutes, minute);
});

test('and each of its frames, when it is looked at from near', async () => {
  const box = await page.locator('.spectrogram').boundingBox();
  for (const minute of [33, 2]) {
    await page.mouse.move(box.x + ((minute + 0.5) / minutes) * box.width, box.y + 100);
    for (let i = 0; i < 45; i++) await page.mouse.wheel(0, -100);
    await page.waitForFunction(() => [...document.querySelectorAll('.times span')].some((s) => /^\d+:\d\d\.\d/.test(s.textContent)));
    await seen(0.5, minute);
    await page.keyboard.press('f');
    await seen(20.5 / minutes, 20);
  }
});

test('it is heard from anywhere; where samples are late, the page says so and the playhead stands', async () => {
  let release;
  held = new Promise((done) => (release = done));
  await page.keyboard.press('Space');
  await page.getByText('Buffering…').waitFor();
  await noFault(page, 'buffering');
  assert.match(await clock(), /^0:00\.00/);
  await page.waitForTimeout(300);
  assert.match(await clock(), /^0:00\.00/, 'nothing is played that is not here');
  const box = await page.locator('.spectrogram').boundingBox();
  await page.mouse.click(box.x + 0.75 * box.width, box.y + 50);
  release();
  await page.waitForFunction(() => /^30:(0[1-9]|[1-5])/.test(document.querySelector('.clock').textContent));
  await shows(() => page.locator('.buffering').textContent(), '');
  await page.waitForFunction(() => document.querySelector('.level meter').value > -20);
  await page.keyboard.press('Space');
});

test('of its samples a bounded part is fetched', async () => {
  await soon(() => assert.ok(fetched.samples > 2 ** 25, `${fetched.samples} bytes`));
  for (let before = -1; before !== fetched.samples; await page.waitForTimeout(1000)) before = fetched.samples;
  assert.ok(fetched.samples < 2 ** 26 + 2 ** 21, `${fetched.samples} bytes`);
});

test('stopped while it opens, it stays open; a run draws the rest', async () => {
  const other = await start([file]);
  let state = await other.state();
  while (!state.recording) state = await other.state();
  await other.call('api/stop', '');
  state = await other.state();
  assert.equal(state.activity, '');
  assert.equal(state.recording.frames, rate * 60 * minutes);
  assert.ok(state.picture.done <= state.picture.frames); // less, but on a machine that was faster than the stop
  await other.call('api/run', JSON.stringify({ components: '2', iterations: '1', restarts: '1' }));
  const { result, picture: drawn } = await other.until((now) => now.result);
  assert.equal(drawn.done, drawn.frames);
  assert.equal(drawn.id, state.picture.id);
  assert.equal(result.frames, drawn.frames);
  await other.end();
});

test.after(async () => {
  await browser.close();
  await studio.end();
});

test('nothing was complained of', () => assert.deepEqual(complaints, []));
