// The page «my data» while a copy is being made: it shows how far it is without being loaded again. Without this
// script a link does the same.

import { page } from './html';
import { say } from './say';

const PAUSE = 1_000;
/** After this many failures in a row the page leaves it to its link. */
const FAILURES = 10;

export function copy(state: HTMLElement, failures = 0): void {
  if (!state.querySelector('progress')) return;
  window.setTimeout(() => {
    fetch(location.href, { headers: { accept: 'text/html' } })
      .then(async (answer) => {
        const next = answer.ok && !answer.redirected ? page(await answer.text()).querySelector<HTMLElement>('[data-copy]') : null;
        if (!next) throw new Error(`answered ${answer.status}`);
        const bar = state.querySelector('progress');
        const further = next.querySelector('progress');
        if (bar && further) {
          bar.max = further.max;
          bar.value = further.value;
        } else {
          state.replaceChildren(...next.childNodes);
          say(state.querySelector('[role=status]')?.textContent ?? '');
        }
        copy(state);
      })
      .catch(() => {
        if (failures < FAILURES) copy(state, failures + 1);
      });
  }, PAUSE);
}
