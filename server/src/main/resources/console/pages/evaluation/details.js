import {matrixOf, worstCell} from '../../logic/evaluations.js';
import {count, lastPart} from '../../logic/format.js';
import {h} from '../../ui/dom.js';
import {card} from '../../ui/parts.js';
import {picture, valuesOf} from '../../ui/picture.js';
import {CalibrationView} from './calibration.js';
import {classesTable} from './classes.js';
import {MatrixView} from './matrix.js';
import {cellTitle, misreadView} from './misread.js';
import {mistakesTable} from './mistakes.js';
import {RobustnessView} from './robustness.js';

/** A matrix of more classes than this is told by its largest mistakes. */
const MOST_CLASSES = 30;

/** What an evaluation found, class by class and picture by picture, of either of its versions. */
export class EvaluationDetails {
  #of = '';
  #side = 'version';
  #cell = null;
  #matrix = null;
  #pictures = new WeakMap();
  #onChange;

  constructor(signal, onChange) {
    this.#onChange = onChange;
    this.matrixView = new MatrixView((cell) => this.#choose(cell));
    this.calibration = new CalibrationView(signal);
    this.robustness = new RobustnessView(signal);
  }

  /** @param {boolean} isWhole that the misread examples are here */
  view(evaluation, isWhole) {
    const {results} = evaluation;
    if (this.#of !== evaluation.name) {
      this.#of = evaluation.name;
      this.#side = 'version';
      this.#cell = null;
    }
    const version = results[this.#side] ?? results.version;
    this.#matrix = matrixOf(version.confusion);
    if (this.#matrix.labels.length === 0) return [];
    this.#cell ??= worstCell(this.#matrix) ?? {row: 0, column: 0};
    const few = this.#matrix.labels.length <= MOST_CLASSES;
    if (few) this.matrixView.show(this.#matrix, this.#cell);
    return [
      card(
        'Confusion matrix',
        {className: 'span-7', aside: this.#switch(results)},
        few ? this.matrixView.element : mistakesTable(this.#matrix, (cell) => this.#choose(cell)),
        h('p.soft', {}, `${count(this.#matrix.mistakes)} examples were misread. The stronger the colour, the larger the share of the row. Arrow keys move, Enter shows the pictures of a cell.`),
      ),
      card(
        cellTitle(this.#matrix, this.#cell),
        {className: 'span-5', id: 'h-misread'},
        misreadView(version, this.#matrix, this.#cell, (example) => this.#picture(example, results.dataset), isWhole),
      ),
      card(`By class, version ${lastPart(version.version)}`, {className: 'span-7', id: 'h-by-class'}, classesTable(version)),
      card('Calibration', {className: 'span-5'}, this.calibration.view(this.#versions(results))),
      version.robustness?.length ? card(`Robustness, version ${lastPart(version.version)}`, {id: 'h-robustness'}, this.robustness.view(version)) : null,
    ];
  }

  /** Draws what needs its place on the page. */
  draw({results}) {
    const [version] = this.#versions(results);
    this.calibration.draw(this.#versions(results));
    if (version.robustness?.length) this.robustness.draw(version);
  }

  #versions({version, baseline}) {
    const [first, other] = this.#side === 'version' ? [version, baseline] : [baseline, version];
    return other ? [first, other] : [first ?? version];
  }

  /** Each is painted once, however often the page is written anew. */
  #picture(example, {height, width}) {
    if (!this.#pictures.has(example)) {
      const label = `A ${example.label} that was read as ${example.predicted}`;
      this.#pictures.set(example, picture(valuesOf(example.pixels), {width, height, label}));
    }
    return this.#pictures.get(example);
  }

  #choose(cell) {
    this.#cell = cell;
    this.#onChange();
  }

  #switch(results) {
    if (!results.baseline) return null;
    return h(
      'div.switch',
      {role: 'group', 'aria-label': 'Version that is shown'},
      ['version', 'baseline'].map((side) =>
        h('button.small', {
          'aria-pressed': String(side === this.#side),
          onclick: () => {
            this.#side = side;
            this.#onChange();
          },
        }, `Version ${lastPart(results[side].version)}`),
      ),
    );
  }
}
