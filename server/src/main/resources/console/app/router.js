import {h, morph} from '../ui/dom.js';
import {icon} from '../ui/parts.js';
import * as evaluation from '../pages/evaluation.js';
import * as models from '../pages/models.js';
import * as traffic from '../pages/traffic.js';
import * as training from '../pages/training.js';
import * as tryIt from '../pages/try.js';

const PAGES = [
  ['try', 'Try it', tryIt, 'M3 13l1-3 7-7 2 2-7 7-3 1zM9.5 4.5l2 2'],
  ['models', 'Models', models, 'M8 2l5.5 3v6L8 14l-5.5-3V5L8 2zM2.5 5L8 8l5.5-3M8 8v6'],
  ['training', 'Training', training, 'M2.5 2.5v11h11M4.5 4c1 5 3 6.5 8.5 7'],
  ['evaluation', 'Evaluation', evaluation, 'M3 3h4v4H3zM9 3h4v4H9zM3 9h4v4H3zM9.5 11l1.5 1.5 2.5-3'],
  ['traffic', 'Traffic', traffic, 'M1.5 9h3l2-6 3 10 2-4h3'],
];

/** Shows the page that the address names after its `#`; each gets a signal that ends with it. */
export function startRouter(nav, main) {
  let ending = new AbortController();
  let shown = '';
  const show = (first) => {
    const [id, ...rest] = location.hash.replace(/^#\/?/, '').split('/');
    const page = PAGES.find(([name]) => name === id) ?? PAGES[0];
    drawNav(nav, page[0]);
    if (shown === location.hash && !first) return;
    shown = location.hash;
    ending.abort();
    ending = new AbortController();
    document.title = `${page[1]} · Millrace`;
    main.replaceChildren();
    page[2].mount(main, {signal: ending.signal, argument: decodeURIComponent(rest.join('/'))});
    if (!first) {
      main.focus({preventScroll: true});
      scrollTo(0, 0);
    }
  };
  addEventListener('hashchange', () => {
    // The link that skips to the content is no page.
    if (location.hash === '#main') history.replaceState(null, '', shown || '#/try');
    else show(false);
  });
  show(true);
}

function drawNav(nav, current) {
  morph(
    nav,
    h(
      'ul',
      {},
      PAGES.map(([id, title, , d]) =>
        h('li', {}, h('a', {href: `#/${id}`, 'aria-current': id === current ? 'page' : null}, icon(d), h('span', {}, title))),
      ),
    ),
  );
}
