import {api} from '../../api/endpoints.js';
import {inWords} from '../../api/problem.js';
import {DISTURBANCES, specOf} from '../../logic/evaluations.js';
import {lastPart} from '../../logic/format.js';
import {answering} from '../../logic/versions.js';
import {announce} from '../../ui/announce.js';
import {h, morph} from '../../ui/dom.js';
import {field, problemBox, select} from '../../ui/parts.js';
import {requestId} from '../common.js';

/** What to measure, and on what. */
export class EvaluationForm {
  element = h('div', {keep: true});
  #model = null;
  #values = {dataset: 'mnist', examples: '', disturbances: []};
  #faults = {};
  #problem = null;
  #busy = false;
  #onCreated;

  constructor(onCreated) {
    this.#onCreated = onCreated;
  }

  /** Shows the versions of a model as they are now. */
  update(model) {
    const names = (model.versions ?? []).map(({name}) => name);
    if (!names.includes(this.#values.model)) {
      const answers = answering(model)?.name ?? '';
      this.#values.model = names[0] ?? '';
      this.#values.baseline = answers === this.#values.model ? '' : answers;
    }
    if (!names.includes(this.#values.baseline)) this.#values.baseline = '';
    this.#model = model;
    this.#draw();
  }

  #draw() {
    const versions = (this.#model.versions ?? []).map(({name, labels}) => [name, `Version ${lastPart(name)}${labels?.length ? ` (${labels.join(', ')})` : ''}`]);
    morph(
      this.element,
      h(
        'form.stack',
        {
          novalidate: true,
          onsubmit: (event) => {
            event.preventDefault();
            this.#start();
          },
        },
        this.#choice('model', 'Version', versions),
        this.#choice('baseline', 'Compare with', [['', 'No other version'], ...versions]),
        h('div.fields', {}, this.#input('dataset', 'Dataset', 'Its test examples'), this.#input('examples', 'Examples', 'Empty: all', 'numeric')),
        this.#disturbances(),
        this.#problem ? problemBox(this.#problem) : null,
        h('div.actions', {}, h('button.primary', {type: 'submit', disabled: this.#busy || versions.length === 0}, 'Start evaluation')),
      ),
    );
  }

  #choice(name, label, options) {
    const input = select(options, this.#values[name], (value) => {
      this.#values[name] = value;
      delete this.#faults[name];
    });
    return field(label, input, {id: `evaluate-${name}`, error: this.#faults[name] ?? ''});
  }

  #input(name, label, help, inputmode = 'text') {
    const input = h('input', {
      type: 'text', inputmode, autocomplete: 'off', spellcheck: 'false', value: this.#values[name],
      oninput: (event) => (this.#values[name] = event.target.value),
    });
    return field(label, input, {id: `evaluate-${name}`, help, error: this.#faults[name] ?? ''});
  }

  #disturbances() {
    const {disturbances} = this.#values;
    const check = ([id, name]) =>
      h('label.check', {}, h('input', {
        type: 'checkbox',
        checked: disturbances.includes(id),
        onchange: ({target}) => {
          this.#values.disturbances = DISTURBANCES.map(([one]) => one).filter((one) => (one === id ? target.checked : this.#values.disturbances.includes(one)));
        },
      }), name);
    return h(
      'details.log-box',
      {key: 'disturbances'},
      h('summary', {}, 'Robustness'),
      h('fieldset.checks', {}, h('legend', {}, 'Read 1,000 pictures again, disturbed at five strengths'), DISTURBANCES.map(check)),
    );
  }

  async #start() {
    const {spec, faults} = specOf(this.#values);
    const wrong = Object.keys(faults);
    this.#faults = faults;
    this.#problem = null;
    this.#busy = wrong.length === 0;
    this.#draw();
    if (wrong.length) {
      document.getElementById(`evaluate-${wrong[0]}`)?.focus();
      return;
    }
    try {
      const evaluation = await api.evaluate({spec, requestId: requestId()});
      announce('The evaluation is created', {show: true});
      this.#onCreated(evaluation);
    } catch (error) {
      this.#problem = inWords(error);
    }
    this.#busy = false;
    this.#draw();
  }
}
