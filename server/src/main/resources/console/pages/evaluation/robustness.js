import {DISTURBANCES, fallOf} from '../../logic/evaluations.js';
import {percent} from '../../logic/format.js';
import {Chart} from '../../ui/chart.js';
import {h} from '../../ui/dom.js';
import {table} from '../../ui/parts.js';

const LEVELS = [0, 1, 2, 3, 4, 5];

/** How the accuracy falls while pictures are disturbed ever more. */
export class RobustnessView {
  chart = new Chart({
    label: 'Accuracy by strength of the disturbance',
    value: (v) => percent(v, 0),
    x: (v) => (v === 0 ? 'as is' : Number.isInteger(v) ? String(v) : ''),
    height: 220,
    max: 1,
  });

  constructor(signal) {
    signal.addEventListener('abort', () => this.chart.destroy());
  }

  view({robustness}) {
    const columns = [['Disturbance', ''], ...LEVELS.map((level) => [level === 0 ? 'As is' : `Level ${level}`, 'num'])];
    const skipped = robustness.filter((one) => one.skipped);
    return h(
      'div.stack',
      {},
      this.chart.element,
      h('div.framed.dense', {}, table('Accuracy on disturbed examples', columns, measured(robustness).map(row))),
      skipped.map(({disturbance, skipped: why}) => h('p.soft', {}, `${nameOf(disturbance)} was not measured: ${why}`)),
    );
  }

  draw({robustness}) {
    const drawn = measured(robustness);
    const falls = drawn.map(fallOf);
    const summary = drawn.map(({disturbance}, i) => `${nameOf(disturbance)}: ${percent(falls[i].at(-1), 0)} at the strongest`).join(', ');
    this.chart.draw(drawn.map(({disturbance}) => ({name: nameOf(disturbance), points: true})), LEVELS, falls, {summary});
  }
}

const measured = (robustness) => robustness.filter((one) => !one.skipped);
const nameOf = (disturbance) => DISTURBANCES.find(([id]) => id === disturbance)?.[1] ?? disturbance;

function row(one) {
  return h('tr', {key: one.disturbance}, h('th', {scope: 'row'}, nameOf(one.disturbance)), fallOf(one).map((share) => h('td.num', {}, percent(share, 1))));
}
