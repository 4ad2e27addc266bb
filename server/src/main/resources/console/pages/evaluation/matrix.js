import {cellWords, heat} from '../../logic/evaluations.js';
import {h, morph} from '../../ui/dom.js';

const STEPS = {
  ArrowLeft: ([row, column]) => [row, column - 1],
  ArrowRight: ([row, column]) => [row, column + 1],
  ArrowUp: ([row, column]) => [row - 1, column],
  ArrowDown: ([row, column]) => [row + 1, column],
  Home: ([row]) => [row, 0],
  End: ([row], last) => [row, last],
  PageUp: ([, column]) => [0, column],
  PageDown: ([, column], last) => [last, column],
};

/** A confusion matrix to walk through: one stop of the Tab key, arrows move inside, Enter chooses a cell. */
export class MatrixView {
  element = h('div.table-wrap', {keep: true});
  #matrix = null;
  #chosen = null;
  #at = [0, 0];
  #onChoose;

  /** @param {(cell: {row: number, column: number}) => void} onChoose */
  constructor(onChoose) {
    this.#onChoose = onChoose;
  }

  show(matrix, chosen) {
    const last = matrix.labels.length - 1;
    if (chosen && chosen !== this.#chosen) this.#at = [chosen.row, chosen.column];
    this.#at = this.#at.map((place) => Math.min(place, last));
    this.#matrix = matrix;
    this.#chosen = chosen;
    this.#draw();
  }

  #draw() {
    const {labels} = this.#matrix;
    morph(
      this.element,
      h(
        'table.matrix',
        {role: 'grid', 'aria-label': 'Confusion matrix: rows are what it is, columns what it was read as', onkeydown: (event) => this.#move(event)},
        h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, h('small', {}, 'is ↓ read as →')), labels.map((label) => h('th', {scope: 'col'}, label)))),
        h('tbody', {}, labels.map((label, row) => h('tr', {}, h('th', {scope: 'row'}, label), labels.map((_, column) => this.#cell(row, column))))),
      ),
    );
  }

  #cell(row, column) {
    const count = this.#matrix.rows[row][column];
    const chosen = this.#chosen?.row === row && this.#chosen?.column === column;
    const stop = this.#at[0] === row && this.#at[1] === column;
    return h(
      'td',
      {},
      h('button.cell', {
        tabindex: stop ? '0' : '-1',
        'data-at': `${row}-${column}`,
        'data-right': row === column ? '' : null,
        'data-none': count === 0 ? '' : null,
        'aria-pressed': String(chosen),
        'aria-label': cellWords(this.#matrix, row, column),
        style: {'--heat': heat(this.#matrix, row, column).toFixed(3)},
        onclick: () => {
          this.#at = [row, column];
          this.#onChoose({row, column});
        },
      }, count === 0 ? '·' : String(count)),
    );
  }

  #move(event) {
    const step = STEPS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const last = this.#matrix.labels.length - 1;
    this.#at = step(this.#at, last).map((place) => Math.max(0, Math.min(last, place)));
    this.#draw();
    this.element.querySelector(`[data-at="${this.#at.join('-')}"]`)?.focus();
  }
}
