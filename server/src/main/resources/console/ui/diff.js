import {bytes, figure, signed} from '../logic/format.js';
import {h} from './dom.js';
import {table} from './parts.js';

const isShare = (name) => /accuracy|precision|recall|f1/.test(name);
const isLess = (name) => /loss|latency|error/.test(name);
const SHOWN = 8;

/** How two versions differ, as DiffVersions tells it. */
export function diffView(diff, base, changed) {
  const parts = [
    section('Figures', diff.metrics, base, changed, metric),
    section('Training parameters', diff.parameters, base, changed, plain),
    section('Signatures', diff.signatures, base, changed, plain),
    section('Ops of the graph', diff.ops, base, changed, numbers),
    section('Files', diff.files, base, changed, sizes),
  ].filter(Boolean);
  if (parts.length === 0) return h('p.soft', {}, 'They do not differ in figures, parameters, signatures, ops or files.');
  return h('div.stack', {}, parts);
}

/** What would break for callers, in words; null when nothing would. */
export function breaking(diff) {
  const broken = (diff.signatures ?? []).filter((one) => one.breaking);
  if (!diff.breaking) return null;
  return h(
    'div.notice',
    {},
    h('div', {}, h('strong', {}, 'Callers of the champion would break'), h('p', {}, broken.map(({name}) => name).join(', ') || 'Its signatures differ.')),
  );
}

function section(title, differences, base, changed, row) {
  if (!differences?.length) return null;
  const shown = differences.slice(0, SHOWN);
  const more = differences.length - shown.length;
  const columns = [['Name', ''], [`Version ${base}`, 'num'], [`Version ${changed}`, 'num'], ['Change', 'num']];
  return h(
    'section.diff',
    {},
    h('h3', {}, title),
    table(`${title}: version ${base} beside ${changed}`, columns, shown.map(row)),
    more > 0 ? h('p.soft', {}, `and ${more} more`) : null,
  );
}

const none = '–';

function metric({name, base, changed}) {
  const share = isShare(name);
  const text = (value) => (value === '' || value === undefined ? none : share ? `${(Number(value) * 100).toFixed(2)} %` : figure(value));
  const delta = Number(changed) - Number(base);
  const known = base && changed && Number.isFinite(delta);
  const better = known && delta !== 0 && (share || isLess(name)) ? (isLess(name) ? delta < 0 : delta > 0) : null;
  const words = !known ? '' : share ? `${signed(delta * 100)} pp` : signed(delta, Math.abs(delta) >= 100 ? 0 : Math.abs(delta) >= 1 ? 1 : 3);
  return cells(name, text(base), text(changed), h('span', {class: better === null ? 'soft' : better ? 'good' : 'bad'}, words));
}

function plain({name, base, changed, breaking}) {
  return cells(name, base || none, changed || none, breaking ? h('span.tag', {'data-tone': 'bad'}, 'breaks callers') : '');
}

function numbers({name, base, changed}) {
  return cells(name, base || none, changed || none, signed(Number(changed || 0) - Number(base || 0), 0));
}

function sizes({name, base, changed}) {
  return cells(name, bytes(base), bytes(changed), '');
}

function cells(name, base, changed, change) {
  return h('tr', {}, h('th', {scope: 'row'}, name), h('td.num', {}, base), h('td.num', {}, changed), h('td.num', {}, change));
}
