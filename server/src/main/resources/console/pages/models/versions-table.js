import {traffic} from '../../app/traffic-feed.js';
import {ago, bytes, count, figure, percent} from '../../logic/format.js';
import {accuracy, answering, available, shares} from '../../logic/versions.js';
import {h} from '../../ui/dom.js';
import {state, table} from '../../ui/parts.js';
import * as changes from './changes.js';

const COLUMNS = [
  ['Version', ''], ['State', ''], ['Labels', ''], ['Accuracy', 'num'], ['Size', 'num'], ['Memory', 'num'],
  ['Callers', 'num'], ['Requests/s', 'num'], ['Since', ''], ['Actions', 'right'],
];

/** A model's versions, newest first. */
export function versionsTable(model, chosen, onChoose) {
  const share = new Map(shares(model).map((one) => [one.version, one]));
  const recent = traffic.recent(10);
  const id = model.name.replace('models/', '');
  const rows = (model.versions ?? []).map((version) =>
    row(model, version, {
      share: share.get(Number(version.version)),
      move: recent.get(`${id}@${version.version}`),
      chosen: chosen === version.name,
      onChoose,
    }),
  );
  return table(`Versions of ${id}`, COLUMNS, rows);
}

function row(model, version, {share, move, chosen, onChoose}) {
  const {provenance} = version;
  return h(
    'tr',
    {key: version.name, 'data-chosen': chosen ? '' : null},
    h('th', {scope: 'row'}, h('button.quiet.small.link', {onclick: () => onChoose(chosen ? '' : version.name), 'aria-expanded': String(chosen), 'aria-label': `Version ${version.version}: details`}, version.version)),
    h('td', {}, state(version.state, 'VERSION_STATE_'), version.message ? h('p.why', {}, version.message) : null),
    h('td', {}, h('span.tags', {}, labels(model, version))),
    h('td.num', {}, percent(accuracy(version))),
    h('td.num', {}, bytes(provenance?.sizeBytes)),
    h('td.num', {}, bytes(version.memoryBytes)),
    h('td.num', {}, share ? percent(share.share, 0) : '–'),
    h('td.num', {}, move ? (move.perSecond < 10 ? figure(move.perSecond) : count(move.perSecond)) : '–'),
    h('td.soft', {title: version.stateTime}, ago(version.stateTime)),
    h('td', {}, h('div.actions', {}, actions(model, version))),
  );
}

function labels(model, version) {
  const own = (version.labels ?? []).map((label) => h('span.tag', {'data-tone': label === 'champion' ? 'accent' : null}, label));
  const is = (other) => Number(other) === Number(version.version);
  if ((model.traffic?.canaries ?? []).some((canary) => is(canary.version))) own.push(h('span.tag', {}, 'canary'));
  if (model.traffic?.shadow && is(model.traffic.shadow.version)) own.push(h('span.tag', {}, 'shadow'));
  if (model.bake && is(model.bake.formerVersion)) own.push(h('span.tag', {}, 'former champion'));
  return own;
}

function actions(model, version) {
  const button = (text, name, onclick) =>
    h('button.small', {key: name, onclick, 'aria-label': `${text} version ${version.version}`}, text);
  const champion = version.labels?.includes('champion');
  const answers = answering(model)?.name === version.name;
  const list = [];
  if (available(version)) {
    if (!champion) list.push(button('Promote', 'promote', () => changes.promote(model, version)));
    if (!answers) list.push(button('Canary', 'canary', () => changes.setTraffic(model, version)));
    if (!champion && !answers) list.push(button('Unload', 'unload', () => changes.loadOrUnload(model, version, false)));
  } else if (/STORED|FAILED|RELEASED/.test(version.state)) {
    list.push(button('Load', 'load', () => changes.loadOrUnload(model, version, true)));
  }
  return list;
}
