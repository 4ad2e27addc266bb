const FIRST = 1000;
const LONGEST = 30000;

/**
 * How long to wait before the next try: doubled each time up to half a minute, and spread so that many pages do not
 * come back at the same moment. What the server asks for is the least.
 *
 * @param {number} failures in a row, at least 1
 * @param {number} asked milliseconds that the server asked for
 * @param {() => number} random 0..1
 */
export function waitAfter(failures, asked = 0, random = Math.random) {
  const full = Math.min(LONGEST, FIRST * 2 ** (failures - 1));
  return Math.max(asked, full * (0.5 + random() / 2));
}

/** Resolves after a time; rejects at once when the signal is aborted. */
export function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const timer = setTimeout(done, milliseconds);
    function done() {
      signal?.removeEventListener('abort', stop);
      resolve();
    }
    function stop() {
      clearTimeout(timer);
      reject(signal.reason);
    }
    signal?.addEventListener('abort', stop, {once: true});
  });
}
