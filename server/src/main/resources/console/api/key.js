import {storage} from './storage.js';

const stored = storage('sessionStorage');
const NAME = 'millrace.key';

/** The API key of this tab; it goes when the tab is closed. */
export const apiKey = {
  get() {
    return stored.getItem(NAME) ?? '';
  },
  set(key) {
    if (key) stored.setItem(NAME, key);
    else stored.removeItem(NAME);
  },
};
