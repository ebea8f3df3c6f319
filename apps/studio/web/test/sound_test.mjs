// SPDX-License-Identifier: Apache-2.0
// The mixer with a recording that comes in chunks: it waits for what is missing, and plays the same as with all of it.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { build } from 'esbuild';

const here = path.dirname(new URL(import.meta.url).pathname);
const contents = "export * from './sound'; import './worklet';";
const bundled = await build({ stdin: { contents, resolveDir: path.join(here, '../src'), loader: 'ts' }, bundle: true, format: 'esm', write: false });
// The audio thread's scope, with a port that keeps what is said.
globalThis.sampleRate = 44100;
globalThis.AudioWorkletProcessor = class {
  said = [];
  port = { postMessage: (message) => this.said.push(message) };
};
let Mixer;
globalThis.registerProcessor = (_, processor) => (Mixer = processor);
const { Chunks, kChunk, whole } = await import(`data:text/javascript;base64,${Buffer.from(bundled.outputFiles[0].text).toString('base64')}`);

const channels = 2;
const valueAt = (c, i) => 0.2 * Math.sin((c + 1) * i * 0.01) + (((i * 7919 + c) % 2001) / 2000 - 0.5) / 4;
const make = (from, to) => Array.from({ length: channels }, (_, c) => Float32Array.from({ length: to - from }, (_, i) => valueAt(c, from + i)));
const chunk = (index, length) => make(index * kChunk, Math.min((index + 1) * kChunk, length));

test('Chunks are read as all of it is, also across them and beyond both ends', () => {
  const length = 3 * kChunk + 1000;
  const [chunks, all] = [new Chunks(channels, length), whole(make(0, length))];
  for (const i of [0, 1, 3]) chunks.give(i, chunk(i, length));
  assert.equal(all.length, length);
  const [a, b] = [new Float32Array(5000), new Float32Array(5000)];
  for (const from of [-6000, -2500, 0, kChunk - 10, 2 * kChunk - 5000, 3 * kChunk, length - 7, length + 3]) {
    for (const c of [0, 1]) {
      chunks.read(c, from, a.fill(9));
      all.read(c, from, b.fill(9));
      assert.deepEqual(a, b, `${from}`);
    }
  }
  chunks.read(0, 2 * kChunk - 10, a.fill(9));
  assert.ok(a.subarray(10).every((x) => x === 0), 'silence where none is here');
  assert.deepEqual([chunks.has(0, 2 * kChunk), chunks.has(0, 2 * kChunk + 1), chunks.has(2 * kChunk, 3 * kChunk), chunks.has(3 * kChunk, 1e12), chunks.has(-9, 5)], [true, false, false, true, true]);
});

test('of an hour a bounded part is kept, the playhead and the loop first', () => {
  const length = 3600 * 44100;
  const chunks = new Chunks(channels, length);
  const empty = [new Float32Array(kChunk), new Float32Array(kChunk)];
  const kept = () => Array.from({ length: Math.ceil(length / kChunk) }, (_, i) => i).filter((i) => chunks.has(i * kChunk, (i + 1) * kChunk));
  for (let at = 0; at < length; at += 10 * kChunk) {
    const missing = chunks.want([at - 9000, at + 9000], [50 * kChunk, 50 * kChunk + 100]);
    for (const i of missing) chunks.give(i, empty);
    assert.ok(kept().length * kChunk * channels <= 2 ** 24, `${kept().length} chunks at ${at}`);
    assert.ok(chunks.has(at - 9000, at + 9000) && chunks.has(50 * kChunk, 50 * kChunk + 100));
  }
  const first = new Chunks(channels, length).want([0, 9000], [200 * kChunk, 200 * kChunk + 100]);
  assert.deepEqual(first.slice(0, 3), [0, 200, 1]);
  assert.deepEqual(new Chunks(1, 100).want([-5, 50], [0, 0]), [0]);
  assert.deepEqual(new Chunks(1, 3 * kChunk).want([2 * kChunk, 2 * kChunk + 5], [0, 0]), [2, 0, 1], 'a short one is kept whole');
});

