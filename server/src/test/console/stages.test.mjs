import assert from 'node:assert/strict';
import {test} from 'node:test';
import {isMoving, stagesOf} from '../../main/resources/console/logic/stages.js';

const DONE = {state: 'TRAINING_JOB_STATE_SUCCEEDED', publishedVersion: 'models/mnist/versions/4'};
const judgement = (state, more = {}) => ({state: `JUDGEMENT_STATE_${state}`, ...more});
const words = (...args) => stagesOf(...args).map(({tone, words}) => `${tone} ${words}`);

test('stagesOf_aRunThatLearns_waitsForTheRest', () => {
  assert.deepEqual(words({state: 'TRAINING_JOB_STATE_RUNNING'}, null, null), ['busy learns', 'idle –', 'idle –', 'idle –']);
  assert.deepEqual(words({state: 'TRAINING_JOB_STATE_FAILED'}, null, null)[0], 'bad failed');
});

test('stagesOf_aVersionThatIsMeasured_tellsHowFar', () => {
  const evaluation = {progress: {examplesDone: '2500', examplesTotal: '10000'}};
  assert.deepEqual(words(DONE, judgement('EVALUATING'), evaluation), ['good version 4', 'busy 25 % done', 'idle –', 'idle –']);
  assert.equal(words(DONE, judgement('EVALUATING'), null)[1], 'busy begins');
  assert.ok(isMoving(judgement('EVALUATING')) && isMoving(judgement('CANARYING')) && !isMoving(judgement('PASSED')) && !isMoving(null));
});

test('stagesOf_aVersionThatPassed_answers', () => {
  const evaluation = {results: {version: {accuracy: {value: 0.9884}}}};
  const promoted = judgement('PROMOTED', {rules: [{passed: true}, {passed: true}]});
  assert.deepEqual(words(DONE, promoted, evaluation), ['good version 4', 'good 98.84 % right', 'good all 2 rules held', 'good answers callers']);
  assert.equal(words(DONE, judgement('PASSED'), null)[3], 'idle waits for a person');
  assert.equal(words(DONE, judgement('SHADOWING'), null)[3], 'busy answers copies');
});

test('stagesOf_aVersionThatFellShort_saysWhoGoesOn', () => {
  const refused = judgement('REFUSED', {rules: [{passed: true}, {}], comparedWith: 'models/mnist/versions/3'});
  assert.deepEqual(words(DONE, refused, null).slice(2), ['bad 1 of 2 rules failed', 'bad version 3 goes on']);
  assert.deepEqual(words(DONE, judgement('FAILED'), null).slice(1), ['bad not measured', 'idle –', 'bad does not answer']);
});
