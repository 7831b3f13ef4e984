// New messages of a thread wait behind a button that says how many there are. Nothing moves under the reader.

import { elements } from './html';
import { type Entry, Live } from './live';
import { say } from './say';

/** Indents that are shown; deeper answers stand flat. */
const INDENTS = 3;

export function threadLive(talk: HTMLElement): Live {
  const waiting: Entry[] = [];
  const isTree = talk.dataset['view'] === 'tree';
  const showsEnd = talk.dataset['last'] === 'true';
  const bar = talk.querySelector<HTMLElement>('[data-live]');
  const button = talk.querySelector<HTMLButtonElement>('[data-live-show]');

  const count = () => {
    const text = waiting.length === 1 ? talk.dataset['textOne'] : talk.dataset['textMany'];
    return (text ?? '').replace('{n}', String(waiting.length));
  };

  const tell = () => {
    if (!bar || !button) return;
    bar.hidden = waiting.length === 0;
    button.textContent = count();
    if (waiting.length > 0) say(count());
  };

  const show = () => {
    const entries = waiting.splice(0);
    tell();
    if (entries.some((entry) => !reachable(entry))) {
      // They belong to another page of the thread; the address of the newest one knows which.
      location.assign(talk.dataset['newest']?.replace(/\d+$/, String(entries.at(-1)?.message)) ?? location.href);
      return;
    }
    const arrived = entries.map((entry) => insert(entry)).filter((article) => article !== undefined);
    arrived[0]?.focus({ preventScroll: true });
    arrived[0]?.scrollIntoView({ block: 'nearest' });
  };
  button?.addEventListener('click', show);

  const article = (number: number | null | undefined) =>
    number ? document.getElementById(`m${number}`) : null;

  const reachable = (entry: Entry) => {
    if (isTree && entry.parent) return article(entry.parent) !== null;
    return showsEnd;
  };

  const insert = (entry: Entry): HTMLElement | undefined => {
    const [fresh] = elements(entry.html ?? '');
    if (!(fresh instanceof HTMLElement)) return undefined;
    fresh.classList.add('message--new', 'message--arrived');
    own(fresh);
    const item = document.createElement('li');
    item.append(fresh);
    list(entry)?.append(item);
    return fresh;
  };

  /** The list that the message is the last one of. */
  const list = (entry: Entry): Element | null => {
    const top = talk.querySelector(':scope > .messages');
    const parent = isTree ? article(entry.parent) : null;
    if (!parent) return top;
    const flat = parent.closest('.replies--flat');
    if (flat) return flat;
    const inside = [...parent.children].find((child) => child.matches('.replies'));
    if (inside) return inside;
    const made = document.createElement('ol');
    let depth = 0;
    for (let at: Element | null = parent; at && at !== talk; at = at.parentElement) if (at.matches('.message')) depth++;
    made.className = depth > INDENTS ? 'replies replies--flat' : 'replies';
    parent.append(made);
    return made;
  };

  /** My own messages offer editing. */
  const own = (message: HTMLElement) => {
    const mine = talk.dataset['me'] !== undefined && message.dataset['author'] === talk.dataset['me'];
    message.querySelector<HTMLElement>('[data-own]')?.toggleAttribute('hidden', !mine);
  };

  const change = (entry: Entry) => {
    const there = article(entry.message);
    const [fresh] = elements(entry.html ?? '');
    const main = fresh?.querySelector(':scope > .message__main');
    if (!there || !main || !(fresh instanceof HTMLElement)) return;
    own(fresh);
    there.querySelector(':scope > .message__main')?.replaceWith(main);
    there.className = fresh.className;
  };

  return new Live(talk.dataset['topic'] ?? '', talk.dataset['lang'] ?? 'fi', Number(talk.dataset['journal'] ?? 0), {
    entry(entry) {
      const known = article(entry.message) !== null;
      const held = waiting.find((other) => other.message === entry.message);
      if (entry.what === 'message-changed' || known) {
        if (held) held.html = entry.html ?? '';
        change(entry);
      } else if (entry.what === 'message-posted' && !held) {
        waiting.push(entry);
        if (entry.by && entry.by === talk.dataset['me'] && reachable(entry)) show();
        else tell();
      }
    },
  });
}

/** A visitor's choice between tree and time is remembered by the browser; a member's by the server. */
export function rememberOrder(talk: HTMLElement): void {
  if (talk.dataset['me']) return;
  const asked = new URLSearchParams(location.search).get('view');
  if (asked) localStorage.setItem('aukio-order', asked);
  const chosen = localStorage.getItem('aukio-order');
  if (!asked && chosen && chosen !== talk.dataset['view'] && (chosen === 'tree' || chosen === 'time')) {
    const address = new URL(location.href);
    address.searchParams.set('view', chosen);
    location.replace(address);
  }
}
