/**
 * A hand's way of writing each digit, as strokes of points in a square of side 1. The key of a digit draws it, so that
 * somebody who cannot draw can try the model too.
 */
export const SAMPLES = [
  [arc(0.5, 0.5, 0.2, 0.3, -90, 270)],
  [[[0.53, 0.2], [0.48, 0.8]]],
  [[...arc(0.5, 0.36, 0.19, 0.16, -170, 40), [0.32, 0.78], [0.72, 0.78]]],
  [[...arc(0.47, 0.35, 0.17, 0.15, -150, 85), ...arc(0.47, 0.64, 0.2, 0.16, -80, 145)]],
  [[[0.34, 0.2], [0.3, 0.52], [0.7, 0.52]], [[0.64, 0.2], [0.62, 0.82]]],
  [[[0.68, 0.2], [0.38, 0.2], [0.35, 0.46], ...arc(0.48, 0.6, 0.19, 0.18, -110, 140)]],
  [[[0.6, 0.18], [0.46, 0.3], [0.36, 0.5], ...arc(0.5, 0.64, 0.16, 0.17, 180, -180)]],
  [[[0.3, 0.22], [0.7, 0.22], [0.58, 0.48], [0.46, 0.82]]],
  [[...arc(0.5, 0.34, 0.15, 0.15, 60, -260), ...arc(0.5, 0.66, 0.18, 0.17, -100, 300)]],
  [[...arc(0.49, 0.36, 0.16, 0.16, 0, -350), [0.65, 0.4], [0.6, 0.82]]],
];

/** Points of an ellipse from one angle to another, in degrees, 0 at the right and 90 below. */
function arc(cx, cy, rx, ry, from, to) {
  const steps = 24;
  return Array.from({length: steps + 1}, (_, i) => {
    const angle = ((from + ((to - from) * i) / steps) * Math.PI) / 180;
    return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)];
  });
}
