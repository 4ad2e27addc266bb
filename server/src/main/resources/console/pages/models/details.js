import {bytes, clock, count, durationSeconds, enumWord, figure, lastPart, percent, seconds} from '../../logic/format.js';
import {h} from '../../ui/dom.js';
import {card, table} from '../../ui/parts.js';

/** All that is known of one version. */
export function details(version) {
  const {provenance: from, warmUp} = version;
  return card(
    `Version ${version.version}`,
    {id: 'h-version-details'},
    h(
      'div.columns',
      {},
      from ? facts('Where it came from', origin(version, from)) : null,
      from?.parameters ? facts('Parameters', Object.entries(from.parameters)) : null,
      from?.metrics ? facts('Figures', Object.entries(from.metrics).map(([name, value]) => [name, /accuracy/.test(name) ? percent(value) : figure(value)])) : null,
      warmUp ? facts('Load and warm-up', warm(warmUp)) : null,
    ),
    version.signatures ? signatures(version.signatures) : null,
  );
}

function origin(version, from) {
  return [
    ['Made by', [from.recipe, from.producer].filter(Boolean).join(', by ')],
    ['Training job', from.trainingJob ? h('a', {href: `#/training/${lastPart(from.trainingJob)}`}, lastPart(from.trainingJob)) : '–'],
    ['Seed', from.seed ?? '–'],
    ['Published', from.createTime ? `${from.createTime.slice(0, 10)} ${clock(from.createTime)}` : '–'],
    ...(from.datasetDeleteTime ? [['Its dataset', `deleted ${from.datasetDeleteTime.slice(0, 10)}`]] : []),
    ['Size', bytes(from.sizeBytes)],
    ['Digest', h('span.mono', {title: version.digest}, (version.digest ?? '').slice(0, 16) || '–')],
  ];
}

function warm(report) {
  const plans = Object.entries(report.batching ?? {});
  return [
    ['Load', seconds(durationSeconds(report.loadDuration))],
    ['First request', seconds(durationSeconds(report.firstRequest))],
    ['Last request', seconds(durationSeconds(report.lastRequest))],
    ['Warm-up requests', `${count(report.requests ?? 0)}, ${report.records ?? 0} recorded`],
    ['Runs', enumWord(report.execution, 'EXECUTION_MODE_')],
    ...plans.map(([signature, plan]) => [signature, plan.batchable ? `up to ${plan.bestSize} rows a run` : 'one caller a run']),
  ];
}

function facts(title, list) {
  return h('div', {}, h('h3', {}, title), h('dl.pairs', {}, list.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value)))));
}

function signatures(all) {
  const columns = [['Signature', ''], ['Takes', ''], ['Gives', '']];
  const rows = Object.entries(all).map(([name, {inputs, outputs}]) =>
    h('tr', {key: name}, h('th', {scope: 'row'}, name), h('td.mono', {}, specs(inputs)), h('td.mono', {}, specs(outputs))));
  return h('div', {}, h('h3', {}, 'Signatures'), table('Signatures', columns, rows));
}

function specs(tensors) {
  return Object.entries(tensors ?? {}).map(([name, {dtype, shape, unknownRank}]) => {
    const sizes = unknownRank ? '?' : (shape ?? []).map((size) => (Number(size) === -1 ? 'n' : size)).join('×') || 'scalar';
    return h('div', {}, `${name}: ${dtype.replace('DATA_TYPE_', '').toLowerCase()} ${sizes}`);
  });
}
