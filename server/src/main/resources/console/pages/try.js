import {models} from '../app/model-feed.js';
import {asMnist, SIDE} from '../logic/digit.js';
import {lastPart} from '../logic/format.js';
import {classShares, fileSignature, pictureSignature} from '../logic/picture-model.js';
import {argMax, encodeFloats, toBase64} from '../logic/tensor.js';
import {announce} from '../ui/announce.js';
import {h, morph} from '../ui/dom.js';
import {card, empty, field, select} from '../ui/parts.js';
import {paintGrey} from '../ui/picture.js';
import {pageHead, unless} from './common.js';
import {Answer} from './try/answer.js';
import {Asker} from './try/asker.js';
import {CopyAs} from './try/copy.js';
import {Pad} from './try/pad.js';
import {Why} from './try/why.js';

/** Draw a digit, and see what the model makes of it. */
export function mount(main, {signal, argument}) {
  const page = new TryPage(main, signal, argument);
  models.listen(signal, () => page.draw());
}

class TryPage {
  #chosen = '';
  #modelId;
  #pixels = null;

  constructor(main, signal, argument) {
    this.main = main;
    this.#modelId = argument;
    this.pad = new Pad(() => this.#ink(), signal);
    this.answer = new Answer();
    this.why = new Why(signal, () => this.draw());
    this.copyAs = new CopyAs();
    this.small = h('canvas.seen', {width: SIDE, height: SIDE, keep: true, role: 'img', 'aria-label': 'The picture as the model sees it, 28 by 28'});
    this.asker = new Asker(signal, {
      onAnswer: (request, response, ms) => {
        if (!this.#pixels) return;
        const shares = classShares(response, request.how);
        if (!shares) return;
        this.answer.show(shares, response, ms);
        this.why.about({...request, model: response.model, best: argMax(shares)});
      },
      onProblem: (_, error) => this.answer.problem(error),
    });
    this.file = h('input', {type: 'file', accept: 'image/*', hidden: true, keep: true, 'aria-label': 'Picture file'});
    this.file.addEventListener('change', () => this.#open(this.file.files[0]), {signal});
    // A picture dropped beside the field would otherwise replace the page.
    for (const type of ['dragover', 'drop']) document.addEventListener(type, (event) => event.preventDefault(), {signal});
    document.addEventListener('drop', (event) => this.#open(event.dataTransfer?.files?.[0]), {signal});
    document.addEventListener('paste', (event) => {
      const file = [...(event.clipboardData?.files ?? [])][0];
      if (file) this.#open(file);
    }, {signal});
  }

  draw() {
    const head = pageHead('Try it', 'Draw a digit and watch the model make up its mind.', this.#choices());
    const gap = unless(models);
    morph(this.main, head, gap ?? this.#body());
  }

  get #model() {
    return models.get(this.#modelId);
  }

  get #versions() {
    return (this.#model?.versions ?? []).filter(({state}) => state === 'VERSION_STATE_AVAILABLE');
  }

  #choices() {
    const model = this.#model;
    if (!model) return [];
    const options = [[model.name, 'As callers get it']];
    for (const version of this.#versions) {
      const labels = version.labels?.length ? ` (${version.labels.join(', ')})` : '';
      options.push([version.name, `Version ${version.version}${labels}`]);
    }
    if (!options.some(([name]) => name === this.#chosen)) this.#chosen = model.name;
    const which = field('Version', select(options, this.#chosen, (name) => {
      this.#chosen = name;
      this.#ink();
    }), {id: 'try-version'});
    if (models.list.length < 2) return [which];
    const ids = models.list.map(({name}) => [lastPart(name), lastPart(name)]);
    return [field('Model', select(ids, lastPart(model.name), (id) => {
      this.#modelId = id;
      this.draw();
      this.#ink();
    }), {id: 'try-model'}), which];
  }

  #body() {
    const versions = this.#versions;
    if (versions.length === 0) return card('Drawing', {}, this.#notReady());
    if (!versions.some(pictureSignature)) {
      return card('Drawing', {}, empty('This model takes no 28×28 picture', 'Call its signatures through the API; docs/protocols.md shows how.'));
    }
    return h(
      'div.grid',
      {key: 'try-grid'},
      card('Drawing', {className: 'span-5', aside: this.#buttons()}, this.pad.canvas, this.#help(), this.#samples()),
      h(
        'div.stack.span-7',
        {},
        card('Answer', {aside: [h('span', {}, 'The model sees'), this.small]}, this.answer.element),
        card('Why', {aside: this.why.controls()}, this.why.element),
        card('The same request elsewhere', {}, this.copyAs.element),
      ),
    );
  }

  #notReady() {
    const loading = this.#model.versions?.some(({state}) => /LOADING|WARMING|PENDING/.test(state));
    return loading
      ? empty('The model is being loaded', 'It is read, checked and warmed up. This page goes on by itself when it is ready.')
      : empty('No version of this model is loaded', 'Load one on the Models page, or train one.', h('a.button', {href: '#/models'}, 'Models'), h('a.button', {href: '#/training'}, 'Training'));
  }

  #buttons() {
    return [
      this.file,
      h('button.small', {onclick: () => this.file.click()}, 'Open picture…'),
      h('button.small', {onclick: () => this.pad.undo()}, 'Undo'),
      h('button.small', {onclick: () => this.pad.clear()}, 'Clear'),
    ];
  }

  #help() {
    return h(
      'p.help', {id: 'pad-help'},
      'Draw with mouse, pen or finger, or drop or paste a picture. With the keyboard: arrows move, Space lifts or lowers the pen, a digit’s key writes it, Delete clears.',
    );
  }

  #samples() {
    return h(
      'div.samples',
      {role: 'group', 'aria-label': 'Write a digit'},
      h('span', {}, 'Write'),
      Array.from({length: 10}, (_, digit) =>
        h('button.small', {'aria-label': `Write a ${digit}`, onclick: () => this.pad.write(digit)}, String(digit)),
      ),
    );
  }

  async #open(file) {
    if (file && !(await this.pad.open(file))) announce('That is no picture that this browser can read', {show: true});
    this.file.value = '';
  }

  /** The ink, the version or the model has changed. */
  #ink() {
    if (this.scheduled) return;
    this.scheduled = requestAnimationFrame(() => {
      this.scheduled = 0;
      this.#ask();
    });
  }

  #ask() {
    const ink = this.pad.isEmpty ? null : this.pad.ink();
    this.#pixels = ink && asMnist(ink.values, ink.width, ink.height);
    paintGrey(this.small, this.#pixels);
    if (!this.#pixels) {
      this.answer.clear();
      this.why.about(null);
      this.copyAs.show(null);
      return;
    }
    const version = this.#versions.find(({name}) => name === this.#chosen) ?? this.#versions.find(pictureSignature);
    const how = pictureSignature(version);
    if (!how) return;
    const tensor = {dtype: 'DATA_TYPE_FLOAT32', shape: how.shape, data: encodeFloats(this.#pixels)};
    const body = {signature: how.signature, inputs: {[how.input]: tensor}};
    this.asker.ask({model: this.#chosen, body, how, pixels: this.#pixels});
    clearTimeout(this.later);
    this.later = setTimeout(() => this.#showCopy(version, body), 150);
  }

  async #showCopy(version, body) {
    const blob = await new Promise((resolve) => this.small.toBlob(resolve, 'image/png'));
    const png = toBase64(new Uint8Array(await blob.arrayBuffer()));
    const files = fileSignature(version);
    const tensor = {dtype: 'DATA_TYPE_STRING', shape: [1], strings: [png]};
    const ask = files ? {signature: files.signature, inputs: {[files.input]: tensor}} : body;
    if (this.#pixels) this.copyAs.show({model: this.#chosen, ask, png});
  }
}
