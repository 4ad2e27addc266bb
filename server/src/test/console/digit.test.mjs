import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {gunzipSync} from 'node:zlib';
import {asMnist, CENTRE, inkOf, SIDE} from '../../main/resources/console/logic/digit.js';

const PICTURES = new URL('../../main/resources/datasets/mnist/t10k-images-idx3-ubyte.gz', import.meta.url);

function blank(width, height) {
  return new Float32Array(width * height);
}

function box(ink, width, left, top, right, bottom) {
  for (let y = top; y < bottom; y++) ink.fill(1, y * width + left, y * width + right);
  return ink;
}

function centre(pixels) {
  let mass = 0;
  let x = 0;
  let y = 0;
  pixels.forEach((value, i) => {
    mass += value;
    x += value * ((i % SIDE) + 0.5);
    y += value * (Math.floor(i / SIDE) + 0.5);
  });
  return [x / mass, y / mass];
}

test('asMnist_noInk_isNull', () => {
  assert.equal(asMnist(blank(10, 10), 10, 10), null);
});

test('asMnist_anyBox_isTwentyHighAndCentredByMass', () => {
  const pixels = asMnist(box(blank(300, 200), 300, 10, 20, 40, 120), 300, 200);
  const sum = (places) => places.reduce((total, at) => total + pixels[at], 0);
  const down = sum(Array.from({length: SIDE}, (_, row) => row * SIDE + 14));
  const across = sum(Array.from({length: SIDE}, (_, column) => 14 * SIDE + column));
  assert.ok(Math.abs(down - 20) < 0.01, `${down} high`);
  assert.ok(Math.abs(across - 6) < 0.01, `${across} wide`);
  for (const at of centre(pixels)) assert.ok(Math.abs(at - CENTRE) < 0.05, `centre at ${at}`);
});

test('asMnist_aHeavyFoot_liesAboveTheMiddleOfTheBox', () => {
  const ink = box(box(blank(100, 100), 100, 48, 10, 52, 90), 100, 30, 86, 70, 90);
  const [, y] = centre(asMnist(ink, 100, 100));
  assert.ok(Math.abs(y - CENTRE) < 0.05);
});

test('asMnist_oneDot_fillsTheBox', () => {
  const pixels = asMnist(box(blank(50, 50), 50, 3, 3, 4, 4), 50, 50);
  assert.ok(Math.max(...pixels) <= 1);
  assert.equal(pixels[14 * SIDE + 14], 1);
});

test('asMnist_realDigitsEnlargedAndMoved_comeBackAsTheyWere', () => {
  const bytes = gunzipSync(readFileSync(PICTURES)).subarray(16);
  const differences = [];
  for (let n = 0; n < 200; n++) {
    const digit = Float32Array.from(bytes.subarray(n * 784, (n + 1) * 784), (byte) => byte / 255);
    const again = asMnist(enlarged(digit, 5, 60, 17), SIDE * 5 + 80, SIDE * 5 + 80);
    differences.push(digit.reduce((sum, value, i) => sum + Math.abs(value - again[i]), 0) / 784);
  }
  // MNIST's own centring was rounded to whole pixels, so up to half a pixel is left between the two.
  assert.ok(Math.max(...differences) < 0.07, `at most ${Math.max(...differences)}`);
  const mean = differences.reduce((a, b) => a + b) / differences.length;
  assert.ok(mean < 0.03, `mean ${mean}`);
});

function enlarged(digit, times, left, top) {
  const side = SIDE * times + 80;
  const ink = blank(side, side);
  for (let y = 0; y < SIDE * times; y++) {
    for (let x = 0; x < SIDE * times; x++) {
      ink[(y + top) * side + x + left] = digit[Math.floor(y / times) * SIDE + Math.floor(x / times)];
    }
  }
  return ink;
}

function rgba(paper, ink, alpha = 255) {
  const data = new Uint8ClampedArray(9 * 4);
  for (let i = 0; i < 9; i++) data.set(i === 4 ? [ink, ink, ink, 255] : [paper, paper, paper, alpha], 4 * i);
  return data;
}

test('inkOf_blackOnWhiteAndWhiteOnBlack_areAlike', () => {
  const expected = [0, 0, 0, 0, 1, 0, 0, 0, 0];
  assert.deepEqual([...inkOf(rgba(255, 0), 3, 3)], expected);
  assert.deepEqual([...inkOf(rgba(0, 255), 3, 3)], expected);
  assert.deepEqual([...inkOf(rgba(200, 90), 3, 3)], expected);
});

test('inkOf_blackOnTransparent_isInkOnPaper', () => {
  assert.equal(inkOf(rgba(0, 0, 0), 3, 3)[4], 1);
});

test('inkOf_onePlainShade_isPaper', () => {
  assert.ok(inkOf(rgba(80, 80), 3, 3).every((value) => value === 0));
});
