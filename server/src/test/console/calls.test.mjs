import assert from 'node:assert/strict';
import {test} from 'node:test';
import {pause, waitAfter} from '../../main/resources/console/api/backoff.js';
import {EventParser} from '../../main/resources/console/api/events.js';
import {CallError, fromJson, inWords} from '../../main/resources/console/api/problem.js';

test('waitAfter_failuresInARow_doublesUpToHalfAMinute', () => {
  const waits = [1, 2, 3, 4, 5, 6, 20].map((failures) => waitAfter(failures, 0, () => 1));
  assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16000, 30000, 30000]);
  assert.equal(waitAfter(1, 0, () => 0), 500);
  assert.equal(waitAfter(1, 7000, () => 1), 7000);
});

test('pause_aborted_rejectsAtOnce', async () => {
  const ending = new AbortController();
  const waiting = pause(60000, ending.signal);
  ending.abort(new Error('gone'));
  await assert.rejects(waiting, /gone/);
  await assert.rejects(pause(1, ending.signal), /gone/);
});

test('eventParser_piecesThatCutLines_givesWholeEvents', () => {
  const parser = new EventParser();
  assert.deepEqual(parser.feed(': hello\n\nid: 4\nda'), []);
  const [event] = parser.feed('ta: {"a":1}\r\ndata:2\r\n\r\nevent: error\ndata: x\n');
  assert.deepEqual(event, {event: 'message', data: '{"a":1}\n2', id: '4'});
  assert.deepEqual(parser.feed('\n'), [{event: 'error', data: 'x', id: '4'}]);
});

test('eventParser_crlfCutInTheMiddle_isOneLineEnd', () => {
  const parser = new EventParser();
  assert.deepEqual(parser.feed('data: 1\r'), []);
  assert.deepEqual(parser.feed('\n'), []);
  assert.equal(parser.feed('\r\n')[0].data, '1');
});

test('fromJson_aStatusWithDetails_tellsReasonAndTime', () => {
  const error = fromJson(503, {
    code: 14,
    message: 'version 3 of mnist is loading',
    details: [
      {'@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'VERSION_NOT_READY'},
      {'@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '2.5s'},
    ],
  });
  assert.equal(error.code, 'UNAVAILABLE');
  assert.equal(error.reason, 'VERSION_NOT_READY');
  assert.equal(error.retryAfter, 2500);
  assert.equal(inWords(error).kind, 'loading');
});

test('fromJson_insideAStream_takesTheStatusFromTheCode', () => {
  assert.equal(fromJson(0, {error: {code: 404, status: 'NOT_FOUND', message: 'no job'}}).status, 404);
  assert.equal(fromJson(0, {code: 14}).status, 503);
});

test('inWords_eachTrouble_saysWhatToDo', () => {
  const kinds = (answer) => inWords(new CallError(answer)).kind;
  assert.equal(kinds({status: 0}), 'down');
  assert.equal(kinds({status: 401}), 'key');
  assert.equal(kinds({status: 403, message: 'needs models.promote'}), 'permission');
  assert.match(inWords(new CallError({status: 403, message: 'needs models.promote'})).text, /needs models\.promote/i);
  assert.equal(kinds({status: 403, reason: 'ORIGIN_REFUSED'}), 'refused');
  assert.equal(kinds({status: 503, reason: 'OVERLOADED'}), 'busy');
  assert.equal(kinds({status: 503, reason: 'DRAINING'}), 'down');
  assert.equal(kinds({status: 409, reason: 'ETAG_MISMATCH'}), 'stale');
  assert.equal(kinds({status: 404}), 'missing');
  assert.equal(kinds({status: 400, message: 'steps must be at least 1'}), 'refused');
  assert.ok(inWords(new CallError({status: 0})).passing);
  assert.ok(!inWords(new CallError({status: 401})).passing);
});
