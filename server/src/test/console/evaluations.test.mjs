import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {CallError} from '../../main/resources/console/api/problem.js';
import {explanationWords, place, strengths} from '../../main/resources/console/logic/attribution.js';
import {
  calibrationWords, cellWords, DISTURBANCES, examplesOf, fallOf, heat, intervalWords, isLive, isMissing, matrixOf, reliability, specOf, verdict, worstCell,
} from '../../main/resources/console/logic/evaluations.js';

const MATRIX = matrixOf({labels: ['0', '1', '2'], counts: ['8', '2', '0', '0', '10', '0', '1', '4', '5']});

test('matrixOf_countsInOneList_areRowsOfTheClass', () => {
  assert.deepEqual(MATRIX.rows, [[8, 2, 0], [0, 10, 0], [1, 4, 5]]);
  assert.deepEqual(MATRIX.support, [10, 10, 10]);
  assert.equal(MATRIX.mistakes, 7);
  assert.equal(MATRIX.most, 0.4);
  assert.deepEqual(matrixOf(undefined), {labels: [], rows: [], support: [], mistakes: 0, most: 0});
});

test('heat_mistakes_areColouredBesideTheWorstOne', () => {
  assert.equal(heat(MATRIX, 2, 1), 1);
  assert.ok(Math.abs(heat(MATRIX, 2, 0) - 0.5) < 1e-9);
  assert.equal(heat(MATRIX, 0, 2), 0);
  assert.equal(heat(MATRIX, 1, 1), 1);
  const perfect = matrixOf({labels: ['a', 'b'], counts: ['3', '0', '0', '0']});
  assert.equal(heat(perfect, 1, 0), 0);
  assert.equal(worstCell(perfect), null);
});

test('worstCell_andItsWords_nameWhatIsTakenForWhat', () => {
  assert.deepEqual(worstCell(MATRIX), {row: 2, column: 1});
  assert.equal(cellWords(MATRIX, 2, 1), '2 taken for 1: 4 of 10');
  assert.equal(cellWords(MATRIX, 0, 0), '0 read rightly: 8 of 10');
});

test('examplesOf_aCell_areThoseOfItsLabels', () => {
  const version = {misread: [{label: '2', predicted: '1', index: '7'}, {label: '1', predicted: '2'}]};
  assert.deepEqual(examplesOf(version, '2', '1').map(({index}) => index), ['7']);
  assert.deepEqual(examplesOf({}, '2', '1'), []);
});

test('reliability_emptyBins_areLeftOut', () => {
  const calibration = {
    expectedError: 0.1,
    bins: [{upper: 0.5}, {lower: 0.5, upper: 1, examples: '10', confidence: 0.9, accuracy: 0.8}],
  };
  assert.deepEqual(reliability(calibration), [{confidence: 0.9, accuracy: 0.8, examples: 10, lower: 0.5, upper: 1}]);
  assert.match(calibrationWords(2, calibration), /version 2 .* 10\.00 percentage points apart on average \(ECE\)\. It is surer than it is right\./);
  assert.deepEqual(reliability(undefined), []);
});

test('reliability_rightMoreOftenThanSure_isSaid', () => {
  const bins = [{lower: 0.5, upper: 1, examples: '10', confidence: 0.8, accuracy: 0.9}];
  assert.match(calibrationWords(1, {expectedError: 0.1, bins}), /right more often than it is sure/);
});

test('verdict_mcNemarsTest_isSaidInWords', () => {
  const better = verdict({versionOnly: '40', baselineOnly: '12', bothWrong: '150', pValue: 0.0002, significant: true}, 2, 1);
  assert.equal(better.tone, 'good');
  assert.equal(better.title, 'Version 2 is better than version 1');
  assert.match(better.text, /Version 2 alone read 40 examples rightly, version 1 alone 12; both misread 150\./);
  assert.match(better.text, /less than once in 1,000 times: too seldom for chance/);
  const worse = verdict({versionOnly: '1', baselineOnly: '30', pValue: 0.03, significant: true}, 2, 1);
  assert.equal(worse.tone, 'bad');
  assert.match(worse.text, /30 times in 1,000/);
  const open = verdict({versionOnly: '3', baselineOnly: '2', pValue: 1}, 2, 1);
  assert.equal(open.tone, 'calm');
  assert.equal(open.title, 'No proof that version 2 and version 1 differ');
  assert.match(open.text, /every time, which is too often/);
  assert.match(verdict({pValue: 0.25}, 2, 1).text, /25 times in 100/);
});

