import {api} from '../../api/endpoints.js';
import {sentence} from '../../api/problem.js';
import {clock, count, enumWord, figure, lastPart, percent, seconds} from '../../logic/format.js';
import {isLive} from '../../logic/runs.js';
import {announce} from '../../ui/announce.js';
import {confirmDialog} from '../../ui/dialog.js';
import {h} from '../../ui/dom.js';
import {card, problemBox, stat, state} from '../../ui/parts.js';

/** One run: how far it is, its way to the callers if it goes there, its figures, its curves and its log. */
export function runCard(job, run, {lossChart, accuracyChart}, stages = null) {
  const last = run.points.at(-1);
  const step = last?.step ?? Number(job.progress?.step ?? 0);
  const steps = last?.totalSteps || Number(job.progress?.totalSteps ?? job.spec?.parameters?.steps ?? 0);
  return card(
    `Run ${shortId(job)}`,
    {id: 'h-run', aside: [state(job.state, 'TRAINING_JOB_STATE_'), isLive(job) ? cancelButton(job) : null]},
    job.message ? problemBox({kind: 'refused', title: enumWord(job.reason, ''), text: sentence(job.message)}) : null,
    stages,
    progress(step, steps),
    h('dl.stats', {}, stats(job, last)),
    h('div.charts', {}, h('figure', {}, h('figcaption', {}, 'Loss ', h('small', {}, 'training')), lossChart.element), h('figure', {}, h('figcaption', {}, 'Accuracy ', h('small', {}, 'validation; training dashed')), accuracyChart.element)),
    log(run.events),
  );
}

export const shortId = (job) => lastPart(job.name).replace(/^j(\d{8})-/, '');

function progress(step, steps) {
  const share = steps > 0 ? step / steps : 0;
  return h(
    'div.progress',
    {},
    h('progress', {max: String(steps || 1), value: step, 'aria-label': 'Steps done'}),
    h('span', {}, `${count(step)} of ${count(steps)} steps, ${percent(share, 0)}`),
  );
}

function stats(job, last) {
  const {metrics} = job;
  const ended = !isLive(job);
  return [
    stat('Loss', figure(last?.loss)),
    stat('Validation', percent(last?.validation)),
    ended ? stat('Test accuracy', percent(metrics?.test_accuracy)) : stat('Training', percent(last?.train)),
    stat('Throughput', last?.rate ? count(last.rate) : '–', {note: 'examples/s'}),
    ended
      ? stat('Took', seconds((Date.parse(job.endTime) - Date.parse(job.startTime)) / 1000))
      : stat('Time left', last ? seconds(last.timeLeft || 0) : '–'),
    stat('Published', job.publishedVersion ? `version ${lastPart(job.publishedVersion)}` : '–'),
  ];
}

function cancelButton(job) {
  return h('button.small', {
    key: 'cancel',
    onclick: () =>
      confirmDialog({
        title: `Cancel run ${shortId(job)}`,
        confirm: 'Cancel the run',
        tone: 'bad',
        body: h('p', {}, 'It ends without a version. What it has learned is lost.'),
        act: async () => {
          await api.cancelJob(job.name, {});
          announce('The run is asked to stop', {show: true});
        },
      }),
  }, 'Cancel run…');
}

function log(events) {
  const lines = events.map((event) => `${clock(event.time)}  ${words(event)}`);
  return h(
    'details.log-box',
    {key: 'log'},
    h('summary', {}, `Log, ${events.length} events`),
    h('pre.log', {tabindex: '0', role: 'group', 'aria-label': 'Log of the run'}, lines.join('\n') || 'Nothing yet.'),
  );
}

function words({stateChanged, progress, evaluated, versionPublished}) {
  if (stateChanged) {
    const why = stateChanged.message ? `: ${stateChanged.message}` : '';
    return `${enumWord(stateChanged.state, 'TRAINING_JOB_STATE_')}${why}`;
  }
  if (progress) {
    return `step ${progress.step} of ${progress.totalSteps}: loss ${figure(progress.loss)}, training ${percent(progress.trainAccuracy)}, validation ${percent(progress.validationAccuracy)}, ${count(progress.examplesPerSecond)} examples/s`;
  }
  if (evaluated) {
    return `measured: ${Object.entries(evaluated.metrics ?? {}).map(([name, value]) => `${name} ${figure(value)}`).join(', ')}`;
  }
  return versionPublished ? `published ${versionPublished.version}` : 'something that this page does not know';
}
