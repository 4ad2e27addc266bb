import {api} from '../../api/endpoints.js';
import {inWords} from '../../api/problem.js';
import {fault, RECIPES} from '../../logic/recipes.js';
import {announce} from '../../ui/announce.js';
import {h, morph} from '../../ui/dom.js';
import {field, problemBox, select} from '../../ui/parts.js';
import {requestId} from '../common.js';

/** What to train, made of the recipe's parameters. */
export class TrainingForm {
  element = h('div', {keep: true});
  #recipe = Object.keys(RECIPES)[0];
  #values = {};
  #faults = {};
  #problem = null;
  #busy = false;
  #onCreated;

  constructor(onCreated) {
    this.#onCreated = onCreated;
    this.#draw();
  }

  #draw() {
    const recipe = RECIPES[this.#recipe];
    morph(
      this.element,
      h(
        'form.stack',
        {
          novalidate: true,
          onsubmit: (event) => {
            event.preventDefault();
            this.#start(event.submitter?.name === 'serve');
          },
        },
        Object.keys(RECIPES).length > 1
          ? field('Recipe', select(Object.keys(RECIPES).map((name) => [name, name]), this.#recipe, (name) => {
              this.#recipe = name;
              this.#draw();
            }), {id: 'recipe'})
          : h('p.soft', {}, 'Recipe ', h('strong', {}, this.#recipe)),
        h('div.fields', {}, recipe.parameters.map((parameter) => this.#input(parameter.name, parameter.label, parameter.value, parameter.help, 'decimal'))),
        h('div.fields', {}, this.#input('seed', 'Seed', '42', 'The same seed gives the same batches', 'numeric')),
        h('div.fields', {}, this.#input('model', 'Model', recipe.model), this.#input('dataset', 'Dataset', recipe.dataset)),
        this.#problem ? problemBox(this.#problem) : null,
        h(
          'div.actions',
          {},
          h('button.primary', {type: 'submit', disabled: this.#busy}, 'Start training'),
          h('button', {type: 'submit', name: 'serve', disabled: this.#busy, title: 'Measures the new version beside the champion, and has it answer if it passes the gate'}, 'Train, judge and serve'),
        ),
      ),
    );
  }

  #input(name, label, value, help = '', inputmode = 'text') {
    const input = h('input', {
      type: 'text', inputmode, autocomplete: 'off', spellcheck: 'false', value: this.#values[name] ?? value,
      oninput: (event) => (this.#values[name] = event.target.value),
    });
    return field(label, input, {id: `train-${name}`, help, error: this.#faults[name] ?? ''});
  }

  async #start(serve) {
    const recipe = RECIPES[this.#recipe];
    const value = (name, standard) => (this.#values[name] ?? standard).trim();
    this.#faults = {};
    for (const parameter of recipe.parameters) {
      const wrong = fault(parameter, value(parameter.name, parameter.value));
      if (wrong) this.#faults[parameter.name] = wrong;
    }
    const seed = fault({label: 'Seed', whole: true}, value('seed', '42'));
    if (seed) this.#faults.seed = seed;
    const wrong = Object.keys(this.#faults);
    this.#problem = null;
    this.#busy = wrong.length === 0;
    this.#draw();
    if (wrong.length) {
      document.getElementById(`train-${wrong[0]}`)?.focus();
      return;
    }
    const parameters = Object.fromEntries(recipe.parameters.map((p) => [p.name, value(p.name, p.value)]));
    const spec = {recipe: this.#recipe, parameters, seed: value('seed', '42'), model: value('model', recipe.model), dataset: value('dataset', recipe.dataset)};
    try {
      const job = await api.createJob({spec, requestId: requestId()});
      announce('The training is created', {show: true});
      this.#onCreated(job, serve);
    } catch (error) {
      this.#problem = inWords(error);
    }
    this.#busy = false;
    this.#draw();
  }
}
