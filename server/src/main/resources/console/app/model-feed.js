import {repeat} from '../api/client.js';
import {api} from '../api/endpoints.js';

const EVERY = 5000;

/**
 * The models as the server has them: asked for every few seconds, and at once when a watched version changes. Tells
 * `change`, and `problem` while they cannot be had.
 */
class ModelFeed extends EventTarget {
  /** Null until the first answer. */
  list = null;
  problem = null;
  #watching = new Map();
  #asking = null;

  start() {
    // A browser opens six connections to a server, for all its tabs: one that nobody looks at holds none.
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.refresh().catch(() => {});
      else for (const ending of this.#watching.values()) ending.abort();
    });
    repeat(() => this.refresh(), {
      every: EVERY,
      signal: new AbortController().signal,
      onProblem: () => {},
    });
  }

  /** Asks now; several that ask at once share the answer. */
  refresh() {
    this.#asking ??= this.#ask().finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #ask() {
    try {
      this.list = await api.models();
      this.problem = null;
    } catch (error) {
      this.problem = error;
      throw error;
    } finally {
      this.dispatchEvent(new Event('change'));
    }
    this.#watch();
  }

  /** The model of an id, or the first one. */
  get(id) {
    return this.list?.find((model) => model.name === `models/${id}`) ?? this.list?.[0] ?? null;
  }

  /** Calls now and at each change, until the signal is aborted. */
  listen(signal, onChange) {
    this.addEventListener('change', onChange, {signal});
    onChange();
  }

  #watch() {
    const names = new Set(this.list.map((model) => model.name));
    for (const [name, ending] of this.#watching) {
      if (!names.has(name)) {
        ending.abort();
        this.#watching.delete(name);
      }
    }
    if (document.hidden) return;
    // The rest is found by asking.
    for (const name of [...names].slice(0, 2)) {
      if (this.#watching.has(name)) continue;
      const ending = new AbortController();
      this.#watching.set(name, ending);
      api
        .watchModel(name, {signal: ending.signal, onMessage: ({version}) => this.#changed(name, version)})
        .finally(() => this.#watching.delete(name));
    }
  }

  /** Shows the version's new state at once; labels and shares come with the next answer. */
  #changed(name, version) {
    const model = this.list?.find((one) => one.name === name);
    const known = model?.versions?.find((one) => one.name === version?.name);
    if (known && known.state === version.state) return;
    if (known) Object.assign(known, version);
    this.dispatchEvent(new Event('change'));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh().catch(() => {}), 150);
  }
}

export const models = new ModelFeed();
