import {calls, retryNow} from '../api/client.js';
import {apiKey} from '../api/key.js';
import {announce} from '../ui/announce.js';
import {confirmDialog} from '../ui/dialog.js';
import {h, morph} from '../ui/dom.js';
import {field, icon, select} from '../ui/parts.js';
import {theme} from '../ui/theme.js';

let draw = () => {};

/** At the foot of the side: is the server there, the API key, the scheme. */
export function startTools(place) {
  let there = 'idle';
  draw = () => morph(place, connection(there), keyButton(), themeChoice());
  const heard = (state) => {
    if (there === state) return;
    there = state;
    draw();
  };
  calls.addEventListener('answered', () => heard('good'));
  calls.addEventListener('failed', ({detail}) => heard({0: 'bad', 401: 'busy'}[detail.status] ?? 'good'));
  draw();
}

function connection(there) {
  const words = {idle: 'Connecting', good: 'Connected', busy: 'Needs a key', bad: 'No answer'}[there];
  return h('p.connection', {}, h('span.state', {'data-tone': there}, words), h('span.host', {}, location.host));
}

function keyButton() {
  const has = apiKey.get() !== '';
  return h(
    'button.quiet',
    {onclick: askForKey},
    icon('M10.5 2.5a3 3 0 1 1-2.1 5.1L3 13H2v-2l5-5a3 3 0 0 1 3.5-3.5z'),
    has ? 'API key is set' : 'API key',
  );
}

function themeChoice() {
  const options = [['system', 'System'], ['light', 'Light'], ['dark', 'Dark']];
  return h(
    'label.theme-choice',
    {},
    h('span', {}, 'Scheme'),
    select(options, theme.choice, (choice) => theme.choose(choice), {'aria-label': 'Colour scheme'}),
  );
}

/** Lets somebody paste a key, which this tab then sends with every call. */
export function askForKey() {
  const input = h('input', {type: 'password', autocomplete: 'off', spellcheck: 'false', value: apiKey.get()});
  confirmDialog({
    title: 'API key',
    confirm: 'Use this key',
    body: field('Key', input, {
      id: 'api-key',
      help: 'Sent as “authorization: Bearer …” with every call from this tab, and forgotten when the tab closes. Leave it empty to send none.',
    }),
    act: async () => {
      apiKey.set(input.value.trim());
      draw();
      announce(input.value ? 'The key is used from now on' : 'No key is sent any more', {show: true});
      retryNow();
    },
  });
  input.focus();
}
