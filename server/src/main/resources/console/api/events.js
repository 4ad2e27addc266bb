/**
 * Takes a stream of server-sent events apart (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 * EventSource itself cannot send an API key.
 */
export class EventParser {
  #rest = '';
  #data = [];
  #event = '';
  #id = '';

  /** The events that a piece of the stream ends. */
  feed(piece) {
    const events = [];
    this.#rest += piece;
    for (;;) {
      const end = /\r\n|\n|\r(?!$)/.exec(this.#rest);
      if (!end) return events;
      const line = this.#rest.slice(0, end.index);
      this.#rest = this.#rest.slice(end.index + end[0].length);
      if (line === '') this.#dispatch(events);
      else this.#field(line);
    }
  }

  #field(line) {
    const [, name, value] = /^([^:]*)(?:: ?(.*))?$/s.exec(line);
    if (name === 'data') this.#data.push(value ?? '');
    else if (name === 'event') this.#event = value ?? '';
    else if (name === 'id') this.#id = value ?? '';
  }

  #dispatch(events) {
    if (this.#data.length > 0) {
      events.push({event: this.#event || 'message', data: this.#data.join('\n'), id: this.#id});
    }
    this.#data = [];
    this.#event = '';
  }
}
