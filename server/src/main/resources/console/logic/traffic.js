import {addBuckets, bucketsBetween, quantile} from './histogram.js';

const PREFIX = 'millrace_';
export const wanted = (name) => name.startsWith(PREFIX);

const HISTOGRAMS = {
  latency: 'millrace_requests_seconds',
  queue: 'millrace_queue_time_seconds',
  rows: 'millrace_batch_rows',
};

/**
 * One reading of the metrics, by `model@version`.
 *
 * @param {Map<string, {labels: Record<string, string>, value: number}[]>} samples
 */
export function reading(samples, time) {
  const groups = new Map();
  const of = ({model, version}) => {
    const key = `${model}@${version}`;
    if (!groups.has(key)) groups.set(key, newGroup(model, version));
    return groups.get(key);
  };
  for (const [kind, name] of Object.entries(HISTOGRAMS)) {
    for (const {labels, value} of samples.get(`${name}_bucket`) ?? []) {
      const buckets = of(labels)[kind];
      const le = labels.le === '+Inf' ? Infinity : Number(labels.le);
      buckets.set(le, (buckets.get(le) ?? 0) + value);
    }
    for (const {labels, value} of samples.get(`${name}_sum`) ?? []) of(labels).sums[kind] += value;
    for (const {labels, value} of samples.get(`${name}_count`) ?? []) of(labels).counts[kind] += value;
  }
  for (const {labels, value} of samples.get('millrace_requests_seconds_count') ?? []) {
    if (labels.code !== 'OK') of(labels).failed += value;
  }
  for (const {labels, value} of samples.get('millrace_shed_total') ?? []) of(labels).shed += value;
  for (const {labels, value} of samples.get('millrace_dropped_total') ?? []) {
    if (labels.why !== 'cancelled') of(labels).expired += value;
  }
  const gauge = (name) => samples.get(name)?.[0]?.value ?? 0;
  return {
    time,
    groups,
    inFlight: gauge('millrace_requests_in_flight'),
    queueLength: gauge('millrace_queue_length'),
  };
}

const newGroup = (model, version) => ({
  model,
  version,
  latency: new Map(),
  queue: new Map(),
  rows: new Map(),
  sums: {latency: 0, queue: 0, rows: 0},
  counts: {latency: 0, queue: 0, rows: 0},
  failed: 0,
  shed: 0,
  expired: 0,
});

/** What happened between two readings, by `model@version`; rates are per second, times in seconds. */
export function between(now, before) {
  const seconds = Math.max((now.time - before.time) / 1000, 1e-3);
  const moves = new Map();
  for (const [key, group] of now.groups) moves.set(key, move(group, before.groups.get(key), seconds));
  return moves;
}

/** Several groups' moves as one. */
export function total(moves) {
  const all = [...moves];
  const sum = (field) => all.reduce((total, one) => total + one[field], 0);
  return figures({
    seconds: all[0]?.seconds ?? 1,
    requests: sum('requests'),
    failed: sum('failed'),
    shed: sum('shed'),
    expired: sum('expired'),
    runs: sum('runs'),
    rowsSum: sum('rowsSum'),
    latency: addBuckets(all.map((one) => one.latency)),
    queue: addBuckets(all.map((one) => one.queue)),
  });
}

function move(now, before, seconds) {
  const grown = (value, base) => (base === undefined || value < base ? value : value - base);
  return figures({
    seconds,
    requests: grown(now.counts.latency, before?.counts.latency),
    failed: grown(now.failed, before?.failed),
    shed: grown(now.shed, before?.shed),
    expired: grown(now.expired, before?.expired),
    runs: grown(now.counts.rows, before?.counts.rows),
    rowsSum: grown(now.sums.rows, before?.sums.rows),
    latency: bucketsBetween(now.latency, before?.latency),
    queue: bucketsBetween(now.queue, before?.queue),
  });
}

function figures(move) {
  return {
    ...move,
    perSecond: move.requests / move.seconds,
    failedPerSecond: move.failed / move.seconds,
    shedPerSecond: move.shed / move.seconds,
    expiredPerSecond: move.expired / move.seconds,
    p50: quantile(move.latency, 0.5),
    p95: quantile(move.latency, 0.95),
    p99: quantile(move.latency, 0.99),
    queueP50: quantile(move.queue, 0.5),
    queueP99: quantile(move.queue, 0.99),
    batchRows: move.runs > 0 ? move.rowsSum / move.runs : NaN,
  };
}
