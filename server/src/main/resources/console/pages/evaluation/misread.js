import {examplesOf} from '../../logic/evaluations.js';
import {count, percent} from '../../logic/format.js';
import {h} from '../../ui/dom.js';
import {empty} from '../../ui/parts.js';

const SHOWN = 60;

export const cellTitle = ({labels}, {row, column}) => (row === column ? `${labels[row]} read rightly` : `${labels[row]} taken for ${labels[column]}`);

/**
 * The examples of one cell as pictures, with what they were read as and how surely.
 *
 * @param {(example: object) => Node} pictureOf
 */
export function misreadView(version, matrix, {row, column}, pictureOf, isWhole) {
  const {labels, rows, support} = matrix;
  const all = rows[row][column];
  if (row === column) {
    return empty(`${count(all)} of ${count(support[row])} were read rightly`, 'Only misread examples are kept as pictures. Choose a cell beside the diagonal to see some.');
  }
  if (all === 0) return empty('There is none', `No ${labels[row]} was taken for a ${labels[column]}.`);
  if (!isWhole) return h('p.soft', {role: 'status'}, 'Asking the server for the pictures…');
  const kept = examplesOf(version, labels[row], labels[column]);
  const shown = kept.slice(0, SHOWN);
  return h(
    'div.stack',
    {},
    shown.length
      ? h('div.scrolled', {tabindex: '0', role: 'group', 'aria-label': `Pictures: ${cellTitle(matrix, {row, column})}`}, h('ul.gallery', {}, shown.map((example) => one(example, version.version, pictureOf))))
      : empty('No picture was kept', 'An evaluation keeps those that the version was most sure of.'),
    shown.length < all ? h('p.soft', {}, `${count(shown.length)} of ${count(all)}: those that the version was most sure of.`) : null,
  );
}

function one(example, version, pictureOf) {
  const {index, label, predicted, probability, labelProbability} = example;
  return h(
    'li',
    {key: `${version}-${index ?? 0}`},
    pictureOf(example),
    h('p', {}, 'read as ', h('strong.bad', {}, predicted), ` ${percent(probability ?? 0, 1)}`),
    h('p', {}, 'is a ', h('strong', {}, label), ` ${percent(labelProbability ?? 0, 1)}`),
    h('small', {}, `example ${count(index ?? 0)}`),
  );
}
