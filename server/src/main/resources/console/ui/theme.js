import {storage} from '../api/storage.js';

const NAME = 'millrace.theme';
const stored = storage('localStorage');
const dark = matchMedia('(prefers-color-scheme: dark)');

/** Light or dark: as the system says, until somebody chooses. Tells `change`. */
class Theme extends EventTarget {
  constructor() {
    super();
    dark.addEventListener('change', () => this.#apply());
    this.#apply();
  }

  /** `system`, `light` or `dark`. */
  get choice() {
    return stored.getItem(NAME) ?? 'system';
  }

  choose(choice) {
    if (choice === 'system') stored.removeItem(NAME);
    else stored.setItem(NAME, choice);
    this.#apply();
  }

  #apply() {
    const {choice} = this;
    if (choice === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice;
    this.dispatchEvent(new Event('change'));
  }
}

export const theme = new Theme();
