import {ago, figure, lastPart, percent, seconds} from '../../logic/format.js';
import {h} from '../../ui/dom.js';
import {empty, state, table} from '../../ui/parts.js';
import {shortId} from './run-card.js';

const COLUMNS = [
  ['Overlay', ''], ['Run', ''], ['State', ''], ['Model', ''], ['Steps', 'num'], ['Batch', 'num'], ['Rate', 'num'],
  ['Dropout', 'num'], ['Seed', 'num'], ['Loss', 'num'], ['Test', 'num'], ['Took', 'num'], ['Created', ''],
];

/** Every run, newest first. */
export function runsTable(jobs, {chosen, overlaid, onChoose, onOverlay}) {
  if (!jobs) return h('p.soft', {}, 'Asking the server…');
  if (jobs.length === 0) return empty('Nothing was trained yet', 'Start a run; its curves appear here while it learns.');
  return table('All runs, newest first', COLUMNS, jobs.map((job) => row(job, {chosen, overlaid, onChoose, onOverlay})));
}

function row(job, {chosen, overlaid, onChoose, onOverlay}) {
  const {spec = {}, metrics} = job;
  const parameter = (name) => spec.parameters?.[name] ?? '–';
  const isChosen = job.name === chosen;
  return h(
    'tr',
    {key: job.name, 'data-chosen': isChosen ? '' : null},
    h('td', {}, h('input', {
      type: 'checkbox', checked: isChosen || overlaid.has(job.name), disabled: isChosen,
      'aria-label': `Draw the curves of run ${shortId(job)}`,
      onchange: (event) => onOverlay(job.name, event.target.checked),
    })),
    h('th', {scope: 'row'}, h('button.quiet.small.link', {onclick: () => onChoose(job.name), 'aria-current': isChosen ? 'true' : null}, shortId(job))),
    h('td', {}, state(job.state, 'TRAINING_JOB_STATE_')),
    h('td', {}, job.publishedVersion ? `${lastPart(spec.model)} ${lastPart(job.publishedVersion)}` : lastPart(spec.model)),
    h('td.num', {}, parameter('steps')),
    h('td.num', {}, parameter('batch_size')),
    h('td.num', {}, parameter('learning_rate')),
    h('td.num', {}, parameter('dropout')),
    h('td.num', {}, spec.seed ?? '–'),
    h('td.num', {}, figure(metrics?.train_loss ?? job.progress?.loss)),
    h('td.num', {}, percent(metrics?.test_accuracy)),
    h('td.num', {}, job.endTime && job.startTime ? seconds((Date.parse(job.endTime) - Date.parse(job.startTime)) / 1000) : '–'),
    h('td.soft', {title: job.createTime}, ago(job.createTime)),
  );
}
