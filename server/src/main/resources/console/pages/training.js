import {repeat} from '../api/client.js';
import {api} from '../api/endpoints.js';
import {inWords} from '../api/problem.js';
import {figure, percent} from '../logic/format.js';
import {curves, isLive, Run} from '../logic/runs.js';
import {announce} from '../ui/announce.js';
import {Chart} from '../ui/chart.js';
import {h, morph} from '../ui/dom.js';
import {card, empty, problemBox} from '../ui/parts.js';
import {pageHead} from './common.js';
import {TrainingForm} from './training/form.js';
import {runCard, shortId} from './training/run-card.js';
import {runsTable} from './training/runs-table.js';
import {Loops} from './training/stages.js';

/** Start a training and watch it learn, beside the runs before. */
export function mount(main, {signal, argument}) {
  new TrainingPage(main, signal, argument && `trainingJobs/${argument}`);
}

class TrainingPage {
  #jobs = null;
  #problem = null;
  #chosen;
  #overlaid = new Set();
  #runs = new Map();
  #followed = new Set();
  #loops = new Loops();

  constructor(main, signal, chosen) {
    this.main = main;
    this.signal = signal;
    this.#chosen = chosen;
    const steps = (value) => `${value}`;
    this.charts = {
      lossChart: new Chart({label: 'Training loss by step', value: figure, x: steps, spanGaps: true, height: 220}),
      accuracyChart: new Chart({label: 'Accuracy by step', value: (v) => percent(v, 1), x: steps, spanGaps: true, height: 220, max: 1, min: floor}),
    };
    signal.addEventListener('abort', () => Object.values(this.charts).forEach((chart) => chart.destroy()));
    this.form = new TrainingForm((job, serve) => this.#created(job, serve));
    this.draw();
    repeat(() => this.#refresh(), {
      every: 2000,
      signal,
      onProblem: (error) => {
        this.#problem = inWords(error);
        this.draw();
      },
    });
  }

  async #refresh() {
    this.#jobs = await api.jobs(this.signal);
    await this.form.load(this.signal);
    this.#problem = null;
    if (!this.#jobs.some(({name}) => name === this.#chosen)) {
      this.#chosen = (this.#jobs.find(isLive) ?? this.#jobs[0])?.name;
    }
    this.#follow();
    this.draw();
    const job = this.#jobs.find(({name}) => name === this.#chosen);
    if (job) {
      await this.#loops.look(job, this.signal);
      this.draw();
    }
  }

  #created(job, serve) {
    if (serve) this.#loops.want(job.name);
    if (this.#chosen) this.#overlaid.add(this.#chosen);
    this.#jobs = [job, ...(this.#jobs ?? []).filter(({name}) => name !== job.name)];
    this.#choose(job.name);
  }

  #choose(name) {
    this.#chosen = name;
    history.replaceState(null, '', `#/training/${name.replace('trainingJobs/', '')}`);
    this.#follow();
    this.draw();
  }

  /** Reads the events of every run that is drawn: the journal, and then what comes. */
  #follow() {
    for (const name of [this.#chosen, ...this.#overlaid]) {
      if (!name || this.#followed.has(name)) continue;
      this.#followed.add(name);
      const run = new Run();
      this.#runs.set(name, run);
      api.watchJob(name, () => run.sequence, {
        signal: this.signal,
        onMessage: ({event}) => {
          run.add(event);
          this.#onEvent(name, event);
        },
      }).then(() => this.#refresh().catch(() => {}));
    }
  }

  #onEvent(name, {stateChanged}) {
    const job = this.#jobs?.find((one) => one.name === name);
    if (stateChanged && job && isLive(job) && job.state !== stateChanged.state) {
      job.state = stateChanged.state;
      if (!isLive(job)) announce(`Run ${shortId(job)} has ended`, {show: true});
    }
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  draw() {
    if (this.signal.aborted) return;
    const job = this.#jobs?.find(({name}) => name === this.#chosen);
    morph(
      this.main,
      pageHead('Training', 'A run learns in a process of its own, is measured on the test set, and publishes a version.'),
      this.#problem && this.#problem.kind !== 'down' && this.#problem.kind !== 'key' ? problemBox(this.#problem) : null,
      h(
        'div.grid',
        {key: 'training'},
        card('New run', {className: 'span-3'}, this.form.element),
        h('div.stack.span-8.grow', {}, job
          ? runCard(job, this.#runs.get(job.name) ?? new Run(), this.charts, this.#loops.concerns(job) ? this.#loops.element(job) : null)
          : card('Run', {id: 'h-run'}, this.#jobs ? empty('Nothing was trained yet', 'Start a run; its loss and accuracy are drawn here while it learns.') : empty('Nothing to show yet', 'This page fills itself as soon as the server answers.'))),
        card('Runs', {}, runsTable(this.#jobs, {
          chosen: this.#chosen,
          overlaid: this.#overlaid,
          onChoose: (name) => this.#choose(name),
          onOverlay: (name, on) => {
            if (on) this.#overlaid.add(name);
            else this.#overlaid.delete(name);
            this.#follow();
            this.draw();
          },
        })),
      ),
    );
    this.#drawCharts();
  }

  #drawCharts() {
    const names = [this.#chosen, ...[...this.#overlaid].filter((name) => name !== this.#chosen)].filter((name) => this.#runs.has(name));
    const runs = names.map((name) => this.#runs.get(name));
    const dots = runs.every(({points}) => points.length < 40);
    const loss = curves(runs.map(({points}) => ({points, fields: ['loss']})));
    this.charts.lossChart.draw(
      names.map((name, i) => ({name: shortId({name}), colour: `series-${(i % 6) + 1}`, points: dots})),
      loss.x, loss.values, {summary: last('loss', runs[0]?.points, figure)});
    const accuracy = curves(runs.map(({points}) => ({points, fields: ['validation', 'train']})));
    this.charts.accuracyChart.draw(
      names.flatMap((name, i) => [
        {name: `${shortId({name})} validation`, colour: `series-${(i % 6) + 1}`, points: dots},
        {name: `${shortId({name})} training`, colour: `series-${(i % 6) + 1}`, dash: true, unlisted: true},
      ]),
      accuracy.x, accuracy.values, {summary: last('validation', runs[0]?.points, percent)});
  }
}

function last(field, points, write) {
  return points?.length ? `${points.length} points, the last at step ${points.at(-1).step}: ${write(points.at(-1)[field])}` : 'No points yet';
}

/** Below the lowest accuracy, by fifths: what differs between good runs lies near the top. */
const floor = (low) => Math.max(0, Math.floor((low ?? 0) * 5) / 5);
