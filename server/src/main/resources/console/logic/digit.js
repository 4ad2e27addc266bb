/** Side of a picture as MNIST has it, and of the box that the digit is fitted into. */
export const SIDE = 28;
const BOX = 20;
/** Where MNIST's digits have their centre of mass: in the middle of pixel 14, as measured over its test set. */
export const CENTRE = 14.5;
/** Ink below this share of full is paper. */
const FAINT = 0.06;

/**
 * Makes a picture as those of MNIST were made: the ink is scaled to fit 20x20 with its aspect kept, and placed in
 * 28x28 by its centre of mass (LeCun, Cortes, Burges: http://yann.lecun.com/exdb/mnist/).
 *
 * @param {Float32Array} ink row-major, 0 (paper) to 1 (ink)
 * @param {number} width
 * @param {number} height
 * @returns {Float32Array | null} 28x28 in 0..1; null when there is no ink
 */
export function asMnist(ink, width, height) {
  const box = inkBox(ink, width, height);
  if (!box) return null;
  const side = Math.max(box.right - box.left, box.bottom - box.top);
  const scale = BOX / side;
  const centre = centreOfMass(ink, width, box);
  return sample(ink, width, height, {
    left: centre.x - CENTRE / scale,
    top: centre.y - CENTRE / scale,
    step: 1 / scale,
  });
}

function inkBox(ink, width, height) {
  let left = width;
  let right = 0;
  let top = height;
  let bottom = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (ink[y * width + x] < FAINT) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
    }
  }
  return right > left ? {left, right, top, bottom} : null;
}

function centreOfMass(ink, width, {left, right, top, bottom}) {
  let mass = 0;
  let mx = 0;
  let my = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const value = ink[y * width + x];
      mass += value;
      mx += value * (x + 0.5);
      my += value * (y + 0.5);
    }
  }
  return {x: mx / mass, y: my / mass};
}

/** Each pixel of the result is the mean of the square of ink that it covers. */
function sample(ink, width, height, {left, top, step}) {
  const result = new Float32Array(SIDE * SIDE);
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      const mean = meanOver(ink, width, height, left + column * step, top + row * step, step);
      result[row * SIDE + column] = Math.min(1, mean);
    }
  }
  return result;
}

function meanOver(ink, width, height, left, top, step) {
  const right = left + step;
  const bottom = top + step;
  let sum = 0;
  for (let y = Math.max(0, Math.floor(top)); y < Math.min(height, bottom); y++) {
    const tall = Math.min(bottom, y + 1) - Math.max(top, y);
    for (let x = Math.max(0, Math.floor(left)); x < Math.min(width, right); x++) {
      sum += ink[y * width + x] * tall * (Math.min(right, x + 1) - Math.max(left, x));
    }
  }
  return sum / (step * step);
}

/**
 * Ink of a picture: how far each pixel is from the paper, whose shade is that of most of the border. So black on white
 * and white on black both come out as ink on paper.
 *
 * @param {Uint8ClampedArray} rgba
 * @returns {Float32Array} 0..1, the darkest or lightest shade of the picture at 1
 */
export function inkOf(rgba, width, height) {
  const grey = new Float32Array(width * height);
  for (let i = 0; i < grey.length; i++) {
    const alpha = rgba[4 * i + 3] / 255;
    const shade = 0.299 * rgba[4 * i] + 0.587 * rgba[4 * i + 1] + 0.114 * rgba[4 * i + 2];
    grey[i] = (shade * alpha + 255 * (1 - alpha)) / 255;
  }
  const paper = borderMedian(grey, width, height);
  const ink = grey.map((shade) => Math.abs(shade - paper));
  const most = ink.reduce((a, b) => Math.max(a, b), 0);
  return most < 0.05 ? ink.fill(0) : ink.map((value) => (value / most < 0.2 ? 0 : value / most));
}

function borderMedian(grey, width, height) {
  const border = [];
  for (let x = 0; x < width; x++) border.push(grey[x], grey[(height - 1) * width + x]);
  for (let y = 0; y < height; y++) border.push(grey[y * width], grey[y * width + width - 1]);
  return border.sort((a, b) => a - b)[border.length >> 1];
}
