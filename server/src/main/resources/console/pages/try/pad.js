import {inkOf} from '../../logic/digit.js';
import {SAMPLES} from '../../logic/samples.js';
import {colour} from '../../ui/chart.js';
import {h} from '../../ui/dom.js';
import {theme} from '../../ui/theme.js';

/** Side of the canvas, and of the smaller one that is read, in pixels. */
const SHOWN = 560;
const READ = 140;
/** Of a stroke, as a share of the side. */
const WIDTH = 0.075;
const STEP = 0.025;

/** A square to draw in with mouse, pen, finger or keys, or to drop a picture on. Calls `onInk` when it changes. */
export class Pad {
  #strokes = [];
  #stroke = null;
  #picture = null;
  #cursor = null;
  #read = new OffscreenCanvas(READ, READ).getContext('2d', {willReadFrequently: true});
  #onInk;

  constructor(onInk, signal) {
    this.#onInk = onInk;
    this.canvas = h('canvas.pad', {
      width: SHOWN,
      height: SHOWN,
      tabindex: '0',
      role: 'application',
      'aria-label': 'Drawing field',
      'aria-describedby': 'pad-help',
      keep: true,
    });
    this.#listen(signal);
    theme.addEventListener('change', () => this.#paint(), {signal});
    requestAnimationFrame(() => this.#paint());
  }

  get isEmpty() {
    return this.#strokes.length === 0 && !this.#picture;
  }

  /** The ink as numbers, 0 for paper to 1. */
  ink() {
    const context = this.#read;
    if (this.#picture) return this.#picture.ink;
    draw(context, READ, this.#strokes, '#000', '#fff');
    const {data} = context.getImageData(0, 0, READ, READ);
    return {values: Float32Array.from({length: READ * READ}, (_, i) => data[4 * i] / 255), width: READ, height: READ};
  }

  clear() {
    this.#strokes = [];
    this.#picture = null;
    this.#changed();
  }

  undo() {
    if (this.#picture) this.#picture = null;
    else this.#strokes.pop();
    this.#changed();
  }

  /** Writes a digit as a hand would. */
  write(digit) {
    this.#picture = null;
    this.#strokes = SAMPLES[digit].map((stroke) => stroke.map(([x, y]) => ({x, y})));
    this.#changed();
  }

  /** Takes a picture file; false when it is none. */
  async open(file) {
    let bitmap;
    try {
      bitmap = await createImageBitmap(file);
    } catch {
      return false;
    }
    const side = Math.max(bitmap.width, bitmap.height);
    const shrink = Math.min(1, 280 / side);
    const width = Math.max(1, Math.round(bitmap.width * shrink));
    const height = Math.max(1, Math.round(bitmap.height * shrink));
    const context = new OffscreenCanvas(width, height).getContext('2d');
    context.drawImage(bitmap, 0, 0, width, height);
    const values = inkOf(context.getImageData(0, 0, width, height).data, width, height);
    this.#strokes = [];
    this.#picture = {bitmap, ink: {values, width, height}};
    this.#changed();
    return true;
  }

  #listen(signal) {
    const on = (type, handler) => this.canvas.addEventListener(type, handler, {signal});
    on('pointerdown', (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      this.canvas.focus({preventScroll: true});
      this.canvas.setPointerCapture(event.pointerId);
      this.#begin(this.#at(event));
    });
    on('pointermove', (event) => {
      if (!this.#stroke || !this.canvas.hasPointerCapture(event.pointerId)) return;
      const events = event.getCoalescedEvents?.() ?? [];
      for (const one of events.length ? events : [event]) this.#stroke.push(this.#at(one));
      this.#changed();
    });
    for (const type of ['pointerup', 'pointercancel']) on(type, () => (this.#stroke = null));
    on('keydown', (event) => this.#key(event));
    on('blur', () => {
      this.#cursor = null;
      this.#stroke = null;
      this.#paint();
    });
    on('dragover', (event) => {
      event.preventDefault();
      this.canvas.classList.add('over');
    });
    on('dragleave', () => this.canvas.classList.remove('over'));
  }

  #begin(point) {
    this.#picture = null;
    this.#cursor = null;
    this.#stroke = [point];
    this.#strokes.push(this.#stroke);
    this.#changed();
  }

  #at({clientX, clientY}) {
    const box = this.canvas.getBoundingClientRect();
    return {x: (clientX - box.left) / box.width, y: (clientY - box.top) / box.height};
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const moves = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
    if (moves[event.key]) this.#move(moves[event.key]);
    else if (event.key === ' ') this.#togglePen();
    else if (/^[0-9]$/.test(event.key)) this.write(Number(event.key));
    else if (event.key === 'Delete' || event.key === 'Escape') this.clear();
    else if (event.key === 'Backspace') this.undo();
    else return;
    event.preventDefault();
  }

  #move([dx, dy]) {
    const limit = (value) => Math.min(0.98, Math.max(0.02, value));
    const from = this.#cursor ?? {x: 0.5, y: 0.3};
    this.#cursor = {x: limit(from.x + dx * STEP), y: limit(from.y + dy * STEP)};
    if (this.#stroke) {
      this.#stroke.push({...this.#cursor});
      this.#changed();
    } else {
      this.#paint();
    }
  }

  #togglePen() {
    const at = this.#cursor ?? {x: 0.5, y: 0.3};
    if (this.#stroke) this.#stroke = null;
    else this.#begin({...at});
    this.#cursor = at;
    this.#paint();
  }

  #changed() {
    this.#paint();
    this.#onInk();
  }

  #paint() {
    const context = this.canvas.getContext('2d');
    draw(context, SHOWN, this.#strokes, colour('sunk'), colour('ink'));
    if (this.#picture) fitted(context, this.#picture.bitmap);
    if (this.#cursor) cross(context, this.#cursor, this.#stroke ? colour('accent') : colour('ink-soft'));
  }
}

function draw(context, side, strokes, paper, ink) {
  context.fillStyle = paper;
  context.fillRect(0, 0, side, side);
  Object.assign(context, {strokeStyle: ink, fillStyle: ink, lineWidth: side * WIDTH, lineCap: 'round', lineJoin: 'round'});
  for (const stroke of strokes) {
    context.beginPath();
    context.moveTo(stroke[0].x * side, stroke[0].y * side);
    for (const {x, y} of stroke.length > 1 ? stroke.slice(1) : stroke) context.lineTo(x * side, y * side);
    context.stroke();
  }
}

function fitted(context, bitmap) {
  const scale = SHOWN / Math.max(bitmap.width, bitmap.height);
  const width = bitmap.width * scale;
  const height = bitmap.height * scale;
  context.imageSmoothingEnabled = scale < 4;
  context.drawImage(bitmap, (SHOWN - width) / 2, (SHOWN - height) / 2, width, height);
}

function cross(context, {x, y}, stroke) {
  Object.assign(context, {strokeStyle: stroke, lineWidth: 4});
  context.beginPath();
  context.arc(x * SHOWN, y * SHOWN, 14, 0, 7);
  context.stroke();
}
