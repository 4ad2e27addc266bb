/**
 * A quantile of a cumulative histogram, linear within its bucket, as Prometheus' histogram_quantile does.
 *
 * @param {{le: number, count: number}[]} buckets cumulative counts by upper bound, the last +Infinity
 * @param {number} q 0..1
 * @returns {number} NaN when nothing was counted; the largest finite bound when it lies beyond that
 */
export function quantile(buckets, q) {
  const sorted = [...buckets].sort((a, b) => a.le - b.le);
  const total = sorted.at(-1)?.count ?? 0;
  if (!(total > 0)) return NaN;
  const rank = q * total;
  const index = sorted.findIndex((bucket) => bucket.count >= rank);
  const upper = sorted[index].le;
  const lower = index === 0 ? 0 : sorted[index - 1].le;
  if (upper === Infinity) return lower;
  const below = index === 0 ? 0 : sorted[index - 1].count;
  const within = sorted[index].count - below;
  return within === 0 ? upper : lower + (upper - lower) * ((rank - below) / within);
}

/**
 * What was counted between two readings. A count that fell began anew: the server was restarted or the series dropped.
 *
 * @param {Map<number, number>} now counts by upper bound
 * @param {Map<number, number> | undefined} before
 */
export function bucketsBetween(now, before) {
  const restarted = before && [...now].some(([le, count]) => count < (before.get(le) ?? 0));
  const base = restarted || !before ? new Map() : before;
  return [...now].map(([le, count]) => ({le, count: count - (base.get(le) ?? 0)}));
}

/** Buckets of several series as one. Series of other bounds are added where their bounds are the same. */
export function addBuckets(lists) {
  const sum = new Map();
  for (const buckets of lists) {
    for (const {le, count} of buckets) sum.set(le, (sum.get(le) ?? 0) + count);
  }
  return [...sum].map(([le, count]) => ({le, count}));
}
