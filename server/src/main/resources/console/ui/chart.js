import uPlot from '../vendor/uplot/uPlot.esm.js';
import {clock} from '../logic/format.js';
import {h} from './dom.js';
import {theme} from './theme.js';

const probe = h('span', {hidden: true});

/** A colour of the style sheet as the present scheme has it, for a canvas. */
export function colour(name) {
  if (!probe.isConnected) document.body.append(probe);
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}

export const SERIES = ['series-1', 'series-2', 'series-3', 'series-4', 'series-5', 'series-6'];

/**
 * A line chart that follows the width of its place, the scheme and its data.
 *
 * @param {{label: string, height?: number, time?: boolean, value: (v: number) => string, x?: (v: number) => string}}
 *     options label says to screen readers what is drawn; x writes a place on the x axis
 */
export class Chart {
  #options;
  #plot = null;
  #shape = '';
  #span = 60;
  #series = [];
  #data = [[]];
  #observer;
  #onTheme = () => this.#make();

  constructor(options) {
    this.#options = {height: 180, ...options};
    this.place = h('div.chart-place', {keep: true, role: 'img', 'aria-label': options.label});
    this.legend = h('ul.legend', {'aria-hidden': 'true'});
    this.element = h('div.chart', {keep: true}, this.place, this.legend);
    this.#observer = new ResizeObserver(() => this.#resize());
    this.#observer.observe(this.place);
    theme.addEventListener('change', this.#onTheme);
  }

  /**
   * @param {{name: string, colour?: string, dash?: boolean, points?: boolean, unlisted?: boolean}[]} series unlisted: not in the
   *     legend
   * @param {number[]} x
   * @param {(number | null)[][]} values one list a series
   * @param {{summary?: string, span?: number}} [more] summary says the newest values; span is what the axis of time shows, in
   *     seconds
   */
  draw(series, x, values, {summary = '', span = 60} = {}) {
    this.#span = span;
    const shape = JSON.stringify(series);
    this.#series = series;
    this.#data = [x, ...values];
    this.place.setAttribute('aria-label', summary ? `${this.#options.label}. ${summary}` : this.#options.label);
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#make();
    } else {
      this.#plot?.setData(this.#data);
    }
  }

  destroy() {
    this.#observer.disconnect();
    theme.removeEventListener('change', this.#onTheme);
    this.#plot?.destroy();
    this.#plot = null;
  }

  #resize() {
    const width = Math.floor(this.place.clientWidth);
    if (width === 0) return;
    if (!this.#plot) this.#make();
    else if (this.#plot.width !== width) this.#plot.setSize({width, height: this.#options.height});
  }

  #make() {
    this.#plot?.destroy();
    this.#plot = null;
    const width = Math.floor(this.place.clientWidth);
    if (width === 0 || this.#series.length === 0) return;
    this.#plot = new uPlot(this.#setup(width), this.#data, this.place);
    this.legend.replaceChildren(
      ...this.#series.map(({name, unlisted}, i) =>
        unlisted ? '' : h('li', {}, h('i', {style: {'--swatch': `var(--${this.#token(i)})`}}), name),
      ),
    );
  }

  #token(index) {
    return this.#series[index].colour ?? SERIES[index % SERIES.length];
  }

  #setup(width) {
    const {height, time = false, value, x, min = 0, max} = this.#options;
    const axis = {
      stroke: colour('ink-soft'),
      font: '11px system-ui, sans-serif',
      grid: {stroke: colour('line-soft'), width: 1},
      ticks: {show: false},
    };
    return {
      width,
      height,
      padding: [8, x ? 20 : 12, 0, 0],
      legend: {show: false},
      cursor: {y: false, points: {size: 6}, drag: {x: false, y: false}},
      scales: {x: {time, ...(time ? {range: (_, low, high) => [high - this.#span, high]} : {})}, y: {range: (_, low, high) => bounds(low, high, min, max)}},
      axes: [
        {...axis, grid: {show: false}, size: 28, space: 64, ...(x || time ? {values: (_, ticks) => ticks.map(time ? clockOf : x)} : {})},
        {...axis, size: 62, space: 34, values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : value(tick)))},
      ],
      series: [{}, ...this.#series.map((one, i) => this.#line(one, i))],
      plugins: [tip(this.#options)],
    };
  }

  #line({name, dash, points}, index) {
    return {
      label: name,
      stroke: colour(this.#token(index)),
      width: 1.75,
      dash: dash ? [5, 4] : undefined,
      points: {show: points ?? false, size: 5},
      spanGaps: this.#options.spanGaps ?? false,
    };
  }
}

const clockOf = (time) => clock(time * 1000);

function bounds(low, high, min, max) {
  const top = max ?? (high > 0 ? high * 1.1 : 1);
  const bottom = typeof min === 'function' ? min(low) : min;
  return [bottom ?? 0, top > (bottom ?? 0) ? top : (bottom ?? 0) + 1];
}

/** What the lines say where the pointer is. */
function tip({value, x, time}) {
  const box = h('div.chart-tip', {hidden: true});
  return {
    hooks: {
      init: (plot) => plot.over.append(box),
      setCursor: (plot) => {
        const index = plot.cursor.idx;
        box.hidden = index === null || index === undefined || plot.cursor.left < 0;
        if (box.hidden) return;
        const at = plot.data[0][index];
        box.replaceChildren(
          h('b', {}, time ? clockOf(at) : x ? x(at) : String(at)),
          ...plot.series.slice(1).map((series, i) => {
            const v = plot.data[i + 1][index];
            return h('span', {}, `${series.label} `, h('em', {}, v === null || v === undefined ? '–' : value(v)));
          }),
        );
        const right = plot.cursor.left > plot.over.clientWidth / 2;
        box.style.left = right ? '' : `${plot.cursor.left + 12}px`;
        box.style.right = right ? `${plot.over.clientWidth - plot.cursor.left + 12}px` : '';
      },
    },
  };
}
