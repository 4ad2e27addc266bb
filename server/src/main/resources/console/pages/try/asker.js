import {api} from '../../api/endpoints.js';

/**
 * Asks for the newest picture, one request at a time: while one is under way, those between are left out.
 *
 * `onAnswer(response, milliseconds)` gets each answer, `onProblem` each failure.
 */
export class Asker {
  #next = null;
  #busy = false;
  #signal;
  #hear;

  constructor(signal, hear) {
    this.#signal = signal;
    this.#hear = hear;
  }

  /** @param {{model: string, body: object}} request */
  ask(request) {
    this.#next = request;
    if (!this.#busy) this.#run();
  }

  async #run() {
    this.#busy = true;
    while (this.#next && !this.#signal.aborted) {
      const request = this.#next;
      this.#next = null;
      const begun = performance.now();
      try {
        const response = await api.predict(request.model, request.body, this.#signal);
        if (!this.#signal.aborted) this.#hear.onAnswer(request, response, performance.now() - begun);
      } catch (error) {
        if (!this.#signal.aborted) this.#hear.onProblem(request, error);
      }
    }
    this.#busy = false;
  }
}
