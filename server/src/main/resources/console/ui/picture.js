import {h} from './dom.js';

/**
 * Paints pixels.
 *
 * @param {(index: number) => [number, number, number]} colourOf red, green and blue of a pixel, 0..255
 */
export function paint(canvas, colourOf) {
  const context = canvas.getContext('2d');
  const image = context.createImageData(canvas.width, canvas.height);
  for (let i = 0; i < canvas.width * canvas.height; i++) {
    image.data.set(colourOf(i), 4 * i);
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

/** White on black, as MNIST's pictures are, from values of 0 to 1; black for none. */
export function paintGrey(canvas, values) {
  paint(canvas, (i) => new Array(3).fill(Math.round((values?.[i] ?? 0) * 255)));
}

/** A picture of its own, of values 0 to 1. */
export function picture(values, {width, height, label}) {
  const canvas = h('canvas', {width, height, role: 'img', 'aria-label': label, keep: true});
  paintGrey(canvas, values);
  return canvas;
}

/** Bytes in base64 as values from 0 to 1. */
export const valuesOf = (base64) => Array.from(atob(base64 ?? ''), (byte) => byte.charCodeAt(0) / 255);
