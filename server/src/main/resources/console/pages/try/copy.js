import {apiKey} from '../../api/key.js';
import {curl, grpcurl, java} from '../../logic/snippets.js';
import {announce} from '../../ui/announce.js';
import {h, morph} from '../../ui/dom.js';

const KINDS = [['curl', 'curl'], ['grpcurl', 'grpcurl'], ['java', 'Java']];
/** The port that gRPC has unless it was told another. */
const GRPC_PORT = 8500;

/** The present request as a command or a program, to copy. */
export class CopyAs {
  #kind = 'curl';
  #call = null;
  element = h('div.copy-as', {keep: true});

  constructor() {
    this.#draw();
  }

  /** @param {{model: string, ask: object, png: string} | null} call */
  show(call) {
    this.#call = call;
    this.#draw();
  }

  #text() {
    const call = {
      ...this.#call,
      origin: new URL('./', document.baseURI).href.replace(/\/$/, ''),
      grpc: `${location.hostname}:${GRPC_PORT}`,
      key: apiKey.get() !== '',
    };
    return {curl, grpcurl, java}[this.#kind](call);
  }

  #draw() {
    const text = this.#call ? this.#text() : '';
    morph(
      this.element,
      h(
        'div.copy-head',
        {},
        h(
          'div.switch',
          {role: 'group', 'aria-label': 'Form of the request'},
          KINDS.map(([kind, name]) =>
            h('button.small', {'aria-pressed': String(kind === this.#kind), onclick: () => this.#choose(kind)}, name),
          ),
        ),
        h('button.small', {disabled: !text, onclick: () => copy(text)}, 'Copy'),
      ),
      h('pre', {tabindex: '0', 'aria-label': 'The request', role: 'group'}, text ? shortened(text) : 'Draw something first.'),
    );
  }

  #choose(kind) {
    this.#kind = kind;
    this.#draw();
  }
}

/** Long values are shown by their beginning; they are copied whole. */
const shortened = (text) => text.replace(/[A-Za-z0-9+/=]{80,}/g, (value) => `${value.slice(0, 40)}…`);

async function copy(text) {
  const copied = await navigator.clipboard?.writeText(text).then(() => true, () => false);
  const done = copied || copySelected(text);
  announce(done ? 'Copied' : 'The browser does not let this page copy', {show: true});
}

/** The old way, for pages that do not come from this machine or over TLS. */
function copySelected(text) {
  const field = h('textarea.visually-hidden', {value: text, 'aria-hidden': 'true'});
  const focused = document.activeElement;
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  focused?.focus();
  return done;
}
