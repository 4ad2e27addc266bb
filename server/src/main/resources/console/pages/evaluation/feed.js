import {repeat} from '../../api/client.js';
import {api} from '../../api/endpoints.js';
import {isLive, isMissing} from '../../logic/evaluations.js';

const SLOW = 4000;
const FAST = 700;

/** The evaluations of one model as the server has them, and one of them whole. */
export class EvaluationFeed {
  /** Newest first; null until the first answer. */
  list = null;
  problem = null;
  /** True when the server has no such service. */
  missing = false;
  #chosen;
  #whole = new Map();
  #model = null;
  #signal;
  #onChange;

  /** @param {string} [chosen] name of the one to show first */
  constructor(signal, chosen, onChange) {
    this.#signal = signal;
    this.#chosen = chosen;
    this.#onChange = onChange;
  }

  /** Reads the evaluations of another model from now on. */
  follow(model) {
    if (model === this.#model) return;
    const first = this.#model === null;
    this.#model = model;
    this.list = null;
    if (first) {
      repeat(() => this.refresh(), {
        every: () => (this.list?.some(isLive) ? FAST : SLOW),
        signal: this.#signal,
        onProblem: (error) => {
          this.problem = error;
          this.missing = isMissing(error);
          this.#onChange();
        },
      });
    } else {
      this.#chosen = undefined;
      this.refresh().catch(() => {});
    }
  }

  async refresh() {
    const model = this.#model;
    const list = await api.evaluations(model, this.#signal);
    if (model !== this.#model) return;
    this.list = list;
    this.problem = null;
    this.missing = false;
    this.#onChange();
    await this.#readWhole();
  }

  /** The one to show: chosen, or the newest. */
  get chosen() {
    const one = this.list?.find(({name}) => name === this.#chosen) ?? this.list?.[0] ?? null;
    return this.#whole.get(one?.name) ?? one;
  }

  /** True when the chosen one is here with its misread examples. */
  get isWhole() {
    return this.#whole.has(this.chosen?.name);
  }

  choose(name) {
    this.#chosen = name;
    this.#onChange();
    this.#readWhole().catch(() => {});
  }

  /** Takes in one that was just created or cancelled. */
  put(evaluation) {
    const rest = (this.list ?? []).filter(({name}) => name !== evaluation.name);
    const was = (this.list ?? []).findIndex(({name}) => name === evaluation.name);
    rest.splice(Math.max(0, was), 0, evaluation);
    this.list = rest;
    this.#onChange();
  }

  /** Results do not change, so the one shown is asked for once. */
  async #readWhole() {
    const one = this.chosen;
    if (!one?.results || this.#whole.has(one.name)) return;
    this.#whole.set(one.name, await api.evaluation(one.name, this.#signal));
    this.#onChange();
  }
}
