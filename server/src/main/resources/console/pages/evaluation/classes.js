import {count, percent} from '../../logic/format.js';
import {h} from '../../ui/dom.js';
import {table} from '../../ui/parts.js';

const COLUMNS = [['Class', ''], ['Precision', 'num'], ['Recall', 'num'], ['F1', 'num'], ['F1', 'wide'], ['Support', 'num']];

/** How well each class is told from the others. */
export function classesTable(version) {
  const classes = version.classes ?? [];
  const values = classes.map(({f1}) => f1 ?? 0);
  const floor = Math.max(0, Math.floor(Math.min(...values, 1) * 10 - 0.5) / 10);
  const columns = COLUMNS.with(4, [`Bars from ${percent(floor, 0)} to 100 %`, 'wide']);
  const worst = Math.min(...values);
  return table('Precision, recall and F1 by class', columns, [
    ...classes.map(({label, precision = 0, recall = 0, f1 = 0, support = 0}) => row(label, [precision, recall, f1], support, floor, f1 === worst)),
    row('mean', [version.macroPrecision ?? 0, version.macroRecall ?? 0, version.macroF1 ?? 0], null, floor, false),
  ]);
}

function row(label, figures, support, floor, isWorst) {
  const width = ((figures[2] - floor) / (1 - floor)) * 100;
  return h(
    'tr',
    {key: label},
    h('th', {scope: 'row'}, label),
    figures.map((value) => h('td.num', {}, percent(value))),
    h('td.wide', {}, h('span.bar', {'aria-hidden': 'true', 'data-worst': isWorst ? '' : null}, h('i', {style: {'--share': `${Math.max(0, width).toFixed(1)}%`}}))),
    h('td.num', {}, support === null ? '' : count(support)),
  );
}
