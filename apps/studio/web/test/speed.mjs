// SPDX-License-Identifier: Apache-2.0
// node test/speed.mjs PROGRAM RECORDING [COMPONENTS]: how long the page takes to its first picture, and how many
// pictures a second it draws while it is moved and zoomed, by the time at which each is finished.
import { chromium } from 'playwright-core';
import { start } from './studio.mjs';

const components = process.argv[4] ?? '8';
const studio = await start();
const opened = performance.now();
const { recording } = await studio.until((s) => s.recording);
const s = (ms) => `${(ms / 1000).toFixed(2)} s`;
console.log(`${(recording.frames / recording.rate_hz).toFixed(0)} s of ${recording.channels} channels; read by the program in ${s(performance.now() - opened)}`);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });

async function painted(page) {
  await page.locator('.spectrogram canvas[data-known=true]').waitFor();
  return page.evaluate(() => performance.now());
}
// Presses a key before every frame of the screen for 3 s. A picture is painted within a frame, and the next frame comes
// when the one before can be shown.
const movement = (page, keys) =>
  page.evaluate(async (keys) => {
    globalThis.painted.length = 0;
    const end = performance.now() + 3000;
    let n = 0;
    await new Promise((done) => {
      const frame = () => {
        setTimeout(() => document.body.dispatchEvent(new KeyboardEvent('keydown', { key: keys[n++ % keys.length], bubbles: true })));
        if (performance.now() < end) requestAnimationFrame(frame);
        else done();
      };
      requestAnimationFrame(frame);
    });
    const { painted } = globalThis;
    const apart = painted.slice(1).map((t, i) => t - painted[i]).sort((a, b) => a - b);
    return { rate: (1000 * apart.length) / (painted.at(-1) - painted[0]), slowest: apart[Math.floor(0.95 * apart.length)] };
  }, keys);

for (const [width, height] of [[1280, 800], [1920, 1080]]) {
  const page = await browser.newPage({ viewport: { width, height } });
  await page.addInitScript(() => {
    const scale = WebGL2RenderingContext.prototype.uniform2f; // once a picture
    globalThis.painted = [];
    WebGL2RenderingContext.prototype.uniform2f = function (...values) {
      globalThis.painted.push(performance.now());
      return scale.apply(this, values);
    };
  });
  await page.goto(studio.address);
  console.log(`${width} x ${height}: first picture after ${s(await painted(page))}`);
  if (!(await studio.state()).result) {
    const before = performance.now();
    await studio.call('api/run', JSON.stringify({ components, iterations: '20', restarts: '1' }));
    await studio.until((now) => now.result);
    console.log(`run with ${components} components: ${s(performance.now() - before)}`);
  }
  await page.locator('.lane').first().waitFor();
  await page.evaluate(() => document.activeElement?.blur());
  const tell = async (what, keys) => {
    const { rate, slowest } = await movement(page, keys);
    console.log(`${width} x ${height}: ${what}: ${rate.toFixed(0)} pictures a second, 95 % within ${slowest.toFixed(0)} ms`);
  };
  await tell('zoom', ['+', '+', '+', '+', '+', '+', '-', '-', '-', '-', '-', '-']);
  for (let i = 0; i < 8; i++) await page.keyboard.press('+');
  await tell('move', [...Array(20).fill('ArrowRight'), ...Array(20).fill('ArrowLeft')]);
  await page.close();
}
await browser.close();
await studio.end();
