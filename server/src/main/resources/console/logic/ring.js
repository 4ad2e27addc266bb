/** The last `capacity` numbers of several columns that grow together. */
export class Ring {
  #columns = new Map();
  #capacity;
  #length = 0;
  #next = 0;

  constructor(capacity) {
    this.#capacity = capacity;
  }

  get length() {
    return this.#length;
  }

  /** Adds a row; a column that it lacks gets null, one that is new was null until now. */
  push(row) {
    for (const name of Object.keys(row)) {
      if (!this.#columns.has(name)) this.#columns.set(name, new Array(this.#capacity).fill(null));
    }
    for (const [name, values] of this.#columns) values[this.#next] = row[name] ?? null;
    this.#next = (this.#next + 1) % this.#capacity;
    this.#length = Math.min(this.#length + 1, this.#capacity);
  }

  names() {
    return [...this.#columns.keys()];
  }

  /** The last `count` values of a column, oldest first; nulls for a column that is not there. */
  last(name, count = this.#length) {
    const wanted = Math.min(count, this.#length);
    const values = this.#columns.get(name);
    if (!values) return new Array(wanted).fill(null);
    const from = (this.#next - wanted + this.#capacity) % this.#capacity;
    return from + wanted <= this.#capacity
      ? values.slice(from, from + wanted)
      : [...values.slice(from), ...values.slice(0, from + wanted - this.#capacity)];
  }

  /** Forgets columns that hold nothing any more. */
  prune() {
    for (const [name, values] of this.#columns) {
      if (values.every((value) => value === null)) this.#columns.delete(name);
    }
  }
}
