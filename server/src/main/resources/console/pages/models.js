import {api} from '../api/endpoints.js';
import {models} from '../app/model-feed.js';
import {traffic} from '../app/traffic-feed.js';
import {clock, lastPart, percent} from '../logic/format.js';
import {champion, former, shares, versionOf} from '../logic/versions.js';
import {h, morph} from '../ui/dom.js';
import {card, field, select} from '../ui/parts.js';
import {pageHead, unless} from './common.js';
import * as changes from './models/changes.js';
import {details} from './models/details.js';
import {historyList} from './models/history.js';
import {versionsTable} from './models/versions-table.js';

/** The versions of a model, who answers its callers, and what can be done about it. */
export function mount(main, {signal, argument}) {
  const page = new ModelsPage(main, signal, argument);
  models.listen(signal, () => page.changed());
  traffic.listen(signal, () => page.draw());
}

class ModelsPage {
  #id;
  #chosen = '';
  #history = null;
  #seen = '';

  constructor(main, signal, argument) {
    this.main = main;
    this.signal = signal;
    this.#id = argument;
  }

  get #model() {
    return models.get(this.#id);
  }

  changed() {
    this.draw();
    const model = this.#model;
    const seen = `${model?.name} ${model?.etag}`;
    if (!model || seen === this.#seen) return;
    this.#seen = seen;
    api.history(model.name, this.signal).then((events) => {
      this.#history = events;
      this.draw();
    }, () => (this.#seen = ''));
  }

  draw() {
    const head = pageHead('Models', 'Versions live side by side. One is the champion; canaries take a share, a shadow takes copies.', this.#choice());
    const gap = unless(models);
    morph(this.main, head, gap ?? this.#body(this.#model));
  }

  #choice() {
    if (!(models.list?.length > 1)) return [];
    const ids = models.list.map(({name}) => [lastPart(name), lastPart(name)]);
    return [field('Model', select(ids, lastPart(this.#model.name), (id) => {
      this.#id = id;
      this.#chosen = '';
      this.#history = null;
      this.changed();
    }), {id: 'model'})];
  }

  #body(model) {
    const chosen = model.versions?.find(({name}) => name === this.#chosen);
    const choose = (name) => {
      this.#chosen = name;
      this.draw();
    };
    return h(
      'div.stack',
      {key: model.name},
      bakeNotice(model, () => this.#rollBack(model)),
      card(lastPart(model.name), {id: 'h-model', aside: this.#buttons(model)}, sharesBar(model), versionsTable(model, this.#chosen, choose)),
      chosen ? details(chosen) : null,
      card('History', {}, historyList(this.#history)),
    );
  }

  #buttons(model) {
    const others = (model.versions ?? []).filter(({state}) => state === 'VERSION_STATE_AVAILABLE').length > 1;
    return [
      h('button.small', {key: 'traffic', disabled: !others, title: others ? null : 'Needs a second version that is loaded', onclick: () => changes.setTraffic(model, null)}, 'Traffic…'),
      h('button.small', {key: 'rollback', disabled: !former(model, this.#history), onclick: () => this.#rollBack(model)}, 'Roll back…'),
    ];
  }

  #rollBack(model) {
    changes.rollBack(model, champion(model), former(model, this.#history));
  }
}

function bakeNotice(model, rollBack) {
  const {bake} = model;
  if (!bake || !versionOf(model, bake.version)) return null;
  return h(
    'div.notice',
    {key: 'bake', 'data-tone': 'calm'},
    h('div', {}, h('strong', {}, `Version ${bake.version} is being watched`), h('p', {}, `It was promoted lately. Version ${bake.formerVersion} stays loaded until ${clock(bake.endTime)}; if the new one is worse, the server rolls back by itself.`)),
    h('div.actions', {}, h('button.small', {onclick: rollBack}, 'Roll back…')),
  );
}

/** Who answers callers, as a bar in parts. */
function sharesBar(model) {
  const parts = shares(model);
  if (parts.length === 0) return h('p.soft', {}, 'No version answers callers of this model now.');
  const words = parts.length === 1 ? `version ${parts[0].version}` : parts.map(({version, share, role}) => `version ${version} ${role === 'canary' ? '(canary) ' : ''}${percent(share, 0)}`).join(', ');
  const shadow = model.traffic?.shadow;
  return h(
    'div.shares',
    {},
    h('p', {}, 'Callers get ', h('strong', {}, words), shadow ? `; version ${shadow.version} gets copies of ${percent(shadow.share, 0)}` : '', '.'),
    h('div.shares-bar', {'aria-hidden': 'true'}, parts.map(({share}, i) => h('i', {style: {'--share': `${share * 100}%`, '--swatch': `var(--series-${(i % 6) + 1})`}}))),
  );
}
