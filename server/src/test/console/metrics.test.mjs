import assert from 'node:assert/strict';
import {test} from 'node:test';
import {addBuckets, bucketsBetween, quantile} from '../../main/resources/console/logic/histogram.js';
import {parseMetrics} from '../../main/resources/console/logic/metrics-text.js';
import {Ring} from '../../main/resources/console/logic/ring.js';
import {between, reading, total, wanted} from '../../main/resources/console/logic/traffic.js';

test('parseMetrics_linesOfEveryForm_areRead', () => {
  const samples = parseMetrics(
    [
      '# HELP a Words with {braces}',
      '# TYPE a counter',
      'a 1',
      'b{x="1",y="two words"} 2.5 1700000000000',
      'c{x="a \\"quoted\\" \\\\ back\\nslash, }",} 1.5E-3',
      'd{ le = "+Inf" } +Inf',
      'e NaN',
      '',
    ].join('\n'),
  );
  assert.deepEqual(samples.get('a')[0].labels, {});
  assert.equal(samples.get('a')[0].value, 1);
  assert.deepEqual(samples.get('b')[0].labels, {x: '1', y: 'two words'});
  assert.equal(samples.get('b')[0].value, 2.5);
  assert.equal(samples.get('c')[0].labels.x, 'a "quoted" \\ back\nslash, }');
  assert.equal(samples.get('c')[0].value, 0.0015);
  assert.equal(samples.get('d')[0].labels.le, '+Inf');
  assert.equal(samples.get('d')[0].value, Infinity);
  assert.ok(Number.isNaN(samples.get('e')[0].value));
});

test('parseMetrics_brokenLines_areLeftOut', () => {
  const samples = parseMetrics('a{x="1" 3\n{x="1"} 3\nb\nc{x=1} 2\nd word\ne 7');
  assert.deepEqual([...samples.keys()], ['e']);
});

test('parseMetrics_unwantedNames_areLeftOut', () => {
  assert.deepEqual([...parseMetrics('millrace_a 1\njvm_b 2', wanted).keys()], ['millrace_a']);
});

test('quantile_withinABucket_isLinear', () => {
  const buckets = [{le: 1, count: 10}, {le: 2, count: 30}, {le: Infinity, count: 40}];
  assert.equal(quantile(buckets, 0.5), 1.5);
  assert.equal(quantile(buckets, 0.125), 0.5);
});

test('quantile_beyondTheLastBound_isThatBound', () => {
  assert.equal(quantile([{le: 2, count: 1}, {le: Infinity, count: 4}], 0.99), 2);
});

test('quantile_nothingCounted_isNotANumber', () => {
  assert.ok(Number.isNaN(quantile([], 0.5)));
  assert.ok(Number.isNaN(quantile([{le: 1, count: 0}], 0.5)));
});

test('bucketsBetween_aRestart_countsFromZero', () => {
  const now = new Map([[1, 3], [Infinity, 4]]);
  const before = new Map([[1, 50], [Infinity, 60]]);
  assert.deepEqual(bucketsBetween(now, before), [{le: 1, count: 3}, {le: Infinity, count: 4}]);
});

test('addBuckets_twoSeries_areOne', () => {
  const one = [{le: 1, count: 1}, {le: Infinity, count: 2}];
  assert.deepEqual(addBuckets([one, one]), [{le: 1, count: 2}, {le: Infinity, count: 4}]);
});

test('ring_moreThanItHolds_keepsTheLast', () => {
  const ring = new Ring(3);
  for (const n of [1, 2, 3, 4]) ring.push({n});
  assert.deepEqual(ring.last('n'), [2, 3, 4]);
  assert.deepEqual(ring.last('n', 2), [3, 4]);
  assert.equal(ring.length, 3);
});

test('ring_aColumnThatComesAndGoes_hasGaps', () => {
  const ring = new Ring(4);
  ring.push({a: 1});
  ring.push({a: 2, b: 9});
  ring.push({a: 3});
  assert.deepEqual(ring.last('b'), [null, 9, null]);
  assert.deepEqual(ring.last('unknown'), [null, null, null]);
  for (let i = 0; i < 4; i++) ring.push({a: i});
  ring.prune();
  assert.deepEqual(ring.names(), ['a']);
});

const TEXT = (requests, failed, sum) => `
millrace_requests_seconds_bucket{model="m",version="1",signature="s",code="OK",le="0.01"} ${requests / 2}
millrace_requests_seconds_bucket{model="m",version="1",signature="s",code="OK",le="+Inf"} ${requests}
millrace_requests_seconds_count{model="m",version="1",signature="s",code="OK"} ${requests}
millrace_requests_seconds_count{model="m",version="1",signature="s",code="OVERLOADED"} ${failed}
millrace_shed_total{model="m",version="1",signature="s",why="wait"} ${failed}
millrace_dropped_total{model="m",version="1",signature="s",why="expired"} 4
millrace_dropped_total{model="m",version="1",signature="s",why="cancelled"} 7
millrace_batch_rows_count{model="m",version="1",signature="s"} ${requests}
millrace_batch_rows_sum{model="m",version="1",signature="s"} ${sum}
millrace_requests_in_flight 5
`;
const read = (text, time) => reading(parseMetrics(text, wanted), time);

test('between_twoReadings_givesRatesAndMeans', () => {
  const before = read(TEXT(100, 0, 200), 1000);
  const moves = between(read(TEXT(140, 2, 320), 3000), before);
  const move = moves.get('m@1');
  assert.equal(move.perSecond, 21);
  assert.equal(move.failedPerSecond, 1);
  assert.equal(move.shedPerSecond, 1);
  assert.equal(move.expiredPerSecond, 0);
  assert.equal(move.batchRows, 3);
  assert.equal(move.p50, 0.01);
});

test('reading_cancelledRequests_areNoExpiredOnes', () => {
  const now = read(TEXT(1, 0, 1), 0);
  assert.equal(now.groups.get('m@1').expired, 4);
  assert.equal(now.inFlight, 5);
});

test('total_ofNothing_isNothing', () => {
  const none = total([]);
  assert.equal(none.perSecond, 0);
  assert.ok(Number.isNaN(none.p99));
});
