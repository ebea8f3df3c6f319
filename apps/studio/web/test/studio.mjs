// SPDX-License-Identifier: Apache-2.0
// What the studio's tests share: the program as a child, in a folder of its own.
import assert from 'node:assert/strict';
import { spawn, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';

export const [program, recording] = process.argv.slice(2).map((p) => path.resolve(p));
if (!recording) throw new Error('usage: node TEST.mjs PROGRAM RECORDING');

const kPatience_ms = 60000; // with a page, on a machine that does much else

// A test that fails does not end what it began: a studio does not keep its file from ending, and ends with it.
const running = new Set();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** A studio that runs in `folder`; `opens`: its arguments. */
export async function start(opens = [recording]) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'studio-test-'));
  const child = spawn(program, ['studio', ...opens, '--no-browser'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const address = await new Promise((resolve, reject) => {
    readline.createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`the studio ended with ${code}`)));
  });
  child.unref();
  child.stdout.unref();
  const call = async (where, body) => {
    const response = await fetch(address + where, body === undefined ? {} : { method: 'POST', body });
    if (!response.ok) throw new Error(`${where}: ${response.status} ${await response.text()}`);
    return response;
  };
  const state = async () => (await call('api/state')).json();
  return {
    folder,
    address,
    child,
    call,
    state,
    /** Waits until nothing goes on and `ready` holds for the state. */
    async until(ready) {
      for (const end = Date.now() + 5 * kPatience_ms; Date.now() < end; ) {
        const now = await state();
        if (now.activity === '' && now.error) throw new Error(now.error);
        if (now.activity === '' && ready(now)) return now;
        await new Promise((r) => setTimeout(r, 50));
      }
      throw new Error('the studio took longer than five minutes');
    },
    async end() {
      child.ref();
      const ended = new Promise((r) => child.once('exit', r));
      child.kill('SIGTERM');
      const code = await ended;
      fs.rmSync(folder, { recursive: true });
      return code;
    },
  };
}

/** The samples of a WAV file of 16 bits or float32: {rate, channels, data}, interleaved. */
export function readWav(file) {
  const b = fs.readFileSync(file);
  let at = 12;
  let format;
  for (;;) {
    const id = b.toString('latin1', at, at + 4);
    const size = b.readUInt32LE(at + 4);
    if (id === 'fmt ') format = { tag: b.readUInt16LE(at + 8), channels: b.readUInt16LE(at + 10), rate: b.readUInt32LE(at + 12), bits: b.readUInt16LE(at + 22) };
    if (id === 'data') {
      const n = size / (format.bits / 8);
      const data = Float64Array.from({ length: n }, (_, i) =>
        format.bits === 16 ? b.readInt16LE(at + 8 + 2 * i) / 32768 : b.readFloatLE(at + 8 + 4 * i),
      );
      return { ...format, data };
    }
    at += 8 + size + (size % 2);
  }
}

/** Writes samples of one channel as 16 bits. */
export function writeWav(file, rate, samples) {
  const b = Buffer.alloc(44 + 2 * samples.length);
  b.write('RIFF', 0);
  b.writeUInt32LE(b.length - 8, 4);
  b.write('WAVEfmt ', 8);
  [[16, 16, 4], [1, 20, 2], [1, 22, 2], [rate, 24, 4], [2 * rate, 28, 4], [2, 32, 2], [16, 34, 2]].forEach(([x, at, size]) => b.writeUIntLE(x, at, size));
  b.write('data', 36);
  b.writeUInt32LE(2 * samples.length, 40);
  samples.forEach((x, i) => b.writeInt16LE(Math.round(32767 * Math.max(-1, Math.min(1, x))), 44 + 2 * i));
  fs.writeFileSync(file, b);
}

/** The arithmetic of the worklet. */
export async function liveArithmetic() {
  const { build } = await import('esbuild');
  const resolveDir = path.join(path.dirname(new URL(import.meta.url).pathname), '../src');
  const contents = "export * from './mix'; export * from './fft'; export * from './sound';";
  const bundled = await build({ stdin: { contents, resolveDir, loader: 'ts' }, bundle: true, format: 'esm', write: false });
  return import(`data:text/javascript;base64,${Buffer.from(bundled.outputFiles[0].text).toString('base64')}`);
}

export const runByHand = (command, folder) => execFileSync('bash', ['-c', command], { cwd: folder, env: { ...process.env, PATH: `${path.dirname(program)}:${process.env.PATH}` } });

/** The level of a − b against a, in dB. */
export function differenceDb(a, b) {
  let error = 0;
  let power = 1e-30;
  for (let i = 0; i < a.length; i++) {
    error += (a[i] - b[i]) ** 2;
    power += a[i] ** 2;
  }
  return 10 * Math.log10(error / power + 1e-30);
}

/** Checks again until nothing is thrown, or it took too long: what a page shows follows what was done. */
export async function soon(check) {
  for (const end = Date.now() + kPatience_ms; ; await new Promise((r) => setTimeout(r, 50))) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}
export const shows = (read, expected, message) => soon(async () => assert.deepEqual(await read(), expected, message));

/** A browser with a page for each open(); noFault() asks axe; `complaints`: what the pages' consoles said. `options`: of
 *  playwright's launch(). */
export async function browse(home, options = {}) {
  const { chromium } = await import('playwright-core');
  const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'],
    ...options,
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'dark' });
  const complaints = [];
  return {
    browser,
    complaints,
    async open(address = home) {
      const page = await context.newPage();
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (m) => m.type() === 'error' && !/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE|400|net::/.test(m.text()) && complaints.push(m.text()));
      page.setDefaultTimeout(kPatience_ms);
      await page.goto(address);
      return page;
    },
    async noFault(page, what) {
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      const serious = violations.filter((v) => ['serious', 'critical'].includes(v.impact));
      assert.deepEqual(serious.map((v) => `${v.id}: ${v.nodes[0].html}`), [], what);
    },
  };
}
