import {api} from '../api/endpoints.js';
import {inWords} from '../api/problem.js';
import {models} from '../app/model-feed.js';
import {lastPart} from '../logic/format.js';
import {answering} from '../logic/versions.js';
import {breaking, diffView} from '../ui/diff.js';
import {h, morph} from '../ui/dom.js';
import {card, empty, field, problemBox, select} from '../ui/parts.js';
import {pageHead, unless} from './common.js';
import {accuracyTable} from './evaluation/accuracy.js';
import {disagreementsView} from './evaluation/disagreements.js';
import {shadowView} from './evaluation/shadow.js';

/** How good the versions are, and how two of them differ. */
export function mount(main, {signal, argument}) {
  const page = new EvaluationPage(main, signal, argument);
  models.listen(signal, () => page.changed());
}

class EvaluationPage {
  #id;
  #base = '';
  #changed = '';
  #compared = '';
  #difference = null;
  #disagreements = null;

  constructor(main, signal, argument) {
    this.main = main;
    this.signal = signal;
    this.#id = argument;
  }

  changed() {
    const model = models.get(this.#id);
    if (model) {
      this.#chooseVersions(model);
      api.disagreements(model.name, this.signal).then((list) => {
        this.#disagreements = list;
        this.draw();
      }, () => {});
    }
    this.draw();
  }

  #chooseVersions(model) {
    const names = (model.versions ?? []).map(({name}) => name);
    if (!names.includes(this.#base)) this.#base = answering(model)?.name ?? names[0] ?? '';
    if (!names.includes(this.#changed)) this.#changed = names.find((name) => name !== this.#base) ?? '';
    this.#compare();
  }

  #compare() {
    const pair = `${this.#base} ${this.#changed}`;
    if (!this.#base || !this.#changed || this.#base === this.#changed || pair === this.#compared) return;
    this.#compared = pair;
    this.#difference = null;
    const [base, changed] = [this.#base, this.#changed];
    api.diff(base, changed, this.signal).then(
      (diff) => this.#tell(pair, () => [breaking(diff), diffView(diff, lastPart(base), lastPart(changed))]),
      (error) => this.#tell(pair, () => problemBox(inWords(error))),
    );
  }

  #tell(pair, view) {
    if (pair !== this.#compared || this.signal.aborted) return;
    this.#difference = view;
    this.draw();
  }

  draw() {
    if (this.signal.aborted) return;
    const gap = unless(models);
    morph(
      this.main,
      pageHead('Evaluation', 'How good each version is on the test set, and how two of them differ.', this.#choice()),
      gap ?? this.#body(models.get(this.#id)),
    );
  }

  #choice() {
    if (!(models.list?.length > 1)) return [];
    const ids = models.list.map(({name}) => [lastPart(name), lastPart(name)]);
    return [field('Model', select(ids, lastPart(models.get(this.#id).name), (id) => {
      this.#id = id;
      this.#disagreements = null;
      this.changed();
    }), {id: 'model'})];
  }

  #body(model) {
    return h(
      'div.grid',
      {key: model.name},
      card('Test accuracy', {}, accuracyTable(model)),
      card('Agreement with the shadow', {className: 'span-6'}, shadowView(model.shadowReport)),
      h(
        'div.stack.span-6',
        {},
        card('Compare two versions', {}, this.#comparison(model)),
        card('Confusion matrix', {}, empty('Not measured yet', 'This server records the accuracy of a version, but not which digits it takes for which: it has no call that evaluates a version on a dataset.')),
      ),
      card('Disagreements', {}, disagreementsView(this.#disagreements)),
    );
  }

  #comparison(model) {
    const versions = model.versions ?? [];
    if (versions.length < 2) return empty('There is one version only', 'Train another one to compare it with.', h('a.button', {href: '#/training'}, 'Training'));
    const options = versions.map(({name, version, labels}) => [name, `Version ${version}${labels?.length ? ` (${labels.join(', ')})` : ''}`]);
    const choose = (which) => (name) => {
      if (which === 'base') this.#base = name;
      else this.#changed = name;
      this.#compare();
      this.draw();
    };
    return h(
      'div.stack',
      {},
      h('div.fields', {}, field('Version', select(options, this.#base, choose('base')), {id: 'base'}), field('beside', select(options, this.#changed, choose('changed')), {id: 'changed'})),
      h('div.stack', {'aria-live': 'polite'}, this.#base === this.#changed ? h('p.soft', {}, 'Choose two different versions.') : this.#difference?.() ?? h('p.soft', {}, 'Comparing the two versions…')),
    );
  }
}
