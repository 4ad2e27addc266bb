import {isLive} from '../../logic/evaluations.js';
import {ago, count, lastPart, percent, seconds} from '../../logic/format.js';
import {h} from '../../ui/dom.js';
import {empty, state, table} from '../../ui/parts.js';

const COLUMNS = [
  ['Evaluation', ''], ['State', ''], ['Version', ''], ['Compared with', ''], ['Dataset', ''], ['Examples', 'num'],
  ['Accuracy', 'num'], ['Difference', ''], ['Took', 'num'], ['Created', ''],
];

export const shortId = ({name}) => lastPart(name).replace(/^e\d{8}-/, '');

/** Every evaluation of the model, newest first. */
export function evaluationsTable(list, chosen, onChoose) {
  if (!list) return h('p.soft', {}, 'Asking the server…');
  if (list.length === 0) return empty('Nothing was evaluated yet', 'Evaluations stay here, with all that they measured.');
  return h('div.limited', {}, table('All evaluations, newest first', COLUMNS, list.map((one) => row(one, one.name === chosen, onChoose))));
}

function row(evaluation, isChosen, onChoose) {
  const {spec = {}, results, createTime, startTime, endTime} = evaluation;
  return h(
    'tr',
    {key: evaluation.name, 'data-chosen': isChosen ? '' : null},
    h('th', {scope: 'row'}, h('button.quiet.small.link', {onclick: () => onChoose(evaluation.name), 'aria-current': isChosen ? 'true' : null}, shortId(evaluation))),
    h('td', {}, state(evaluation.state, 'EVALUATION_STATE_')),
    h('td', {}, lastPart(spec.model)),
    h('td', {}, spec.baseline ? lastPart(spec.baseline) : '–'),
    h('td', {}, spec.dataset ?? ''),
    h('td.num', {}, results ? count(results.dataset?.examples ?? 0) : isLive(evaluation) && evaluation.progress ? `${count(evaluation.progress.examplesDone ?? 0)} of ${count(evaluation.progress.examplesTotal ?? 0)}` : '–'),
    h('td.num', {}, results ? percent(results.version?.accuracy?.value ?? 0) : '–'),
    h('td', {}, difference(results?.comparison)),
    h('td.num', {}, startTime && endTime ? seconds((Date.parse(endTime) - Date.parse(startTime)) / 1000) : '–'),
    h('td.soft', {title: createTime}, ago(createTime)),
  );
}

function difference(comparison) {
  if (!comparison) return '–';
  if (!comparison.significant) return 'not proven';
  return Number(comparison.versionOnly ?? 0) > Number(comparison.baselineOnly ?? 0) ? h('span.good', {}, 'better') : h('span.bad', {}, 'worse');
}
