// The reading page of a document follows its writers, section by section, without moving its reader.

import { elements, page } from './html';
import { type Entry, Live } from './live';

export function documentLive(sheet: HTMLElement): Live {
  const place = sheet.querySelector<HTMLElement>('[data-sections]');

  const sections = () => new Map([...(place?.children ?? [])].map((section) => [(section as HTMLElement).dataset['key'] ?? '', section]));

  /** Takes the sections from a fresh page: for what was missed while the connection was cut. */
  const fetched = async () => {
    const answer = await fetch(location.href, { credentials: 'same-origin' });
    if (!answer.ok || !place) return;
    const fresh = page(await answer.text());
    const theirs = fresh.querySelector('[data-sections]');
    if (theirs) arrange([...theirs.children]);
    const contents = fresh.querySelector('[data-contents]');
    if (contents) sheet.querySelector('[data-contents]')?.replaceChildren(...contents.children);
  };

  const arrange = (wanted: Element[]) => {
    if (!place) return;
    const have = sections();
    const next = wanted.map((section) => have.get((section as HTMLElement).dataset['key'] ?? '') ?? section);
    // What the reader looks at stays where it is on the screen.
    const anchor = [...place.children].find((section) => section.getBoundingClientRect().bottom > 0 && next.includes(section));
    const before = anchor?.getBoundingClientRect().top;
    place.replaceChildren(...next);
    if (anchor && before !== undefined) window.scrollBy(0, anchor.getBoundingClientRect().top - before);
  };

  const change = (entry: Entry) => {
    const have = sections();
    const next: Element[] = [];
    for (const key of entry.sections ?? []) {
      const html = entry.changed?.[key];
      const section = have.get(key) ?? (html ? elements(html)[0] : undefined);
      if (!section) {
        void fetched();
        return;
      }
      next.push(section);
    }
    arrange(next);
    const contents = sheet.querySelector('[data-contents]');
    if (contents && entry.contents !== undefined) contents.replaceChildren(...elements(entry.contents));
  };

  return new Live(sheet.dataset['topic'] ?? '', sheet.dataset['lang'] ?? 'fi', Number(sheet.dataset['journal'] ?? 0), {
    entry(entry) {
      if (entry.what === 'document-changed') change(entry);
      const title = sheet.querySelector('[data-document-title]');
      if (entry.what === 'document-renamed' && title && entry.title) title.textContent = entry.title;
    },
  });
}
