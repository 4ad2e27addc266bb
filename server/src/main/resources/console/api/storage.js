/** The browser's storage of a kind; where it is forbidden, one that lasts as long as the page. */
export function storage(kind) {
  try {
    globalThis[kind].getItem('');
    return globalThis[kind];
  } catch {
    const values = new Map();
    return {
      getItem: (name) => values.get(name) ?? null,
      setItem: (name, value) => values.set(name, value),
      removeItem: (name) => values.delete(name),
    };
  }
}
