import {calibrationWords, reliability} from '../../logic/evaluations.js';
import {count, lastPart, percent} from '../../logic/format.js';
import {Chart} from '../../ui/chart.js';
import {h} from '../../ui/dom.js';
import {table} from '../../ui/parts.js';

/** Whether probabilities mean what they say: how often a version is right when it is so sure. */
export class CalibrationView {
  chart = new Chart({
    label: 'Reliability: share read rightly by confidence',
    value: (v) => percent(v, 0),
    x: (v) => percent(v, 0),
    spanGaps: true,
    height: 240,
    max: 1,
  });

  constructor(signal) {
    signal.addEventListener('abort', () => this.chart.destroy());
  }

  /** @param {object[]} versions the first is the one that is told of in words */
  view(versions) {
    const [first] = versions;
    return h(
      'div.stack',
      {},
      h('p', {}, calibrationWords(lastPart(first.version), first.calibration)),
      h('figure', {}, h('figcaption', {}, 'Read rightly ', h('small', {}, 'by confidence; on the dashed line they are the same')), this.chart.element),
      h('details.log-box', {key: 'bins'}, h('summary', {}, 'The curve in numbers'), h('div.framed.dense', {}, bins(first))),
    );
  }

  draw(versions) {
    const curves = versions.map(({calibration}) => reliability(calibration));
    const x = [...new Set([0, 1, ...curves.flat().map(({confidence}) => confidence)])].sort((a, b) => a - b);
    const values = curves.map((curve) => {
      const at = new Map(curve.map(({confidence, accuracy}) => [confidence, accuracy]));
      return x.map((place) => at.get(place) ?? null);
    });
    this.chart.draw(
      [
        {name: 'as sure as right', colour: 'series-6', dash: true},
        ...versions.map(({version}, i) => ({name: `version ${lastPart(version)}`, colour: `series-${i + 1}`, points: true})),
      ],
      x, [x, ...values], {summary: calibrationWords(lastPart(versions[0].version), versions[0].calibration)});
  }
}

function bins({calibration, version}) {
  const columns = [['Confidence from', 'num'], ['to', 'num'], ['Examples', 'num'], ['Mean confidence', 'num'], ['Read rightly', 'num']];
  const rows = reliability(calibration).map(({lower, upper, examples, confidence, accuracy}) =>
    h('tr', {key: String(lower)}, [percent(lower, 1), percent(upper, 1), count(examples), percent(confidence, 1), percent(accuracy, 1)].map((text) => h('td.num', {}, text))));
  return table(`Calibration of version ${lastPart(version)}`, columns, rows);
}
