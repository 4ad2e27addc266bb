import {ago, enumWord} from '../../logic/format.js';
import {h} from '../../ui/dom.js';
import {empty} from '../../ui/parts.js';

/** What was changed of a model, by whom, when and why. */
export function historyList(events) {
  if (!events) return h('p.soft', {}, 'Asking the server…');
  if (events.length === 0) return empty('Nothing was changed yet', 'Promotions, rollbacks, labels and traffic are written down here.');
  return h('ol.history', {tabindex: '0', 'aria-label': 'History'}, events.slice(0, 50).map(entry));
}

function entry({time, actor, action, fromVersion, toVersion, reason, evidence}) {
  const from = Number(fromVersion ?? 0);
  const to = Number(toVersion ?? 0);
  const move = from && to ? `${from} → ${to}` : to ? `version ${to}` : from ? `version ${from}` : '';
  return h(
    'li',
    {key: `${time}-${action}-${from}-${to}`},
    h('span.history-what', {}, h('strong', {}, enumWord(action, '')), move && ` ${move}`),
    h('span.history-when', {title: time}, `${ago(time)}, ${actor}`),
    reason ? h('p', {}, reason) : null,
    evidence && Object.keys(evidence).length
      ? h('p.soft', {}, Object.entries(evidence).map(([name, value]) => `${name} ${value}`).join(' · '))
      : null,
  );
}
