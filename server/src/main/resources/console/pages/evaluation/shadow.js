import {count, durationSeconds, figure, percent, seconds} from '../../logic/format.js';
import {h} from '../../ui/dom.js';
import {empty, stat, table} from '../../ui/parts.js';

/** What a shadow's answers have shown so far. */
export function shadowView(report) {
  if (!report) {
    return empty('No shadow gets copies now', 'A shadow answers copies of real requests. Set one on the Models page to see how far two versions agree.', h('a.button', {href: '#/models'}, 'Models'));
  }
  const compared = Number(report.comparedExamples ?? 0);
  const time = (text) => (compared ? seconds(durationSeconds(text)) : '–');
  return h(
    'div.stack',
    {},
    h(
      'dl.stats',
      {},
      stat('Agreement', compared ? percent(report.agreement ?? 0) : '–'),
      stat('Examples compared', count(compared)),
      stat('Largest difference', compared ? figure(report.largestDifference ?? 0) : '–'),
      stat('Failed / dropped', `${count(report.failedRequests ?? 0)} / ${count(report.droppedRequests ?? 0)}`),
      stat('Callers’ p50 / p99', `${time(report.primaryP50)} / ${time(report.primaryP99)}`),
      stat('Shadow’s p50 / p99', `${time(report.shadowP50)} / ${time(report.shadowP99)}`),
    ),
    report.classes?.length ? classes(report.classes) : null,
  );
}

function classes(list) {
  const columns = [['Class', ''], ['Examples', 'num'], ['Agreed', 'num'], ['Agreement', 'num']];
  const rows = [...list]
    .sort((a, b) => a.label.localeCompare(b.label, 'en', {numeric: true}))
    .map(({label, examples, agreed}) =>
      h('tr', {key: label}, h('th', {scope: 'row'}, label), h('td.num', {}, count(examples)), h('td.num', {}, count(agreed ?? 0)), h('td.num', {}, percent((agreed ?? 0) / examples))));
  return h('div.framed.dense', {}, table('Agreement by class', columns, rows));
}
