import {pause, waitAfter} from './backoff.js';
import {EventParser} from './events.js';
import {apiKey} from './key.js';
import {CallError, fromJson} from './problem.js';

/** The server beside which this page lies, wherever a proxy has put it. */
const base = new URL('./', document.baseURI);

/** Hears how each call went: `answered` with its path, or `failed` with a CallError. */
export const calls = new EventTarget();

const tell = (type, detail) => calls.dispatchEvent(new CustomEvent(type, {detail}));

async function send(path, {method = 'GET', body, signal, accept = 'application/json'} = {}) {
  const headers = {accept};
  const key = apiKey.get();
  if (key) headers.authorization = `Bearer ${key}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  let response;
  try {
    response = await fetch(new URL(path, base), {
      method,
      headers,
      signal,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: 'same-origin',
      cache: 'no-store',
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw failed(new CallError({status: 0}));
  }
  if (!response.ok) throw failed(await errorOf(response));
  tell('answered', path);
  return response;
}

function failed(error) {
  tell('failed', error);
  return error;
}

async function errorOf(response) {
  const after = Number(response.headers.get('retry-after')) * 1000 || 0;
  try {
    return fromJson(response.status, await response.json(), after);
  } catch {
    return new CallError({status: response.status, retryAfter: after});
  }
}

/** Calls the native API; the answer's JSON. */
export async function call(path, options) {
  return (await send(`api/v1/${path}`, options)).json();
}

/** Another page of this server, as text. */
export async function text(path, options) {
  return (await send(path, {accept: 'text/plain', ...options})).text();
}

/** The answers of one server-sent stream, until it ends or the signal is aborted. */
async function* stream(path, signal) {
  const response = await send(`api/v1/${path}`, {accept: 'text/event-stream', signal});
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const parser = new EventParser();
  try {
    for (;;) {
      const {done, value} = await reader.read();
      if (done) return;
      for (const {event, data} of parser.feed(value)) {
        if (event === 'end') return;
        if (event === 'error') throw fromJson(0, JSON.parse(data));
        yield JSON.parse(data);
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/**
 * Follows a stream and takes it up again when it breaks, later each time.
 *
 * @param {() => string} path asked anew for each try, so that it can name what was seen last
 * @param {{signal: AbortSignal, onMessage: (message: object) => void, onProblem?: (error: Error) => void,
 *     endless?: boolean}} options endless: a stream that ends is taken up again
 */
export async function follow(path, {signal, onMessage, onProblem = () => {}, endless = false}) {
  for (let failures = 0; !signal.aborted; ) {
    let error;
    try {
      for await (const message of stream(path(), signal)) {
        failures = 0;
        onMessage(message);
      }
      if (!endless) return;
    } catch (thrown) {
      if (signal.aborted) return;
      error = thrown instanceof CallError ? thrown : new CallError({status: 0});
      onProblem(error);
      // After a key was entered it is tried again.
      if (error.status >= 400 && error.status < 500 && error.status !== 401 && error.status !== 429) return;
    }
    failures++;
    await pauseOrRetry(waitAfter(failures, error?.retryAfter), signal);
  }
}

/**
 * Asks again and again: every `every` milliseconds while it succeeds, later each time while it fails.
 *
 * @param {() => Promise<void>} ask
 * @param {{every: number | (() => number), signal: AbortSignal, onProblem?: (error: Error) => void}} options
 */
export async function repeat(ask, {every, signal, onProblem = () => {}}) {
  for (let failures = 0; !signal.aborted; ) {
    const usual = () => (typeof every === 'function' ? every() : every);
    let wait;
    try {
      if (!document.hidden) await ask();
      failures = 0;
      wait = usual();
    } catch (error) {
      if (signal.aborted) return;
      onProblem(error);
      failures++;
      wait = Math.max(usual(), waitAfter(failures, error.retryAfter));
    }
    await pauseOrRetry(wait, signal);
  }
}

/** A wait that ends early when the signal is aborted, or somebody asks to try again now. */
async function pauseOrRetry(milliseconds, signal) {
  const waking = new AbortController();
  const wake = () => waking.abort();
  calls.addEventListener('retry', wake, {signal: waking.signal});
  signal.addEventListener('abort', wake, {signal: waking.signal});
  await pause(milliseconds, waking.signal).catch(() => {});
  wake();
}

/** Has everything that waits for its next try do it now. */
export const retryNow = () => tell('retry');
