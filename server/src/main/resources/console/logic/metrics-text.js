/**
 * Reads Prometheus' text form, version 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/).
 *
 * @param {string} text
 * @param {(name: string) => boolean} wanted leaves out the rest before it costs anything
 * @returns {Map<string, {labels: Record<string, string>, value: number}[]>} samples by metric name
 */
export function parseMetrics(text, wanted = () => true) {
  const samples = new Map();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const sample = parseLine(line, wanted);
    if (!sample) continue;
    const of = samples.get(sample.name);
    if (of) of.push(sample);
    else samples.set(sample.name, [sample]);
  }
  return samples;
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;

function parseLine(line, wanted) {
  const name = NAME.exec(line)?.[0];
  if (!name || !wanted(name)) return null;
  let at = name.length;
  let labels = {};
  if (line[at] === '{') {
    const read = readLabels(line, at + 1);
    if (!read) return null;
    ({labels, at} = read);
  }
  const value = toNumber(line.slice(at).trim().split(/\s+/)[0]);
  return value === null ? null : {name, labels, value};
}

const LABEL = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*,?/y;
const ESCAPES = {n: '\n', '\\': '\\', '"': '"'};

function readLabels(line, from) {
  const labels = {};
  let at = from;
  for (;;) {
    LABEL.lastIndex = at;
    const match = LABEL.exec(line);
    if (!match) break;
    labels[match[1]] = match[2].replace(/\\(.)/g, (all, c) => ESCAPES[c] ?? all);
    at = LABEL.lastIndex;
  }
  while (line[at] === ' ') at++;
  return line[at] === '}' ? {labels, at: at + 1} : null;
}

const WORDS = {NaN: NaN, '+Inf': Infinity, Inf: Infinity, '-Inf': -Infinity};

function toNumber(word) {
  if (word in WORDS) return WORDS[word];
  const value = Number(word);
  return word === undefined || word === '' || Number.isNaN(value) ? null : value;
}