const [fft, hop, bins] = [512, 128, 257];
const length = 6 * kChunk + 4321;
const frames = Math.ceil(length / hop) + 1;
const model = {
  fft, hop, bins, frames, components: 2, first: Uint32Array.of(0, 1, 2), timeShifts: 1, exponent: 1,
  W: Float32Array.from({ length: 2 * bins }, (_, i) => (i < bins === i % bins < 64 ? 1 : 1e-12)),
  H: new Float32Array(2 * frames).fill(1),
  window: Float32Array.from({ length: fft }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / fft)),
};
// A mixer that is told `messages`, and those of `later` in their blocks, until it has sounded for `count` samples. A chunk
// that it wants comes `late` blocks later; −1: all are here before. What is heard (channel 0) without the silence in which
// it waits, and how many blocks that is.
function play(messages, count, late, later = {}) {
  const mixer = new Mixer();
  const hear = (data) => mixer.port.onmessage({ data });
  for (const m of [{ kind: 'sound', channels, length }, { kind: 'model', model }, { kind: 'route', routing: { source: [0, 1], gain: [1, 0.5, 1] } }]) hear(m);
  if (late < 0) for (let index = 0; index * kChunk < length; index++) hear({ kind: 'chunk', index, channels: chunk(index, length) });
  for (const m of messages) hear(m);
  const heard = [];
  const due = new Map();
  let waited = 0;
  for (let n = 0; heard.length < count; n++) {
    assert.ok(n < count, 'it goes on');
    for (const m of later[n] ?? []) hear(m);
    const out = [new Float32Array(128), new Float32Array(128)];
    mixer.process([], [out]);
    const last = mixer.said.findLast((m) => m.kind === 'at');
    if (last?.waiting) {
      waited++;
      heard.push(...out[0].subarray(0, out[0].findLastIndex((x) => x !== 0) + 1));
    } else if (last?.playing !== false) heard.push(...out[0]);
    if (last && !last.playing && !last.waiting && n > 10) break;
    const wanted = mixer.said.findLast((m) => m.kind === 'want')?.chunks ?? [];
    for (const index of wanted.filter((i) => !due.has(i)).slice(0, 1)) due.set(index, n + late);
    for (const [index, when] of due) if (when === n) hear({ kind: 'chunk', index, channels: chunk(index, length) });
  }
  return { heard: Float32Array.from(heard), waited };
}
const apart = (a, b) => a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);
const from = (at, more = {}) => ({ kind: 'play', from: at, to: length, loop: false, band: [0, Infinity], ...more });

for (const [what, messages, later] of [
  ['from the start', [from(0)], {}],
  ['from somewhere', [from(2 * kChunk - 777)], {}],
  ['as a loop', [from(kChunk + 50, { to: 2 * kChunk + 1000, loop: true })], {}],
  ['slower', [{ kind: 'speed', speed: 0.7 }, from(kChunk - 5000)], {}],
  ['as the difference', [{ kind: 'heard', heard: 'difference' }, from(3000)], {}],
]) {
  test(`what comes late is waited for: ${what}`, () => {
    const count = 3 * kChunk;
    const [now, late] = [play(messages, count, -1, later), play(messages, count, 600, later)];
    assert.equal(now.waited, 0);
    assert.ok(late.waited > 500, `${late.waited}`);
    assert.ok(now.heard.some((x) => Math.abs(x) > 0.05));
    assert.equal(apart(now.heard.subarray(0, count), late.heard), 0, 'the same is heard, and nothing else');
  });
}

test('a seek while it waits is heard from there', () => {
  const there = 4 * kChunk + 99;
  const now = play([from(there)], 20000, -1);
  const late = play([from(0)], 20000, 200, { 50: [from(there)] });
  assert.equal(apart(now.heard.subarray(0, 20000), late.heard), 0);
});

test('the end is reached, and told', () => {
  const late = play([from(length - 5000)], 20000, 100);
  assert.ok(Math.abs(late.heard.length - 5000) <= 128, `${late.heard.length}`);
});
