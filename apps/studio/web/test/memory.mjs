// SPDX-License-Identifier: Apache-2.0
// node test/memory.mjs PROGRAM RECORDING: how long a recording takes to open, to its first picture and to sound where it
// is sought, and what memory program and page have then.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { chromium } from 'playwright-core';
import { start } from './studio.mjs';

const began = performance.now();
const since = (t) => `${((performance.now() - t) / 1000).toFixed(2)} s`;
const studio = await start();
const { recording } = await studio.until((s) => s.recording);
console.log(`${(recording.frames / recording.rate_hz).toFixed(0)} s of ${recording.channels} channels: opened in ${since(began)}`);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'] });
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
const cdp = await page.context().newCDPSession(page);

const MiB = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
async function tell(what) {
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize } = await cdp.send('Runtime.getHeapUsage');
  const memory = (name) => 1024 * Number(new RegExp(`${name}:\\s*(\\d+)`).exec(fs.readFileSync(`/proc/${studio.child.pid}/status`, 'utf8'))[1]);
  const rows = execFileSync('ps', ['-eo', 'pid,ppid,rss,args'], { encoding: 'utf8' }).split('\n').slice(1).map((row) => row.trim().split(/\s+/));
  const parents = new Map(rows.map(([pid, parent]) => [pid, parent]));
  const isOurs = (pid) => pid !== undefined && (pid === String(process.pid) || isOurs(parents.get(pid)));
  const renderers = rows.filter(([pid, , , ...args]) => args.includes('--type=renderer') && isOurs(pid));
  const renderer = 1024 * Math.max(...renderers.map(([, , rss]) => Number(rss)));
  console.log(`${what}: program ${MiB(memory('VmRSS'))} (at most ${MiB(memory('VmHWM'))}), page ${MiB(usedSize)} of objects and ${MiB(backingStorageSize)} of arrays; its whole process ${MiB(renderer)}`);
}
const settled = () =>
  page.waitForFunction(() => {
    const { dataset, ariaBusy } = document.querySelector('.spectrogram canvas');
    return dataset.fine === 'true' && ariaBusy === 'false';
  });

await page.goto(studio.address);
await page.locator('.spectrogram canvas[data-known=true]').waitFor();
console.log(`first picture after ${((await page.evaluate(() => performance.now())) / 1000).toFixed(2)} s`);
await settled();
await tell('seen');
await page.keyboard.press('Space');
await page.waitForFunction(() => !document.querySelector('.clock').textContent.startsWith('0:00'));
const waits = [];
for (const share of [0.5, 0.9, 0.1, 0.7]) {
  // A click, until the playhead has left the place.
  const ms = await page.evaluate(async (x) => {
    const place = document.querySelector('.spectrogram');
    const box = place.getBoundingClientRect();
    place.setPointerCapture = () => undefined;
    const begun = performance.now();
    for (const kind of ['pointerdown', 'pointerup']) place.dispatchEvent(new PointerEvent(kind, { clientX: box.x + x * place.clientWidth, clientY: box.y + 50, bubbles: true }));
    const now = () => document.querySelector('.playhead').style.left;
    const near = () => Math.abs(parseFloat(now()) - 100 * x) < 0.5;
    while (!near()) await new Promise((next) => setTimeout(next, 1));
    const sought = now();
    while (now() === sought || !near()) await new Promise((next) => setTimeout(next, 1));
    return performance.now() - begun;
  }, share);
  waits.push(`${ms.toFixed(0)} ms`);
  await page.waitForTimeout(1000);
}
console.log(`a place that is sought sounds after ${waits.join(', ')}`);
await page.waitForTimeout(5000);
await tell('heard');
await page.keyboard.press('Space');
for (let i = 0; i < 9; i++) await page.keyboard.press('+');
for (let i = 0; i < 100; i++) {
  await page.keyboard.press('PageDown');
  await page.waitForTimeout(100);
}
await settled();
await tell('moved through');
await browser.close();
await studio.end();
