import {durationSeconds} from './format.js';

const LIVE = /QUEUED|RUNNING|PUBLISHING/;
export const isLive = (job) => LIVE.test(job?.state ?? '');

/** One run as its events tell it. */
export class Run {
  events = [];
  points = [];

  /** The number of the last event. */
  get sequence() {
    return Number(this.events.at(-1)?.sequence ?? 0);
  }

  /** Takes an event in; one that was seen already is left out. */
  add(event) {
    if (Number(event.sequence ?? 0) <= this.sequence) return;
    this.events.push(event);
    if (event.progress) this.points.push(point(event.progress));
  }
}

/** A loss that ran away comes as the text `NaN` or `Infinity`; one of 0 is left out of the JSON. */
const finite = (value = 0) => (typeof value === 'number' ? value : null);

function point(progress) {
  return {
    step: Number(progress.step ?? 0),
    totalSteps: Number(progress.totalSteps ?? 0),
    loss: finite(progress.loss),
    train: finite(progress.trainAccuracy),
    validation: finite(progress.validationAccuracy),
    rate: finite(progress.examplesPerSecond),
    timeLeft: durationSeconds(progress.timeLeft),
  };
}

/**
 * Curves of several runs over one axis of steps.
 *
 * @param {{points: object[], fields: string[]}[]} runs
 * @returns {{x: number[], values: (number | null)[][]}} a list for each field of each run, null where it has no value
 */
export function curves(runs) {
  const x = [...new Set(runs.flatMap(({points}) => points.map(({step}) => step)))].sort((a, b) => a - b);
  const place = new Map(x.map((step, index) => [step, index]));
  const values = runs.flatMap(({points, fields}) =>
    fields.map((field) => {
      const column = new Array(x.length).fill(null);
      for (const one of points) column[place.get(one.step)] = one[field];
      return column;
    }),
  );
  return {x, values};
}
