/** What an explanation shows, in numbers and in words. */

const ROWS = ['upper', 'middle', 'lower'];
const COLUMNS = ['left', 'middle', 'right'];

/**
 * Attributions as strengths from -1 to 1. One pixel in a hundred may be stronger than the scale, so that a single one does
 * not make all others fade.
 */
export function strengths(values) {
  const sizes = values.map(Math.abs).filter((size) => size > 0).sort((a, b) => a - b);
  if (sizes.length === 0) return values.map(() => 0);
  const full = sizes[Math.min(sizes.length - 1, Math.floor(sizes.length * 0.99))];
  return values.map((value) => Math.max(-1, Math.min(1, value / full)));
}

/** Where most of what speaks for the answer lies: `upper left`, `middle`; null when nothing does. */
export function place(values, side) {
  const sums = new Array(9).fill(0);
  values.forEach((value, i) => {
    if (value <= 0) return;
    const row = Math.min(2, Math.floor((3 * Math.floor(i / side)) / side));
    const column = Math.min(2, Math.floor((3 * (i % side)) / side));
    sums[3 * row + column] += value;
  });
  const most = Math.max(...sums);
  if (most <= 0) return null;
  const at = sums.indexOf(most);
  const row = ROWS[Math.floor(at / 3)];
  const column = COLUMNS[at % 3];
  if (row === column) return 'the middle';
  return column === 'middle' ? `the ${row} part` : row === 'middle' ? `the ${column} part` : `the ${row} ${column}`;
}

const METHODS = {
  EXPLAIN_METHOD_INTEGRATED_GRADIENTS: ({steps}) =>
    `by integrated gradients: what each pixel adds on the way from black to the picture, in ${steps ?? 0} steps`,
  EXPLAIN_METHOD_SALIENCY: () => 'by the gradient: how fast the score changes with each pixel',
  EXPLAIN_METHOD_OCCLUSION: () => 'by occlusion: how far the score falls when a small square is covered',
};

/** What the picture shows, in sentences. */
export function explanationWords(response, values, side) {
  const digit = Number(response.targetClass ?? 0);
  const where = place(values, side);
  const method = METHODS[response.method]?.(response);
  return [
    `Blue pixels speak for ${digit}, orange ones against it.`,
    where ? `Most of what speaks for it lies in ${where}.` : 'Nothing in the picture speaks for it.',
    method ? `Measured ${method}.` : '',
  ].filter(Boolean);
}
