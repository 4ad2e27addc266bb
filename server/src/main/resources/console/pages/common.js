import {inWords} from '../api/problem.js';
import {h} from '../ui/dom.js';
import {empty, problemBox} from '../ui/parts.js';

/** The top of a page: what it is, and what can be chosen on it. */
export function pageHead(title, text, controls = []) {
  return h(
    'div.page-head',
    {key: 'page-head'},
    h('div', {}, h('h1', {}, title), h('p', {}, text)),
    controls.length ? h('div.controls', {}, controls) : null,
  );
}

/** What to show in place of models while there are none; null when there are. */
export function unless(models) {
  if (models.list?.length) return null;
  if (models.list) {
    return empty('No model is served yet', 'Train one here, or copy a SavedModel into the model repository.', h('a.button', {href: '#/training'}, 'Start a training'));
  }
  if (!models.problem) return h('p.waiting', {role: 'status'}, 'Asking the server…');
  const words = inWords(models.problem);
  // The banner over every page says these already.
  return words.kind === 'down' || words.kind === 'key'
    ? empty('Nothing to show yet', 'This page fills itself as soon as the server answers.')
    : problemBox(words);
}

/** Of a request that makes something: random, also where the page is not served securely and randomUUID is missing. */
export function requestId() {
  return `console-${[...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
