import {api} from '../../api/endpoints.js';
import {storage} from '../../api/storage.js';
import {isMoving, stagesOf} from '../../logic/stages.js';
import {sentence} from '../../api/problem.js';
import {h} from '../../ui/dom.js';

const KEY = 'millrace.loops';
const MOST_KEPT = 20;

/** Runs that go on to the gate: which are asked to, and how far each is. */
export class Loops {
  #store = storage('localStorage');
  #known = new Map();
  #asked = new Set();

  /** A run whose version shall be judged and served. */
  want(name) {
    this.#store.setItem(KEY, JSON.stringify([name, ...this.#wanted()].slice(0, MOST_KEPT)));
  }

  #wanted() {
    try {
      const names = JSON.parse(this.#store.getItem(KEY) ?? '[]');
      return Array.isArray(names) ? names : [];
    } catch {
      return [];
    }
  }

  /** Looks at the gate for a run; asks it to judge what nobody has judged and somebody wanted served. */
  async look(job, signal) {
    const known = this.#known.get(job.name);
    if (!job.publishedVersion || (known?.judgement && !isMoving(known.judgement))) return;
    let judgement = null;
    try {
      judgement = await api.judgement(job.publishedVersion, signal);
    } catch (error) {
      if (error.reason !== 'JUDGEMENT_NOT_FOUND') throw error;
      if (!this.#wanted().includes(job.name) || this.#asked.has(job.name)) return;
      this.#asked.add(job.name);
      judgement = await api.judge(job.publishedVersion);
    }
    const evaluation = judgement.evaluation ? await api.evaluation(judgement.evaluation, signal).catch(() => null) : null;
    this.#known.set(job.name, {judgement, evaluation});
  }

  /** Whether a run has anything to do with the gate. */
  concerns(job) {
    return this.#known.has(job.name) || this.#wanted().includes(job.name);
  }

  /** The stages of a run, and what the gate said. */
  element(job) {
    const {judgement = null, evaluation = null} = this.#known.get(job.name) ?? {};
    const stages = stagesOf(job, judgement, evaluation);
    const decided = judgement && !isMoving(judgement);
    return h(
      'div.stack',
      {key: 'stages'},
      h('ol.stages', {'aria-label': 'From training to serving'}, stages.map(({name, tone, words}) =>
        h('li.stage', {key: `stage-${name}`, 'data-tone': tone, 'aria-current': tone === 'busy' ? 'step' : null}, h('strong', {}, name), h('span', {}, words)))),
      decided ? h('p.soft', {key: 'verdict', role: 'status'}, sentence(judgement.message)) : null,
      decided && judgement.rules?.length
        ? h('ul.rules', {key: 'rules'}, judgement.rules.map(({rule, passed, words}) =>
            h('li', {key: rule}, h('span.state', {'data-tone': passed ? 'good' : 'bad'}, passed ? 'held' : 'failed'), ' ', words)))
        : null,
    );
  }
}
