import {percent} from './format.js';

/** What can be told of evaluations, as GetEvaluation and ListEvaluations give them. */

const LIVE = /QUEUED|RUNNING/;
export const isLive = (evaluation) => LIVE.test(evaluation?.state ?? '');

/** Counts are text in JSON, and left out when they are 0. */
const number = (value) => Number(value ?? 0);

/**
 * A confusion matrix by rows.
 *
 * @returns {{labels: string[], rows: number[][], support: number[], mistakes: number, most: number}} support: examples of
 *     each class; most: the largest share of a class that was taken for one other
 */
export function matrixOf(confusion) {
  const labels = confusion?.labels ?? [];
  const counts = confusion?.counts ?? [];
  const rows = labels.map((_, row) => labels.map((_, column) => number(counts[row * labels.length + column])));
  const support = rows.map((row) => row.reduce((a, b) => a + b, 0));
  let mistakes = 0;
  let most = 0;
  rows.forEach((row, i) => row.forEach((count, j) => {
    if (i === j) return;
    mistakes += count;
    most = Math.max(most, shareOf(count, support[i]));
  }));
  return {labels, rows, support, mistakes, most};
}

const shareOf = (count, of) => (of > 0 ? count / of : 0);

/** How strongly a cell is coloured, 0..1: mistakes beside the worst one, by their root so that few are seen too. */
export function heat({rows, support, most}, row, column) {
  const share = shareOf(rows[row][column], support[row]);
  return row === column ? share : most > 0 ? Math.sqrt(share / most) : 0;
}

/** A cell of the matrix in words. */
export function cellWords({labels, rows, support}, row, column) {
  const count = rows[row][column];
  const of = `${count} of ${support[row]}`;
  return row === column ? `${labels[row]} read rightly: ${of}` : `${labels[row]} taken for ${labels[column]}: ${of}`;
}

/** The largest mistake, where looking begins; null when there is none. */
export function worstCell({rows}) {
  let worst = null;
  rows.forEach((row, i) => row.forEach((count, j) => {
    if (i !== j && count > (worst ? rows[worst.row][worst.column] : 0)) worst = {row: i, column: j};
  }));
  return worst;
}

/** The kept examples of one cell. */
export function examplesOf(version, label, predicted) {
  return (version?.misread ?? []).filter((one) => one.label === label && one.predicted === predicted);
}

/** The curve of a calibration: of the bins that hold examples, how sure it was and how often it was right. */
export function reliability(calibration) {
  return (calibration?.bins ?? [])
    .filter(({examples}) => number(examples) > 0)
    .map(({confidence, accuracy, examples, lower, upper}) => ({
      confidence: number(confidence),
      accuracy: number(accuracy),
      examples: number(examples),
      lower: number(lower),
      upper: number(upper),
    }))
    .sort((a, b) => a.confidence - b.confidence);
}

/** What the calibration error means, in words. */
export function calibrationWords(version, calibration) {
  const error = number(calibration?.expectedError);
  const points = reliability(calibration);
  const examples = points.reduce((sum, one) => sum + one.examples, 0);
  const lean = points.reduce((sum, one) => sum + (one.confidence - one.accuracy) * one.examples, 0) / (examples || 1);
  const how = Math.abs(lean) < error / 4 || error < 0.0005 ? '' : lean > 0 ? ' It is surer than it is right.' : ' It is right more often than it is sure.';
  return `What version ${version} says of its confidence and how often it is right lie ${(error * 100).toFixed(2)} percentage points apart on average (ECE).${how}`;
}

/** A share with the interval that holds the true one with 95 % confidence. */
export function intervalWords({lower, upper} = {}) {
  return `${percent(number(lower))} to ${percent(number(upper))}`;
}

/**
 * McNemar's verdict.
 *
 * @returns {{tone: 'good' | 'bad' | 'calm', title: string, text: string}}
 */
export function verdict(test, version, baseline) {
  const better = number(test.versionOnly) > number(test.baselineOnly);
  const first = `Version ${version}`;
  const other = `version ${baseline}`;
  const counts = `${first} alone read ${number(test.versionOnly)} examples rightly, ${other} alone ${number(test.baselineOnly)}; both misread ${number(test.bothWrong)}.`;
  const p = number(test.pValue);
  const chance = `If they were equally good, a difference as large as this would come up ${timesIn(p)}`;
  if (!test.significant) {
    return {tone: 'calm', title: `No proof that ${first.toLowerCase()} and ${other} differ`, text: `${counts} ${chance}, which is too often to decide by.`};
  }
  return {
    tone: better ? 'good' : 'bad',
    title: `${first} is ${better ? 'better' : 'worse'} than ${other}`,
    text: `${counts} ${chance}: too seldom for chance.`,
  };
}

function timesIn(p) {
  if (p >= 0.995) return 'every time';
  if (p >= 0.1) return `${Math.round(p * 100)} times in 100`;
  if (p >= 0.001) return `${Math.max(1, Math.round(p * 1000))} times in 1,000`;
  return 'less than once in 1,000 times';
}

/** The figures of a version in a table that sets versions beside one another. */
export const FIGURES = [
  ['Accuracy', (v) => number(v.accuracy?.value), 'share', 1],
  ['Mean precision', (v) => number(v.macroPrecision), 'share', 1],
  ['Mean recall', (v) => number(v.macroRecall), 'share', 1],
  ['Mean F1', (v) => number(v.macroF1), 'share', 1],
  ['Log loss', (v) => number(v.logLoss), 'figure', -1],
  ['Calibration error', (v) => number(v.calibration?.expectedError), 'share', -1],
];

/** Ways to disturb pictures. */
export const DISTURBANCES = [
  ['DISTURBANCE_NOISE', 'Noise'],
  ['DISTURBANCE_BLUR', 'Blur'],
  ['DISTURBANCE_SHIFT', 'Shift'],
  ['DISTURBANCE_ROTATION', 'Rotation'],
  ['DISTURBANCE_CONTRAST', 'Low contrast'],
  ['DISTURBANCE_FGSM', 'Worst case (FGSM)'],
];

/** Accuracy undisturbed and at each of the five levels; null where there is none. */
export function fallOf({undisturbed, points}) {
  const at = (level) => (points ?? []).find((point) => point.level === level)?.accuracy;
  return [undisturbed, ...[1, 2, 3, 4, 5].map(at)].map((share) => (share ? number(share.value) : null));
}

/**
 * What the form asks for.
 *
 * @returns {{spec: object, faults: object}} faults in words, by field
 */
export function specOf({model, baseline, dataset, examples, disturbances}) {
  const faults = {};
  const text = (examples ?? '').trim();
  const some = text === '' ? 0 : Number(text);
  if (!Number.isInteger(some) || some < 0) faults.examples = 'Examples must be a whole number, or nothing for all';
  if (!(dataset ?? '').trim()) faults.dataset = 'Dataset must have a name';
  if (baseline && baseline === model) faults.baseline = 'Choose another version to compare with';
  const spec = {model, dataset: (dataset ?? '').trim(), maxMisread: KEPT};
  if (baseline) spec.baseline = baseline;
  if (some > 0) spec.maxExamples = some;
  if (disturbances?.length) spec.disturbances = disturbances;
  return {spec, faults};
}

/** Misread pictures that an evaluation started here keeps. */
export const KEPT = 300;

/** True when the server has no such call at all, whatever it is asked. */
export function isMissing(error) {
  return error?.status === 501 || error?.status === 405 || (error?.status === 404 && !error.reason);
}
