import {inWords} from '../api/problem.js';
import {traffic} from '../app/traffic-feed.js';
import {count, figure, seconds} from '../logic/format.js';
import {total} from '../logic/traffic.js';
import {h, morph} from '../ui/dom.js';
import {card, empty, field, problemBox, select, stat, table} from '../ui/parts.js';
import {pageHead} from './common.js';
import {TrafficCharts} from './traffic/charts.js';

const WINDOWS = [['60', 'Last minute'], ['300', 'Last 5 minutes'], ['900', 'Last 15 minutes']];
const COLUMNS = [
  ['Model', ''], ['Version', ''], ['Requests/s', 'num'], ['p50', 'num'], ['p95', 'num'], ['p99', 'num'],
  ['Queue p50', 'num'], ['Queue p99', 'num'], ['Rows a run', 'num'], ['Failed', 'num'], ['Shed', 'num'], ['Expired', 'num'],
];
const rate = (value) => (value < 10 ? figure(value) : count(value));

/** What callers ask and how they are served, second by second. */
export function mount(main, {signal}) {
  const charts = new TrafficCharts(signal);
  const chosen = {window: '60', of: 'all', paused: false};
  const draw = () => {
    if (chosen.paused && main.firstChild) return;
    drawPage(main, chosen, charts, draw);
  };
  traffic.listen(signal, draw);
}

function drawPage(main, chosen, charts, draw) {
  const keys = [...(traffic.now?.groups.keys() ?? [])].sort();
  if (chosen.of !== 'all' && !keys.includes(chosen.of)) chosen.of = 'all';
  const words = traffic.problem && inWords(traffic.problem);
  morph(
    main,
    pageHead('Traffic', 'Read from the server’s metrics every second while this page is open.', controls(keys, chosen, () => {
      const paused = chosen.paused;
      chosen.paused = false;
      draw();
      chosen.paused = paused;
    })),
    words && words.kind !== 'down' && words.kind !== 'key' ? problemBox(words) : null,
    traffic.now
      ? h('div.stack', {key: 'traffic'}, figures(chosen), h('div.grid', {}, charts.cards()), card('By model and version', {aside: 'over ten seconds; failed, shed and expired in all'}, versions(keys)))
      : empty('Nothing to show yet', 'This page fills itself as soon as the server answers.'),
  );
  if (traffic.now) charts.draw(chosen.of === 'all' ? keys : [chosen.of], chosen.of, Number(chosen.window));
}

function controls(keys, chosen, draw) {
  const set = (name) => (value) => {
    chosen[name] = value;
    draw();
  };
  return [
    field('Of', select([['all', 'All models'], ...keys.map((key) => [key, key.replace('@', ' ')])], chosen.of, set('of')), {id: 'of'}),
    field('Window', select(WINDOWS, chosen.window, set('window')), {id: 'window'}),
    h('button', {key: 'pause', 'aria-pressed': String(chosen.paused), onclick: () => {
      chosen.paused = !chosen.paused;
      draw();
    }}, 'Pause'),
  ];
}

function figures(chosen) {
  const recent = traffic.recent(10);
  const move = total(chosen.of === 'all' ? recent.values() : [recent.get(chosen.of)].filter(Boolean));
  const {inFlight, queueLength} = traffic.now;
  const hot = (value) => (value > 0 ? 'bad' : null);
  return h(
    'dl.stats',
    {},
    stat('Requests', rate(move.perSecond), {note: '/s'}),
    stat('p50', seconds(move.p50)),
    stat('p99', seconds(move.p99)),
    stat('Queue p99', seconds(move.queueP99)),
    stat('Rows a run', figure(move.batchRows)),
    stat('In flight', count(inFlight)),
    stat('Waiting', count(queueLength)),
    stat('Shed', rate(move.shedPerSecond), {note: '/s', tone: hot(move.shed)}),
    stat('Expired', rate(move.expiredPerSecond), {note: '/s', tone: hot(move.expired)}),
    stat('Failed', rate(move.failedPerSecond), {note: '/s', tone: hot(move.failed)}),
  );
}

function versions(keys) {
  if (keys.length === 0) return empty('No request has come yet', 'Draw a digit on the first page, or call a model through the API.');
  const recent = traffic.recent(10);
  return table('Traffic by model and version', COLUMNS, keys.map((key) => row(traffic.now.groups.get(key), recent.get(key) ?? total([]))));
}

function row({model, version, failed, shed, expired}, move) {
  return h(
    'tr',
    {key: `${model}@${version}`},
    h('th', {scope: 'row'}, model),
    h('td', {}, version),
    h('td.num', {}, rate(move.perSecond)),
    ...[move.p50, move.p95, move.p99, move.queueP50, move.queueP99].map((value) => h('td.num', {}, seconds(value))),
    h('td.num', {}, figure(move.batchRows)),
    ...[failed, shed, expired].map((value) => h('td.num', {class: value > 0 ? 'num bad' : 'num'}, count(value))),
  );
}
