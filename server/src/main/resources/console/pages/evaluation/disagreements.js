import {SIDE} from '../../logic/digit.js';
import {ago, percent} from '../../logic/format.js';
import {argMax, numbersOf} from '../../logic/tensor.js';
import {h} from '../../ui/dom.js';
import {empty} from '../../ui/parts.js';
import {picture as drawn} from '../../ui/picture.js';

const SHOWN = 24;

/** Requests on which the shadow said something else, with their picture where it was kept. */
export function disagreementsView(list) {
  if (!list) return h('p.soft', {}, 'Asking the server…');
  if (list.length === 0) {
    return empty('No disagreement was kept', 'With a shadow set, requests that it answers differently are listed here. The model’s settings say how many are kept, and whether their inputs are.');
  }
  return h('ul.gallery', {}, list.slice(0, SHOWN).map(one));
}

function one(disagreement, index) {
  const {primaryVersion, shadowVersion, primaryOutputs, shadowOutputs, time} = disagreement;
  const said = outcome(primaryOutputs);
  const other = outcome(shadowOutputs);
  return h(
    'li',
    {key: `${time}-${index}`},
    picture(disagreement.inputs),
    h('p', {}, h('strong', {}, said.label), ` ${said.share}`, h('small', {}, ` version ${primaryVersion}`)),
    h('p', {}, h('strong.bad', {}, other.label), ` ${other.share}`, h('small', {}, ` version ${shadowVersion}`)),
    h('small', {title: time}, ago(time)),
  );
}

/** What an answer says: its class, and how sure it is. */
function outcome(outputs = {}) {
  const shares = numbersOf(outputs.probabilities);
  const classes = numbersOf(outputs.classes);
  if (shares) return {label: String(argMax(shares)), share: percent(Math.max(...shares), 1)};
  return {label: classes ? String(classes[0]) : '?', share: ''};
}

function picture(inputs = {}) {
  const pixels = Object.values(inputs).map((tensor) => numbersOf(tensor)).find((values) => values?.length >= SIDE * SIDE);
  if (!pixels) return h('div.no-picture', {}, 'picture not kept');
  return drawn(pixels, {width: SIDE, height: SIDE, label: 'The picture that was asked'});
}
