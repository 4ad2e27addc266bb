import {count, figure, lastPart, percent} from '../../logic/format.js';
import {accuracy} from '../../logic/versions.js';
import {h} from '../../ui/dom.js';
import {empty, table} from '../../ui/parts.js';

/** Test accuracy of each version, as its record tells it. */
export function accuracyTable(model) {
  const versions = (model.versions ?? []).filter((version) => accuracy(version) !== null);
  if (versions.length === 0) {
    return empty('No version has figures', 'Versions trained here, or imported with metrics, bring their test accuracy along.');
  }
  const all = versions.map(accuracy);
  const low = Math.min(...all);
  const floor = Math.max(0, Math.floor(low * 20 - 0.5) / 20);
  const columns = [['Version', ''], [`Bars from ${percent(floor, 0)} to 100 %`, 'wide'], ['Share right', 'num'], ['Errors in 10,000', 'num'], ['Validation', 'num'], ['Loss', 'num'], ['Steps', 'num'], ['Learning rate', 'num']];
  return table(`Test accuracy by version, bars from ${percent(floor, 0)}`, columns, versions.map((version) => row(version, floor, Math.max(...all))));
}

function row(version, floor, best) {
  const share = accuracy(version);
  const {metrics = {}, parameters = {}} = version.provenance;
  const width = ((share - floor) / (1 - floor)) * 100;
  return h(
    'tr',
    {key: version.name},
    h('th', {scope: 'row'}, `${lastPart(version.name)} `, version.labels?.includes('champion') ? h('span.tag', {'data-tone': 'accent'}, 'champion') : null),
    h('td.wide', {}, h('span.bar', {'aria-hidden': 'true', 'data-best': share === best ? '' : null}, h('i', {style: {'--share': `${width.toFixed(1)}%`}}))),
    h('td.num', {}, h('strong', {}, percent(share))),
    h('td.num', {}, count((1 - share) * 10000)),
    h('td.num', {}, percent(metrics.validation_accuracy)),
    h('td.num', {}, figure(metrics.train_loss)),
    h('td.num', {}, parameters.steps ?? '–'),
    h('td.num', {}, parameters.learning_rate ?? '–'),
  );
}
