import {lastPart, percent, seconds} from '../../logic/format.js';
import {argMax} from '../../logic/tensor.js';
import {h, morph} from '../../ui/dom.js';
import {empty, problemBox} from '../../ui/parts.js';
import {announce} from '../../ui/announce.js';
import {inWords} from '../../api/problem.js';

const KEPT = 50;

/** What the model says: the class, the share of each, and how long it took. */
export class Answer {
  #place = h('div.answer', {keep: true});
  #times = [];
  #timer = 0;

  constructor() {
    this.clear();
  }

  get element() {
    return this.#place;
  }

  clear() {
    this.#times = [];
    clearTimeout(this.#timer);
    morph(this.#place, empty('Draw a digit', 'The answer appears here while you draw.'));
  }

  problem(error) {
    morph(this.#place, problemBox(inWords(error)));
  }

  /** @param {number[]} shares of each class */
  show(shares, response, milliseconds) {
    this.#times = [...this.#times, milliseconds].slice(-KEPT);
    const best = argMax(shares);
    morph(this.#place, this.#head(best, shares[best], response), bars(shares, best));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => announce(`${best}, ${percent(shares[best], 1)}`), 700);
  }

  #head(best, share, response) {
    const sorted = [...this.#times].sort((a, b) => a - b);
    const last = this.#times.at(-1) / 1000;
    const median = sorted[sorted.length >> 1] / 1000;
    return h(
      'div.answer-head',
      {},
      h('output.digit', {'data-digit': best, 'aria-label': `Digit ${best}`}, String(best)),
      h(
        'dl.facts',
        {},
        fact('Confidence', percent(share, 1)),
        fact('Answered by', `version ${lastPart(response.model)}`),
        fact('Round trip', seconds(last)),
        fact(`Median of ${sorted.length}`, seconds(median)),
      ),
    );
  }
}

const fact = (name, value) => h('div', {}, h('dt', {}, name), h('dd', {}, value));

function bars(shares, best) {
  return h(
    'ul.bars',
    {'aria-label': 'Share of each class'},
    shares.map((share, i) =>
      h(
        'li',
        {'data-best': i === best ? '' : null},
        h('span.bar-name', {}, String(i)),
        h('span.bar', {'aria-hidden': 'true'}, h('i', {style: {'--share': `${(share * 100).toFixed(2)}%`}})),
        h('span.bar-value', {}, percent(share, 1)),
      ),
    ),
  );
}
