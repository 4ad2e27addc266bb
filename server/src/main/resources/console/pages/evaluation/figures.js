import {FIGURES, intervalWords, verdict} from '../../logic/evaluations.js';
import {bytes, durationSeconds, figure, lastPart, percent, seconds, signed} from '../../logic/format.js';
import {h, svg} from '../../ui/dom.js';
import {table} from '../../ui/parts.js';

/** What the comparison means. */
export function verdictBox(results) {
  const {tone, title, text} = verdict(results.comparison, lastPart(results.version.version), lastPart(results.baseline.version));
  return h('div.notice', {key: 'verdict', 'data-tone': tone}, h('div', {}, h('strong', {}, title), h('p', {}, text)));
}

/** The figures of one version, or of two beside one another. */
export function figuresTable({version, baseline}) {
  const versions = baseline ? [version, baseline] : [version];
  const names = versions.map((one) => `Version ${lastPart(one.version)}`);
  const columns = [['Figure', ''], ...names.map((name) => [name, 'num']), ...(baseline ? [['Difference', 'num']] : [])];
  const rows = FIGURES.map(([name, of, form, better]) => {
    const values = versions.map(of);
    const write = form === 'share' ? (value) => percent(value) : figure;
    return line(name, values.map(write), baseline ? difference(values, form, better) : null);
  });
  rows.splice(1, 0, line('with 95 % confidence', versions.map((one) => intervalWords(one.accuracy)), baseline ? '' : null));
  rows.push(line('Half of the examples within', versions.map(({latency}) => seconds(durationSeconds(latency?.p50PerExample))), baseline ? '' : null));
  rows.push(line('Memory', versions.map(({memoryBytes}) => bytes(memoryBytes ?? 0)), baseline ? '' : null));
  return h('div.framed.dense', {}, table('Figures', columns, rows));
}

function line(name, texts, change) {
  return h('tr', {key: name}, h('th', {scope: 'row'}, name), texts.map((text) => h('td.num', {}, text)), change === null ? null : h('td.num', {}, change));
}

function difference([value, other], form, better) {
  const delta = value - other;
  const text = form === 'share' ? `${signed(delta * 100)} pp` : signed(delta, 4);
  const tone = Math.abs(delta) < 1e-9 ? 'soft' : delta * better > 0 ? 'good' : 'bad';
  return h('span', {class: tone}, text);
}

/** The accuracies with their intervals, over one axis. */
export function intervals({version, baseline}) {
  const versions = baseline ? [version, baseline] : [version];
  const ends = versions.flatMap(({accuracy}) => [accuracy?.lower ?? 0, accuracy?.upper ?? 0]);
  const pad = Math.max(0.002, (Math.max(...ends) - Math.min(...ends)) * 0.2);
  const low = Math.max(0, Math.min(...ends) - pad);
  const high = Math.min(1, Math.max(...ends) + pad);
  const place = (value) => (100 * ((value ?? 0) - low)) / (high - low || 1);
  return h(
    'figure.intervals',
    {},
    h('figcaption', {}, 'Accuracy ', h('small', {}, 'and where the true one lies with 95 % confidence')),
    versions.map(({version: name, accuracy = {}}, i) =>
      h(
        'div.interval',
        {},
        h('span', {}, `Version ${lastPart(name)}`),
        svg(
          'svg',
          {viewBox: '0 0 100 10', preserveAspectRatio: 'none', role: 'img', 'aria-label': `Version ${lastPart(name)}: ${percent(accuracy.value ?? 0)}, from ${intervalWords(accuracy)}`},
          svg('line', {x1: '0', x2: '100', y1: '5', y2: '5', class: 'axis'}),
          svg('rect', {x: place(accuracy.lower).toFixed(2), y: '2.5', width: Math.max(0.5, place(accuracy.upper) - place(accuracy.lower)).toFixed(2), height: '5', class: `range s${i + 1}`}),
          svg('rect', {x: (place(accuracy.value) - 0.3).toFixed(2), y: '0.5', width: '0.6', height: '9', class: `mean s${i + 1}`}),
        ),
        h('strong', {}, percent(accuracy.value ?? 0)),
      ),
    ),
    h('div.interval', {'aria-hidden': 'true'}, h('span', {}), h('span.ends', {}, h('small', {}, percent(low, 1)), h('small', {}, percent(high, 1))), h('span', {})),
  );
}
