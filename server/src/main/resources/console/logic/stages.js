import {lastPart, percent} from './format.js';

/** Judgements of which something more will come by themselves. */
const MOVING = /EVALUATING|PROMOTING|SHADOWING|CANARYING/;
export const isMoving = (judgement) => MOVING.test(judgement?.state ?? '');

const word = (value, prefix) => (value ?? '').replace(prefix, '');

/**
 * The way of a run to the callers: trained, measured, judged, serving.
 *
 * @param {object} job the training job
 * @param {object | null} judgement what became of its version at the gate; null before
 * @param {object | null} evaluation the evaluation that measures it; null before
 * @returns {{name: string, tone: 'idle' | 'busy' | 'good' | 'bad', words: string}[]}
 */
export function stagesOf(job, judgement, evaluation) {
  return [trained(job), measured(judgement, evaluation), judged(judgement), serving(judgement)];
}

const stage = (name, tone, words) => ({name, tone, words});

function trained(job) {
  const state = word(job.state, 'TRAINING_JOB_STATE_');
  if (state === 'SUCCEEDED') return stage('Train', 'good', `version ${lastPart(job.publishedVersion ?? '')}`);
  if (state === 'FAILED' || state === 'CANCELLED') return stage('Train', 'bad', state === 'FAILED' ? 'failed' : 'cancelled');
  return stage('Train', state === 'QUEUED' ? 'idle' : 'busy', state === 'QUEUED' ? 'waits' : 'learns');
}

function measured(judgement, evaluation) {
  if (!judgement) return stage('Measure', 'idle', '–');
  const state = word(judgement.state, 'JUDGEMENT_STATE_');
  if (state === 'FAILED') return stage('Measure', 'bad', 'not measured');
  if (state !== 'EVALUATING') {
    const accuracy = evaluation?.results?.version?.accuracy;
    return stage('Measure', 'good', accuracy ? `${percent(accuracy.value ?? 0)} right` : 'done');
  }
  const total = Number(evaluation?.progress?.examplesTotal ?? 0);
  const done = Number(evaluation?.progress?.examplesDone ?? 0);
  return stage('Measure', 'busy', total ? `${percent(done / total, 0)} done` : 'begins');
}

function judged(judgement) {
  const state = word(judgement?.state, 'JUDGEMENT_STATE_');
  const rules = judgement?.rules ?? [];
  if (state === 'REFUSED') return stage('Judge', 'bad', `${rules.filter(({passed}) => !passed).length} of ${rules.length} rules failed`);
  if (state === '' || state === 'EVALUATING' || state === 'FAILED') return stage('Judge', 'idle', '–');
  return stage('Judge', 'good', rules.length ? `all ${rules.length} rules held` : 'passed');
}

function serving(judgement) {
  switch (word(judgement?.state, 'JUDGEMENT_STATE_')) {
    case 'PROMOTED':
    case 'OVERRIDDEN':
      return stage('Serve', 'good', 'answers callers');
    case 'PROMOTING':
      return stage('Serve', 'busy', 'is promoted');
    case 'SHADOWING':
      return stage('Serve', 'busy', 'answers copies');
    case 'CANARYING':
      return stage('Serve', 'busy', 'answers a share');
    case 'PASSED':
      return stage('Serve', 'idle', 'waits for a person');
    case 'REFUSED':
    case 'FAILED':
    case 'STOPPED':
      return stage('Serve', 'bad', judgement.comparedWith ? `version ${lastPart(judgement.comparedWith)} goes on` : 'does not answer');
    default:
      return stage('Serve', 'idle', '–');
  }
}
