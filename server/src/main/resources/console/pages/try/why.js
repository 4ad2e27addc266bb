import {api} from '../../api/endpoints.js';
import {inWords} from '../../api/problem.js';
import {explanationWords, strengths} from '../../logic/attribution.js';
import {SIDE} from '../../logic/digit.js';
import {isMissing} from '../../logic/evaluations.js';
import {lastPart} from '../../logic/format.js';
import {numbersOf} from '../../logic/tensor.js';
import {announce} from '../../ui/announce.js';
import {h, morph} from '../../ui/dom.js';
import {problemBox, select} from '../../ui/parts.js';
import {paint} from '../../ui/picture.js';

/** How long the picture must stay as it is before it is explained, in milliseconds. */
const PAUSE = 250;
const FOR = [86, 180, 233];
const AGAINST = [240, 150, 40];
/** How much of the drawing is seen through its explanation. */
const FAINT = 0.3;
const OFF = 'Shows which parts of the drawing speak for the answer. It costs the server more than the answer itself.';

/** Which pixels speak for an answer and which against it, for whoever wants to see it. */
export class Why {
  #on = false;
  #target = '';
  #about = null;
  #busy = false;
  #signal;
  #place = h('div.why-box', {keep: true});
  #canvas = h('canvas.attribution', {width: SIDE, height: SIDE, keep: true, role: 'img'});

  #onToggle;

  constructor(signal, onToggle) {
    this.#signal = signal;
    this.#onToggle = onToggle;
    this.#say(OFF);
  }

  get element() {
    return this.#place;
  }

  /** What stands beside the title. */
  controls() {
    const classes = Array.from({length: 10}, (_, digit) => [String(digit), `a ${digit}`]);
    return [
      this.#on
        ? h('label.inline-field', {key: 'target'}, 'Why is it', select([['', 'that answer'], ...classes], this.#target, (value) => {
            this.#target = value;
            this.#later();
          }))
        : null,
      h('button.small', {key: 'why', 'aria-pressed': String(this.#on), onclick: () => this.#toggle()}, 'Show why'),
    ];
  }

  /** @param {{model: string, body: object, how: object, pixels: number[], best: number} | null} answered null: no picture */
  about(answered) {
    this.#about = answered;
    if (!this.#on) return;
    if (answered) this.#later();
    else this.#say('Draw a digit first.');
  }

  #toggle() {
    this.#on = !this.#on;
    if (!this.#on) this.#say(OFF);
    else if (this.#about) this.#later(0);
    else this.#say('Draw a digit first.');
    this.#onToggle();
  }

  #later(wait = PAUSE) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#ask(), wait);
  }

  async #ask() {
    const about = this.#about;
    if (this.#busy || !about || !this.#on || this.#signal.aborted) return;
    this.#busy = true;
    const {model, body, how, pixels, best} = about;
    const target = this.#target;
    const targetClass = target === '' ? best : Number(target);
    try {
      const response = await api.explain(model, {...body, input: how.input, output: how.output, targetClass}, this.#signal);
      if (this.#on && this.#about) this.#show(response, pixels);
    } catch (error) {
      if (!this.#signal.aborted && this.#on) this.#fail(error, model);
    }
    this.#busy = false;
    if (this.#about !== about || this.#target !== target) this.#later();
  }

  #show(response, pixels) {
    const values = numbersOf(response.attributions);
    if (values?.length !== SIDE * SIDE) {
      this.#say('The server explained something that is no picture of 28 by 28.');
      return;
    }
    const strong = strengths(values);
    paint(this.#canvas, (i) => mixed(pixels[i], strong[i]));
    const digit = Number(response.targetClass ?? 0);
    const words = explanationWords(response, values, SIDE);
    this.#canvas.setAttribute('aria-label', `What speaks for ${digit}, pixel by pixel`);
    morph(
      this.#place,
      this.#canvas,
      h(
        'div.why-words',
        {key: 'words'},
        h('ul.legend', {}, legend('for', `speaks for ${digit}`), legend('against', 'speaks against it')),
        words.map((sentence) => h('p', {}, sentence)),
        h('p.soft', {}, `Version ${lastPart(response.model)}.`),
      ),
    );
    clearTimeout(this.saying);
    this.saying = setTimeout(() => announce(words.join(' ')), 900);
  }

  #fail(error, model) {
    if (isMissing(error)) this.#say('This server cannot explain answers.');
    else if (error.reason === 'NOT_EXPLAINABLE') this.#say(`Version ${lastPart(model)} cannot explain its answers. ${inWords(error).text}`);
    else morph(this.#place, problemBox(inWords(error)));
  }

  #say(text) {
    morph(this.#place, h('p.soft', {}, text));
  }
}

const legend = (kind, text) => h('li', {}, h('i', {'data-kind': kind}), text);

/** A pixel of the drawing under its explanation, which is the brighter the more it counts. */
function mixed(pixel, strength) {
  const tint = strength > 0 ? FOR : AGAINST;
  const share = Math.abs(strength);
  const grey = 255 * FAINT * pixel;
  return tint.map((value) => Math.round(grey * (1 - share) + value * share));
}
