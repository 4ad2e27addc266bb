import {api} from '../api/endpoints.js';
import {inWords} from '../api/problem.js';
import {models} from '../app/model-feed.js';
import {isLive} from '../logic/evaluations.js';
import {lastPart} from '../logic/format.js';
import {announce} from '../ui/announce.js';
import {h, morph} from '../ui/dom.js';
import {card, empty, field, problemBox, select} from '../ui/parts.js';
import {pageHead, unless} from './common.js';
import {accuracyTable} from './evaluation/accuracy.js';
import {EvaluationDetails} from './evaluation/details.js';
import {VersionDifference} from './evaluation/difference.js';
import {disagreementsView} from './evaluation/disagreements.js';
import {EvaluationFeed} from './evaluation/feed.js';
import {EvaluationForm} from './evaluation/form.js';
import {evaluationsTable, shortId} from './evaluation/list.js';
import {resultCard} from './evaluation/result.js';
import {shadowView} from './evaluation/shadow.js';

/** How good the versions are, and how two of them differ. */
export function mount(main, {signal, argument}) {
  const page = new EvaluationPage(main, signal, argument && `evaluations/${argument}`);
  models.listen(signal, () => page.changed());
}

class EvaluationPage {
  #id;
  #disagreements = null;
  #live = new Set();

  constructor(main, signal, chosen) {
    this.main = main;
    this.signal = signal;
    this.feed = new EvaluationFeed(signal, chosen, () => this.#heard());
    this.details = new EvaluationDetails(signal, () => this.draw());
    this.difference = new VersionDifference(signal, () => this.draw());
    this.form = new EvaluationForm((evaluation) => {
      this.feed.put(evaluation);
      this.#choose(evaluation.name);
    });
  }

  changed() {
    const model = models.get(this.#id);
    if (model) {
      this.form.update(model);
      this.difference.update(model);
      this.feed.follow(model.name);
      api.disagreements(model.name, this.signal).then((list) => {
        this.#disagreements = list;
        this.draw();
      }, () => {});
    }
    this.draw();
  }

  #choose(name) {
    history.replaceState(null, '', `#/evaluation/${lastPart(name)}`);
    this.feed.choose(name);
  }

  /** Something new of an evaluation; one that ended is told. */
  #heard() {
    for (const evaluation of this.feed.list ?? []) {
      if (isLive(evaluation)) this.#live.add(evaluation.name);
      else if (this.#live.delete(evaluation.name)) announce(`Evaluation ${shortId(evaluation)} has ended`, {show: true});
    }
    this.draw();
  }

  draw() {
    if (this.signal.aborted) return;
    const gap = unless(models);
    morph(
      this.main,
      pageHead('Evaluation', 'How good each version is on labelled examples, what it misreads, and how two of them differ.', this.#choice()),
      gap ?? this.#body(models.get(this.#id)),
    );
    if (!gap && this.feed.chosen?.results) this.details.draw(this.feed.chosen);
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
      this.feed.missing ? card('Evaluations', {}, empty('This server cannot evaluate versions', 'It has no call that measures a version on a dataset. What it has recorded of its versions is below.')) : this.#measured(),
      card('Test accuracy, as recorded', {}, accuracyTable(model)),
      card('Compare what is recorded', {className: 'span-6'}, this.difference.view(model)),
      card('Agreement with the shadow', {className: 'span-6'}, shadowView(model.shadowReport)),
      card('Disagreements', {}, disagreementsView(this.#disagreements)),
    );
  }

  #measured() {
    const {chosen, problem, list} = this.feed;
    const words = problem ? inWords(problem) : null;
    return [
      words && words.kind !== 'down' && words.kind !== 'key' ? h('div', {key: 'problem'}, problemBox(words)) : null,
      card('New evaluation', {className: 'span-3'}, this.form.element),
      h('div.stack.span-8.grow', {key: 'result'}, resultCard(chosen, (evaluation) => this.feed.put(evaluation))),
      card('Evaluations', {}, evaluationsTable(list, chosen?.name, (name) => this.#choose(name))),
      chosen?.results ? this.details.view(chosen, this.feed.isWhole) : null,
    ];
  }
}
