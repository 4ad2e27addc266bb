import {repeat} from '../api/client.js';
import {api} from '../api/endpoints.js';
import {parseMetrics} from '../logic/metrics-text.js';
import {Ring} from '../logic/ring.js';
import {between, reading, total, wanted} from '../logic/traffic.js';

/** Seconds that are kept. */
const KEPT = 900;
const FIELDS = [
  'perSecond', 'failedPerSecond', 'shedPerSecond', 'expiredPerSecond', 'p50', 'p95', 'p99', 'queueP50', 'queueP99',
  'batchRows',
];

/** Reads the server's metrics every second and keeps what happened in each, for as long as the page is open. */
class TrafficFeed extends EventTarget {
  ring = new Ring(KEPT);
  problem = null;
  /** The last readings, newest last: enough for rates over ten seconds. */
  #readings = [];

  start() {
    repeat(() => this.#read(), {
      every: 1000,
      signal: new AbortController().signal,
      onProblem: (error) => {
        this.problem = error;
        this.dispatchEvent(new Event('change'));
      },
    });
  }

  async #read() {
    const now = reading(parseMetrics(await api.metrics(), wanted), Date.now());
    this.problem = null;
    const before = this.#readings.at(-1);
    this.#readings.push(now);
    if (this.#readings.length > 61) this.#readings.shift();
    if (before) this.ring.push(row(between(now, before), now));
    if (this.ring.length % 60 === 0) this.ring.prune();
    this.dispatchEvent(new Event('change'));
  }

  /** The newest reading; null before the first. */
  get now() {
    return this.#readings.at(-1) ?? null;
  }

  /** What happened in the last `seconds`, by `model@version`; empty before there are two readings. */
  recent(seconds) {
    const now = this.now;
    const before = this.#readings.find((one) => now.time - one.time <= seconds * 1000 + 500);
    return before && before !== now ? between(now, before) : new Map();
  }

  listen(signal, onChange) {
    this.addEventListener('change', onChange, {signal});
    onChange();
  }
}

function row(moves, now) {
  const row = {time: now.time / 1000, inFlight: now.inFlight, queueLength: now.queueLength};
  const add = (key, move) => {
    for (const name of FIELDS) row[`${key}:${name}`] = Number.isNaN(move[name]) ? null : move[name];
  };
  add('all', total(moves.values()));
  for (const [key, move] of moves) add(key, move);
  return row;
}

export const traffic = new TrafficFeed();
