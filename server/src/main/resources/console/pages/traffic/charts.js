import {traffic} from '../../app/traffic-feed.js';
import {count, figure, seconds} from '../../logic/format.js';
import {Chart} from '../../ui/chart.js';
import {h} from '../../ui/dom.js';
import {card} from '../../ui/parts.js';

const rate = (value) => (value < 10 ? figure(value) : count(value));

const CHARTS = [
  {id: 'rate', title: 'Requests per second', value: rate, each: 'perSecond'},
  {id: 'latency', title: 'Latency', value: seconds, lines: [['p50', 'p50'], ['p95', 'p95'], ['p99', 'p99']]},
  {id: 'queue', title: 'Queue time', value: seconds, lines: [['queueP50', 'p50'], ['queueP99', 'p99']]},
  {id: 'rows', title: 'Rows a run', value: figure, each: 'batchRows'},
  {id: 'shed', title: 'Shed, expired and failed per second', value: rate, lines: [['shedPerSecond', 'Shed', 'series-2'], ['expiredPerSecond', 'Expired', 'series-3'], ['failedPerSecond', 'Failed', 'series-4']]},
  {id: 'load', title: 'In flight and waiting', value: figure, whole: [['inFlight', 'In flight'], ['queueLength', 'Waiting']]},
];

/** The curves of the traffic, one card each. */
export class TrafficCharts {
  #charts = CHARTS.map((one) => ({...one, chart: new Chart({label: one.title, value: one.value, time: true, height: 170})}));

  constructor(signal) {
    signal.addEventListener('abort', () => this.#charts.forEach(({chart}) => chart.destroy()));
  }

  cards() {
    return this.#charts.map(({title, chart, id}) => card(title, {className: 'span-6', id: `h-chart-${id}`}, chart.element));
  }

  /**
   * @param {string[]} keys `model@version` that are shown, in the order of their colours
   * @param {string} of the one of which percentiles are drawn, or `all`
   * @param {number} window seconds
   */
  draw(keys, of, window) {
    const {ring} = traffic;
    const x = ring.last('time', window);
    for (const {chart, each, lines, whole} of this.#charts) {
      const series = each
        ? keys.map((key) => ({column: `${key}:${each}`, name: key.replace('@', ' ')}))
        : (whole ?? lines).map(([field, name, colour]) => ({column: whole ? field : `${of}:${field}`, name, colour}));
      const shown = series.length ? series : [{column: '', name: 'No requests yet'}];
      const values = shown.map(({column}) => ring.last(column, window));
      chart.draw(shown.map(({name, colour}) => ({name, ...(colour ? {colour} : {})})), x, values, {summary: summary(shown, values), span: window});
    }
  }
}

function summary(series, values) {
  const last = series.map(({name}, i) => `${name} ${values[i].at(-1) ?? 'none'}`);
  return `Now: ${last.join(', ')}`;
}
