import {cellWords} from '../../logic/evaluations.js';
import {count, percent} from '../../logic/format.js';
import {h} from '../../ui/dom.js';
import {table} from '../../ui/parts.js';

const SHOWN = 40;

/** The largest mistakes, where there are too many classes for a matrix. */
export function mistakesTable(matrix, onChoose) {
  const {labels, rows, support} = matrix;
  const found = rows
    .flatMap((row, i) => row.map((number, j) => ({row: i, column: j, number})))
    .filter(({row, column, number}) => row !== column && number > 0)
    .sort((a, b) => b.number - a.number)
    .slice(0, SHOWN);
  const columns = [['Is', ''], ['Read as', ''], ['Examples', 'num'], ['Of the class', 'num'], ['', 'right']];
  return table('The largest mistakes', columns, found.map(({row, column, number}) =>
    h(
      'tr',
      {key: `${row}-${column}`},
      h('th', {scope: 'row'}, labels[row]),
      h('td', {}, labels[column]),
      h('td.num', {}, count(number)),
      h('td.num', {}, percent(number / support[row], 1)),
      h('td.right', {}, h('button.small', {onclick: () => onChoose({row, column}), 'aria-label': `Pictures: ${cellWords(matrix, row, column)}`}, 'Pictures')),
    )));
}
