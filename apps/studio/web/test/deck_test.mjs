// SPDX-License-Identifier: Apache-2.0
// What is heard, by number: mix, recording and difference, their meters, and slower at the same pitch.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { build } from 'esbuild';

const here = path.dirname(new URL(import.meta.url).pathname);
const contents = "export * from './deck'; export * from './stretch'; export * from './sound';";
const bundled = await build({ stdin: { contents, resolveDir: path.join(here, '../src'), loader: 'ts' }, bundle: true, format: 'esm', write: false });
const { Deck, Stretch, whole } = await import(`data:text/javascript;base64,${Buffer.from(bundled.outputFiles[0].text).toString('base64')}`);

const rate = 8000;
const length = 3 * rate;
const sine = (hz, size) => Float32Array.from({ length: size }, (_, i) => 0.25 * Math.sin((2 * Math.PI * hz * i) / rate));
const [low, high] = [sine(300, length), sine(2000, length)];
const recording = low.map((x, i) => x + high[i]);
// Two components: the bins below 1000 Hz, and those above.
const [fft, hop, bins] = [512, 128, 257];
const frames = Math.ceil(length / hop) + 1;
const W = Float32Array.from({ length: 2 * bins }, (_, i) => (i < bins === i % bins < 64 ? 1 : 1e-12));
const first = Uint32Array.of(0, 1, 2);
const hann = Float32Array.from({ length: fft }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / fft));
const model = { fft, hop, bins, frames, components: 2, first, timeShifts: 1, exponent: 1, W, H: new Float32Array(2 * frames).fill(1), window: hann };

function heard(deck, count, from = 4000) {
  deck.seek(from);
  const out = new Float32Array(count);
  for (let i = 0; i < count; i += 128) deck.read([out], i, Math.min(128, count - i));
  return out;
}
const rms = (x) => Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / x.length);
const db = (x) => 20 * Math.log10(x + 1e-30);
function deck(gain, what = 'mix') {
  const made = new Deck(whole([recording]), model, rate);
  made.route({ source: [0, 1], gain: [...gain, 1] });
  made.heard = what;
  return made;
}

test('the difference is silent when all is on, and what is missing when it is not', () => {
  assert.ok(db(rms(heard(deck([1, 1], 'difference'), 8000))) < -120);
  const missing = heard(deck([1, 0], 'difference'), 8000);
  assert.ok(db(rms(missing.map((x, i) => x - high[4000 + i]))) < -50);
});

test('the null meter says how far recording and mix are apart', () => {
  const all = deck([1, 1]);
  heard(all, 8000);
  assert.ok(db(all.meters().apart) < -120);
  const some = deck([1, 0]);
  heard(some, 8000);
  assert.ok(Math.abs(db(some.meters().apart) - db(rms(high))) < 0.5);
  assert.equal(some.meters().apart, 0, 'only since it was asked last');
});

test('each source has its own level, faders included', () => {
  const made = deck([1, 0.1]);
  heard(made, 8000);
  const { levels } = made.meters();
  assert.ok(Math.abs(db(levels[0]) - db(rms(low))) < 0.5, `${db(levels[0])} dB`);
  assert.ok(Math.abs(db(levels[1]) - db(rms(high)) + 20) < 0.5, `${db(levels[1])} dB`);
  assert.equal(levels[2], 0);
});

test('the recording is as loud as the mix, and turns to it without a click', () => {
  const made = deck([0.25, 0.25]);
  heard(made, 16000, 0);
  made.heard = 'recording';
  const out = new Float32Array(4000);
  for (let i = 0; i < 4000; i += 100) made.read([out], i, 100);
  assert.ok(Math.abs(db(rms(out.subarray(2000))) - db(0.25 * rms(recording))) < 0.5);
  const step = (x) => Math.max(...x.slice(1).map((v, i) => Math.abs(v - x[i])));
  assert.ok(step(out) <= 0.3 * step(recording));
});

for (const speed of [0.5, 0.8]) {
  test(`at ${speed} of the speed it lasts longer, at the same pitch`, () => {
    let pulled = 0;
    const stretch = new Stretch(1, (out, offset, count) => {
      for (let i = 0; i < count; i++) out[0][offset + i] = recording[pulled + i] ?? 0;
      pulled += count;
    });
    const out = new Float32Array(16000);
    for (let i = 0; i < out.length; i += 128) stretch.read([out], i, Math.min(128, out.length - i), speed);
    assert.ok(Math.abs(pulled - speed * out.length) < 5000, 'the input is used up as slowly');
    assert.ok(Math.abs(db(rms(out.subarray(2000))) - db(rms(recording))) < 1);
    const at = (hz) => {
      let [re, im] = [0, 0];
      out.subarray(2000, 12000).forEach((x, i) => {
        re += x * Math.cos((2 * Math.PI * hz * i) / rate);
        im += x * Math.sin((2 * Math.PI * hz * i) / rate);
      });
      return Math.hypot(re, im) / 5000;
    };
    assert.ok(at(300) > 0.2 && at(300 * speed) < 0.02 && at(2000 * speed) < 0.02, `${at(300)} ${at(2000)}`);
  });
}
