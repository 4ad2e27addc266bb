import assert from 'node:assert/strict';
import {test} from 'node:test';
import {classShares, fileSignature, pictureSignature} from '../../main/resources/console/logic/picture-model.js';
import {curves, Run} from '../../main/resources/console/logic/runs.js';
import {curl, grpcurl, java} from '../../main/resources/console/logic/snippets.js';
import {argMax, encodeFloats, numbersOf, softmax} from '../../main/resources/console/logic/tensor.js';
import {answering, former, shares, trafficOf} from '../../main/resources/console/logic/versions.js';

const version = (number, extra = {}) => ({
  name: `models/m/versions/${number}`, version: String(number), state: 'VERSION_STATE_AVAILABLE', ...extra,
});

test('tensor_floats_comeBackAsTheyWere', () => {
  const data = encodeFloats(new Float32Array([0.5, -1, 3e8]));
  assert.deepEqual(numbersOf({dtype: 'DATA_TYPE_FLOAT32', data}), [0.5, -1, 3e8]);
  assert.deepEqual(numbersOf({dtype: 'DATA_TYPE_INT64', ints: ['7']}), [7]);
  assert.equal(numbersOf({dtype: 'DATA_TYPE_STRING', strings: ['eA==']}), null);
  assert.equal(argMax([1, 5, 2]), 1);
  assert.ok(Math.abs(softmax([1000, 1000])[0] - 0.5) < 1e-9);
});

const SPEC = (dtype, ...shape) => ({dtype: `DATA_TYPE_${dtype}`, shape: shape.map(String)});

test('pictureSignature_pixelsInAnyOfThreeShapes_areFound', () => {
  for (const shape of [[-1, 28, 28, 1], [-1, 784], [-1, 28, 28]]) {
    const how = pictureSignature({signatures: {
      other: {inputs: {text: SPEC('STRING', -1)}, outputs: {y: SPEC('FLOAT32', -1, 10)}},
      run: {inputs: {x: SPEC('FLOAT32', ...shape)}, outputs: {logits: SPEC('FLOAT32', -1, 10), classes: SPEC('INT64', -1)}},
    }});
    assert.deepEqual(how, {signature: 'run', input: 'x', shape: [1, ...shape.slice(1)], output: 'logits', logits: true});
  }
  assert.equal(pictureSignature({signatures: {run: {inputs: {x: SPEC('FLOAT32', -1, 3)}, outputs: {}}}}), null);
  assert.equal(pictureSignature(undefined), null);
});

test('classShares_logits_becomeShares', () => {
  const response = {outputs: {logits: {dtype: 'DATA_TYPE_FLOAT32', floats: [0, 0]}}};
  assert.deepEqual(classShares(response, {output: 'logits', logits: true}), [0.5, 0.5]);
});

test('fileSignature_stringsOfPictures_isFound', () => {
  const how = fileSignature({signatures: {classify_image: {inputs: {encoded: SPEC('STRING', -1)}, outputs: {}}}});
  assert.deepEqual(how, {signature: 'classify_image', input: 'encoded'});
});

test('shares_championAndCanaries_addUpToOne', () => {
  const model = {
    versions: [version(3), version(2, {labels: ['champion']}), version(1)],
    traffic: {canaries: [{version: '3', share: 0.25}]},
  };
  assert.deepEqual(shares(model), [
    {version: 2, share: 0.75, role: 'champion'},
    {version: 3, share: 0.25, role: 'canary'},
  ]);
  assert.equal(answering({versions: [version(2, {state: 'VERSION_STATE_LOADING'}), version(1)]}).version, '1');
});

test('former_bakeOrHistory_tellsWhomARollbackRestores', () => {
  const versions = [version(2, {labels: ['champion']}), version(1)];
  assert.equal(former({versions, bake: {formerVersion: '1'}}, null).version, '1');
  assert.equal(former({versions}, [{action: 'PROMOTED', fromVersion: '1', toVersion: '2'}]).version, '1');
  assert.equal(former({versions}, [{action: 'PROMOTED', toVersion: '2'}]), null);
});

test('trafficOf_whatWasTyped_isSharesOrAFault', () => {
  assert.deepEqual(trafficOf({1: '10', 2: '0'}, {version: '', percent: '50'}), {
    fault: null, traffic: {canaries: [{version: '1', share: 0.1}]},
  });
  assert.deepEqual(trafficOf({}, {version: '2', percent: '50'}).traffic.shadow, {version: '2', share: 0.5});
  assert.match(trafficOf({1: '60', 2: '50'}).fault, /more than 100/);
  assert.match(trafficOf({1: 'x'}).fault, /from 0 to 100/);
  assert.match(trafficOf({1: '-1'}).fault, /from 0 to 100/);
});

test('run_eventsTwice_areKeptOnce', () => {
  const run = new Run();
  const event = {sequence: '3', progress: {step: '100', totalSteps: '200', loss: 0.3, timeLeft: '2s'}};
  run.add(event);
  run.add(event);
  assert.equal(run.points.length, 1);
  assert.equal(run.points[0].timeLeft, 2);
  assert.equal(run.sequence, 3);
});

test('run_aLossThatRanAway_isAGap', () => {
  const run = new Run();
  run.add({sequence: '1', progress: {step: '1', loss: 'NaN', validationAccuracy: 0.1}});
  assert.equal(run.points[0].loss, null);
  assert.equal(run.points[0].train, 0);
});

test('curves_runsOfOtherSteps_shareAnAxis', () => {
  const a = {points: [{step: 100, loss: 3}, {step: 200, loss: 2}], fields: ['loss']};
  const b = {points: [{step: 150, loss: 1}], fields: ['loss']};
  assert.deepEqual(curves([a, b]), {x: [100, 150, 200], values: [[3, null, 2], [null, 1, null]]});
});

test('snippets_aRequest_nameTheVersionAndTheKey', () => {
  const call = {origin: 'http://h:8501', grpc: 'h:8500', model: 'models/m/versions/3', ask: {inputs: {}}, png: 'AAAA', key: true};
  assert.match(curl(call), /^curl -s http:\/\/h:8501\/api\/v1\/models\/m\/versions\/3:predict \\\n.*MILLRACE_API_KEY/);
  assert.match(grpcurl(call), /"model":"models\/m\/versions\/3"/);
  assert.match(java(call), /client\.model\("m"\)\.version\(3\)\.classify\(picture\)/);
  assert.doesNotMatch(curl({...call, key: false}), /authorization/);
});
