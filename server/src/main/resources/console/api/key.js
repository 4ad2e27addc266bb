const NAME = 'millrace.key';

/** The API key of this tab; it goes when the tab is closed. */
export const apiKey = {
  get() {
    return sessionStorage.getItem(NAME) ?? '';
  },
  set(key) {
    if (key) sessionStorage.setItem(NAME, key);
    else sessionStorage.removeItem(NAME);
  },
};
