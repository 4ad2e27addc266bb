import {h} from './dom.js';
import {problemBox} from './parts.js';
import {inWords} from '../api/problem.js';

/**
 * Asks for confirmation. The browser keeps the focus inside and gives it back afterwards.
 *
 * @param {{title: string, body: Node | Node[], confirm: string, tone?: 'bad', act: () => Promise<void>,
 *     ready?: () => boolean}} options the dialog closes when act resolves, and says what is wrong when it rejects
 */
export function confirmDialog({title, body, confirm, tone, act, wide = false}) {
  const said = h('div', {'aria-live': 'assertive'});
  const yes = h('button.primary', {type: 'submit', 'data-tone': tone}, confirm);
  const no = h('button', {type: 'button', onclick: () => dialog.close()}, 'Cancel');
  const form = h(
    'form',
    {
      novalidate: true,
      onsubmit: async (event) => {
        event.preventDefault();
        yes.disabled = true;
        said.replaceChildren();
        try {
          await act();
          dialog.close();
        } catch (error) {
          said.replaceChildren(problemBox(error.words ?? inWords(error)));
          yes.disabled = false;
        }
      },
    },
    h('h2', {id: 'dialog-title'}, title),
    h('div.dialog-body', {tabindex: '0', role: 'group', 'aria-label': title}, body),
    said,
    h('div.actions', {}, no, yes),
  );
  const dialog = h(`dialog${wide ? '.wide' : ''}`, {'aria-labelledby': 'dialog-title'}, form);
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return {dialog, confirm: yes};
}
