import {calls, retryNow} from '../api/client.js';
import {inWords} from '../api/problem.js';
import {h} from '../ui/dom.js';
import {problemBox} from '../ui/parts.js';
import {askForKey} from './tools.js';

/** Says over every page what stands in the way of all of them: no server, or no key. */
export function startBanner(place) {
  let kind = '';
  calls.addEventListener('failed', ({detail: error}) => {
    const words = inWords(error);
    if (!['down', 'key'].includes(words.kind) || error.reason === 'OVERLOADED' || words.kind === kind) return;
    kind = words.kind;
    const text = kind === 'down' ? `${words.text} This page tries again by itself.` : words.text;
    place.replaceChildren(
      problemBox(
        {...words, text},
        kind === 'down'
          ? h('button', {onclick: retryNow}, 'Try now')
          : h('button.primary', {onclick: askForKey}, 'Enter API key'),
      ),
    );
  });
  calls.addEventListener('answered', ({detail: path}) => {
    // The metrics may be open to everybody: that they come says nothing of a key.
    if (kind === 'key' && !path.startsWith('api/')) return;
    if (kind) place.replaceChildren();
    kind = '';
  });
}
