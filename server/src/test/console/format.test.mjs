import assert from 'node:assert/strict';
import {test} from 'node:test';
import * as format from '../../main/resources/console/logic/format.js';

test('numbers_areWrittenForPeople', () => {
  assert.equal(format.percent(0.97642), '97.64 %');
  assert.equal(format.percent(undefined), '–');
  assert.equal(format.count(1234567), '1,234,567');
  assert.equal(format.count(12345678), '12.3 M');
  assert.equal(format.count('999'), '999');
  assert.equal(format.figure(0.037714), '0.0377');
  assert.equal(format.figure(1431.2), '1,431');
  assert.equal(format.figure(0), '0');
  assert.equal(format.figure(NaN), '–');
  assert.equal(format.bytes('13133151'), '13.1 MB');
  assert.equal(format.bytes(999), '999 B');
  assert.equal(format.bytes(0), '–');
  assert.equal(format.signed(-0.5), '−0.50');
  assert.equal(format.signed(0.001, 2), '±0');
});

test('times_areWrittenForPeople', () => {
  assert.equal(format.seconds(0.00084), '840 µs');
  assert.equal(format.seconds(0.01234), '12.3 ms');
  assert.equal(format.seconds(4.21), '4.2 s');
  assert.equal(format.seconds(200), '3 min 20 s');
  assert.equal(format.seconds(7500), '2 h 5 min');
  assert.equal(format.seconds(NaN), '–');
  assert.equal(format.durationSeconds('1.5s'), 1.5);
  assert.equal(format.durationSeconds('0.000000001s'), 1e-9);
  assert.ok(Number.isNaN(format.durationSeconds(undefined)));
  const now = Date.parse('2026-11-26T01:00:00Z');
  assert.equal(format.ago('2026-11-26T00:59:58Z', now), 'just now');
  assert.equal(format.ago('2026-11-26T00:56:00Z', now), '4 min ago');
  assert.equal(format.ago('2026-11-20T00:56:00Z', now), '2026-11-20');
  assert.equal(format.ago('', now), '–');
});

test('names_areWrittenForPeople', () => {
  assert.equal(format.enumWord('VERSION_STATE_AVAILABLE', 'VERSION_STATE_'), 'Available');
  assert.equal(format.enumWord('ROLLED_BACK', ''), 'Rolled back');
  assert.equal(format.enumWord('VERSION_STATE_UNSPECIFIED', 'VERSION_STATE_'), 'Unknown');
  assert.equal(format.lastPart('models/mnist/versions/3'), '3');
});
