const NAME = 'millrace.theme';
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
    return localStorage.getItem(NAME) ?? 'system';
  }

  choose(choice) {
    if (choice === 'system') localStorage.removeItem(NAME);
    else localStorage.setItem(NAME, choice);
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
