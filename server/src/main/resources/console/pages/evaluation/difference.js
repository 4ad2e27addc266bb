import {api} from '../../api/endpoints.js';
import {inWords} from '../../api/problem.js';
import {lastPart} from '../../logic/format.js';
import {answering} from '../../logic/versions.js';
import {breaking, diffView} from '../../ui/diff.js';
import {h} from '../../ui/dom.js';
import {empty, field, problemBox, select} from '../../ui/parts.js';

/** How two versions differ in what is recorded of them. */
export class VersionDifference {
  #base = '';
  #changed = '';
  #compared = '';
  #known = null;
  #signal;
  #onChange;

  constructor(signal, onChange) {
    this.#signal = signal;
    this.#onChange = onChange;
  }

  /** Takes in the versions that there are now. */
  update(model) {
    const names = (model.versions ?? []).map(({name}) => name);
    if (!names.includes(this.#base)) this.#base = answering(model)?.name ?? names[0] ?? '';
    if (!names.includes(this.#changed)) this.#changed = names.find((name) => name !== this.#base) ?? '';
    this.#compare();
  }

  #compare() {
    const [base, changed] = [this.#base, this.#changed];
    const pair = `${base} ${changed}`;
    if (!base || !changed || base === changed || pair === this.#compared) return;
    this.#compared = pair;
    this.#known = null;
    api.diff(base, changed, this.#signal).then(
      (diff) => this.#tell(pair, () => [breaking(diff), diffView(diff, lastPart(base), lastPart(changed))]),
      (error) => this.#tell(pair, () => problemBox(inWords(error))),
    );
  }

  #tell(pair, view) {
    if (pair !== this.#compared || this.#signal.aborted) return;
    this.#known = view;
    this.#onChange();
  }

  view(model) {
    const versions = model.versions ?? [];
    if (versions.length < 2) return empty('There is one version only', 'Train another one to compare it with.', h('a.button', {href: '#/training'}, 'Training'));
    const options = versions.map(({name, version, labels}) => [name, `Version ${version}${labels?.length ? ` (${labels.join(', ')})` : ''}`]);
    const same = this.#base === this.#changed;
    return h(
      'div.stack',
      {},
      h(
        'div.fields',
        {},
        field('Version', select(options, this.#base, (name) => this.#choose(name, this.#changed)), {id: 'base'}),
        field('beside', select(options, this.#changed, (name) => this.#choose(this.#base, name)), {id: 'changed'}),
      ),
      h('div.stack', {'aria-live': 'polite'}, same ? h('p.soft', {}, 'Choose two different versions.') : this.#known?.() ?? h('p.soft', {}, 'Comparing the two versions…')),
    );
  }

  #choose(base, changed) {
    this.#base = base;
    this.#changed = changed;
    this.#compare();
    this.#onChange();
  }
}