test('intervalWords_aShare_tellsBothEnds', () => {
  assert.equal(intervalWords({value: 0.97, lower: 0.9663, upper: 0.9734}), '96.63 % to 97.34 %');
  assert.equal(intervalWords({upper: 0.01}), '0.00 % to 1.00 %');
});

test('specOf_whatWasTyped_isASpecOrFaults', () => {
  const values = {model: 'models/m/versions/2', baseline: '', dataset: 'mnist', examples: ''};
  assert.deepEqual(specOf(values), {spec: {model: values.model, dataset: 'mnist', maxMisread: 300}, faults: {}});
  const {spec} = specOf({...values, baseline: 'models/m/versions/1', examples: ' 500 '});
  assert.equal(spec.maxExamples, 500);
  assert.equal(spec.baseline, 'models/m/versions/1');
  assert.deepEqual(specOf({...values, disturbances: ['DISTURBANCE_BLUR']}).spec.disturbances, ['DISTURBANCE_BLUR']);
  assert.match(specOf({...values, examples: '1.5'}).faults.examples, /whole number/);
  assert.match(specOf({...values, dataset: ' '}).faults.dataset, /name/);
  assert.match(specOf({...values, baseline: values.model}).faults.baseline, /another version/);
});

test('fallOf_levels_startUndisturbed', () => {
  const points = [{level: 1, accuracy: {value: 0.9}}, {level: 2, accuracy: {}}];
  assert.deepEqual(fallOf({undisturbed: {value: 0.98}, points}), [0.98, 0.9, 0, null, null, null]);
});

test('disturbances_areThoseOfTheProto', () => {
  const proto = readFileSync(new URL('../../../../proto/src/main/proto/millrace/v1/evaluation_service.proto', import.meta.url), 'utf8');
  const told = [...proto.matchAll(/^ {2}(DISTURBANCE_\w+) = [1-9]/gm)].map(([, name]) => name);
  assert.deepEqual(DISTURBANCES.map(([name]) => name), told);
});

test('isMissing_noSuchCall_isToldFromNoSuchThing', () => {
  assert.ok(isMissing(new CallError({status: 501})));
  assert.ok(isMissing(new CallError({status: 404})));
  assert.ok(!isMissing(new CallError({status: 404, reason: 'EVALUATION_NOT_FOUND'})));
  assert.ok(!isMissing(new CallError({status: 503})));
  assert.ok(isLive({state: 'EVALUATION_STATE_QUEUED'}));
  assert.ok(!isLive({state: 'EVALUATION_STATE_SUCCEEDED'}));
});

test('strengths_attributions_areScaledToTheStrongest', () => {
  assert.deepEqual(strengths([0, 2, -1]), [0, 1, -0.5]);
  assert.deepEqual(strengths([0, 0]), [0, 0]);
  const many = new Array(400).fill(1).with(0, 1000);
  assert.deepEqual([strengths(many)[0], strengths(many)[1]], [1, 1]);
});

test('explanationWords_whereItLies_isSaid', () => {
  const values = new Array(81).fill(0);
  values[0] = 3;
  values[40] = 1;
  values[80] = -9;
  assert.equal(place(values, 9), 'the upper left');
  assert.equal(place(new Array(81).fill(0).with(40, 1), 9), 'the middle');
  assert.equal(place(new Array(81).fill(0).with(4, 1), 9), 'the upper part');
  assert.equal(place(new Array(81).fill(-1), 9), null);
  const words = explanationWords({targetClass: 7, method: 'EXPLAIN_METHOD_INTEGRATED_GRADIENTS', steps: 64}, values, 9);
  assert.match(words.join(' '), /speak for 7.*upper left.*integrated gradients.*64 steps/);
  assert.match(explanationWords({}, new Array(81).fill(0), 9).join(' '), /speak for 0.*Nothing in the picture/);
});
