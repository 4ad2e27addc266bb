import {api} from '../../api/endpoints.js';
import {inWords} from '../../api/problem.js';
import {datasetsFor, examplesOf, fault, recipeForms} from '../../logic/recipes.js';
import {announce} from '../../ui/announce.js';
import {h, morph} from '../../ui/dom.js';
import {field, problemBox, select} from '../../ui/parts.js';
import {requestId} from '../common.js';

const USUAL = 'mnist-cnn';
const SEED = {name: 'seed', label: 'Seed', kind: 'INTEGER', least: -Number.MAX_SAFE_INTEGER, most: Number.MAX_SAFE_INTEGER, value: '42', help: 'The same seed gives the same batches'};

/** What to train, made of the recipes that the server has, and of their parameters. */
export class TrainingForm {
  element = h('div', {keep: true});
  #recipes = null;
  #datasets = [];
  #recipe = null;
  #values = {};
  #faults = {};
  #unfolded = false;
  #problem = null;
  #busy = false;
  #onCreated;

  constructor(onCreated) {
    this.#onCreated = onCreated;
    this.#draw();
  }

  /** Asks the server what there is, once it answers. */
  async load(signal) {
    if (this.#recipes) return;
    const [recipes, datasets] = await Promise.all([api.recipes(signal), api.datasets(signal)]);
    this.#recipes = recipeForms(recipes);
    this.#datasets = datasets;
    this.#choose(this.#recipes.has(USUAL) ? USUAL : [...this.#recipes.keys()][0]);
  }

  #choose(name) {
    this.#recipe = this.#recipes.get(name) ?? null;
    this.#values = {};
    this.#faults = {};
    this.#draw();
  }

  #draw() {
    const recipe = this.#recipe;
    if (!recipe) {
      morph(this.element, h('p.soft', {}, this.#recipes ? 'This server has no recipes.' : 'Asking the server…'));
      return;
    }
    const usual = recipe.parameters.filter(({advanced}) => !advanced);
    const advanced = recipe.parameters.filter((one) => one.advanced);
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
        field('Recipe', select([...this.#recipes.keys()].map((name) => [name, name]), recipe.name, (name) => this.#choose(name)), {id: 'recipe', help: recipe.help}),
        h('div.fields', {}, this.#input({name: 'model', label: 'Model', kind: 'TEXT', value: recipe.model}), this.#dataset(recipe)),
        h('div.fields', {}, usual.map((parameter) => this.#input(parameter)), this.#input(SEED)),
        advanced.length
          ? h(
              'details',
              {key: `advanced-${recipe.name}`, open: this.#unfolded, ontoggle: (event) => (this.#unfolded = event.target.open)},
              h('summary', {}, `Advanced, ${advanced.length} parameters`),
              h('div.fields', {}, advanced.map((parameter) => this.#input(parameter))),
            )
          : null,
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

  #dataset(recipe) {
    const names = datasetsFor(recipe, this.#datasets);
    const value = this.#value({name: 'dataset', value: names[0] ?? ''});
    const help = names.length
      ? `Of ${examplesOf(recipe)}`
      : `There is no dataset of ${examplesOf(recipe)} yet; “millrace dataset upload” brings one`;
    return field('Dataset', select(names.map((name) => [name, name]), value, (name) => (this.#values.dataset = name)), {
      id: 'train-dataset', help, error: this.#faults.dataset ?? '',
    });
  }

  #input(parameter) {
    const {name, label, kind, choices, help = ''} = parameter;
    const value = this.#value(parameter);
    const input = kind === 'CHOICE'
      ? select(choices.map((word) => [word, word]), value, (word) => (this.#values[name] = word))
      : h('input', {
          type: 'text', inputmode: {INTEGER: 'numeric', REAL: 'decimal'}[kind] ?? 'text', autocomplete: 'off', spellcheck: 'false', value,
          oninput: (event) => (this.#values[name] = event.target.value),
        });
    return field(label, input, {id: `train-${name}`, help, error: this.#faults[name] ?? ''});
  }

  #value({name, value}) {
    return (this.#values[name] ?? value).trim();
  }

  async #start(serve) {
    const recipe = this.#recipe;
    this.#faults = {};
    for (const parameter of [...recipe.parameters, SEED]) {
      const wrong = fault(parameter, this.#value(parameter));
      if (wrong) this.#faults[parameter.name] = wrong;
    }
    const dataset = this.#value({name: 'dataset', value: datasetsFor(recipe, this.#datasets)[0] ?? ''});
    if (!dataset) this.#faults.dataset = 'A dataset is needed';
    const wrong = Object.keys(this.#faults);
    this.#unfolded ||= recipe.parameters.some(({name, advanced}) => advanced && this.#faults[name]);
    this.#problem = null;
    this.#busy = wrong.length === 0;
    this.#draw();
    if (wrong.length) {
      document.getElementById(`train-${wrong[0]}`)?.focus();
      return;
    }
    const parameters = Object.fromEntries(recipe.parameters.map((one) => [one.name, this.#value(one)]));
    const spec = {recipe: recipe.name, parameters, seed: this.#value(SEED), model: this.#value({name: 'model', value: recipe.model}), dataset};
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
