import {enumWord} from '../logic/format.js';
import {h, svg} from './dom.js';

/** A titled box; `aside` stands right of the title. */
export function card(title, {aside = null, className = '', id = null} = {}, ...content) {
  const heading = id ?? `h-${title.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
  return h(
    `section.card${className ? `.${className}` : ''}`,
    {'aria-labelledby': heading, key: heading},
    h('header.card-head', {}, h('h2', {id: heading}, title), aside && h('div.aside', {}, aside)),
    h('div.card-body', {}, ...content),
  );
}

/** What stands where nothing is yet: what it would be, and what to do about it. */
export function empty(title, text, ...actions) {
  return h(
    'div.empty',
    {},
    h('p.empty-title', {}, title),
    h('p', {}, text),
    actions.length ? h('div.actions', {}, ...actions) : null,
  );
}

/** A problem in words. */
export function problemBox({kind, title, text}, ...actions) {
  return h(
    'div.notice',
    {role: kind === 'loading' || kind === 'busy' ? 'status' : 'alert', 'data-tone': kind === 'loading' ? 'info' : 'bad'},
    h('div', {}, h('strong', {}, title), h('p', {}, text)),
    actions.length ? h('div.actions', {}, ...actions) : null,
  );
}

const TONES = {
  AVAILABLE: 'good', SUCCEEDED: 'good', FAILED: 'bad', LOADING: 'busy', WARMING: 'busy', PENDING: 'busy',
  DRAINING: 'busy', RUNNING: 'busy', PUBLISHING: 'busy', QUEUED: 'idle',
};

/** The state of a version or a job: a word with a dot whose colour says the same. */
export function state(value, prefix) {
  const tone = TONES[(value ?? '').replace(prefix, '')] ?? 'idle';
  return h('span.state', {'data-tone': tone}, enumWord(value, prefix));
}

/** A figure with its name above. */
export function stat(name, value, {note = '', tone = null} = {}) {
  return h(
    'div.stat',
    {key: `stat-${name}`, 'data-tone': tone},
    h('dt', {}, name),
    h('dd', {}, value, note ? h('small', {}, note) : null),
  );
}

/** A labelled field. */
export function field(label, input, {help = '', error = '', id} = {}) {
  input.id = id;
  const notes = [help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(' ');
  if (notes) input.setAttribute('aria-describedby', notes);
  if (error) input.setAttribute('aria-invalid', 'true');
  return h(
    'div.field',
    {key: `field-${id}`},
    h('label', {for: id}, label),
    input,
    help ? h('p.help', {id: `${id}-help`}, help) : null,
    error ? h('p.error', {id: `${id}-error`}, error) : null,
  );
}

/** A choice of one of several: `[[value, text], …]`. */
export function select(options, value, onchange, props = {}) {
  const element = h('select', {...props, onchange: (event) => onchange(event.target.value)});
  for (const [key, label] of options) element.append(h('option', {value: key, selected: key === value}, label));
  element.value = value;
  return element;
}

/** A table with a caption for screen readers; `columns` are `[title, className]`. */
export function table(caption, columns, rows) {
  return h(
    'div.table-wrap',
    {tabindex: '0', role: 'region', 'aria-label': caption},
    h(
      'table',
      {},
      h('caption.visually-hidden', {}, caption),
      h('thead', {}, h('tr', {}, columns.map(([title, className]) => h('th', {scope: 'col', class: className}, title)))),
      h('tbody', {}, rows),
    ),
  );
}

/** A line icon of 16x16; `d` is its path. */
export function icon(d) {
  return svg('svg', {viewBox: '0 0 16 16', class: 'icon', 'aria-hidden': 'true', focusable: 'false'}, svg('path', {d}));
}
