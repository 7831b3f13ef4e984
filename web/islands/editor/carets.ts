// The others in the text: their carets, and a list that says in words who is here and where.
import { Extension, type Editor } from '@tiptap/core';
import { relativePositionToAbsolutePosition, yCursorPlugin, ySyncPluginKey } from '@tiptap/y-tiptap';
import type { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';

/** A caret's name shows for this long after it moved, then it shrinks to a square. */
const NAMED = 2_000;
/** Headings are shortened to this many characters where somebody's place is told. */
const PLACE = 40;

export interface User {
  id: string;
  name: string;
  look: string;
  color: string;
}

interface Presence {
  user?: Partial<User>;
  cursor?: { head: unknown } | null;
}

const timers = new Map<number, ReturnType<typeof setTimeout>>();

function look(user: Partial<User>): string {
  return user.look === 'state' || user.look === 'civil' ? user.look : '';
}

function caret(user: Partial<User>, client: number): HTMLElement {
  const span = document.createElement('span');
  span.className = `cursor${look(user) && ` cursor--${look(user)}`}`;
  span.setAttribute('aria-hidden', 'true');
  span.dataset.client = String(client);
  span.dataset.look = look(user);
  name(span, user.name ?? '', client);
  return span;
}

function name(span: HTMLElement, words: string, client: number): void {
  span.dataset.name = words;
  clearTimeout(timers.get(client));
  timers.set(client, setTimeout(() => {
    for (const one of document.querySelectorAll<HTMLElement>(`.cursor[data-client="${client}"]`)) delete one.dataset.name;
    timers.delete(client);
  }, NAMED));
}

/** Carets of everybody but oneself. Register before the editor is made: it readies the states for the plugin. */
export function carets(awareness: Awareness) {
  awareness.on('change', ({ added, updated }: { added: number[]; updated: number[] }) => {
    const changed = [...added, ...updated].filter((client) => client !== awareness.clientID);
    for (const client of changed) {
      const user = (awareness.getStates().get(client) as Presence | undefined)?.user;
      // The plugin wants a colour in this form; ours come from the styles, by the person's sector.
      if (user && !/^#[0-9a-f]{6}$/i.test(user.color ?? '')) user.color = '#000000';
    }
    requestAnimationFrame(() => {
      for (const client of changed) {
        const user = (awareness.getStates().get(client) as Presence | undefined)?.user;
        for (const span of document.querySelectorAll<HTMLElement>(`.cursor[data-client="${client}"]`)) name(span, user?.name ?? '', client);
      }
    });
  });
  return Extension.create({
    name: 'carets',
    priority: 999,
    addProseMirrorPlugins: () => [
      yCursorPlugin(awareness, {
        cursorBuilder: caret,
        selectionBuilder: (user: Partial<User>) => ({ class: `chosen${look(user) && ` chosen--${look(user)}`}` }),
      }),
    ],
  });
}

export interface Person extends Partial<User> {
  me: boolean;
  /** The nearest heading above the caret. */
  place: string;
}

/** Who has the text open, oneself first, each once however many windows they have. */
export function people(awareness: Awareness, editor: Editor): Person[] {
  const found = new Map<string, Person>();
  for (const [client, state] of awareness.getStates() as Map<number, Presence>) {
    if (!state.user?.name) continue;
    const me = client === awareness.clientID;
    const key = state.user.id ?? String(client);
    const place = where(editor, state);
    const other = found.get(key);
    if (other && !me) other.place ||= place;
    else found.set(key, { ...state.user, me, place });
  }
  return [...found.values()].sort((a, b) => Number(b.me) - Number(a.me) || (a.name ?? '').localeCompare(b.name ?? ''));
}

function where(editor: Editor, { cursor }: Presence): string {
  const sync = ySyncPluginKey.getState(editor.state);
  if (!cursor || !sync?.binding) return '';
  const head = relativePositionToAbsolutePosition(sync.doc, sync.type, Y.createRelativePositionFromJSON(cursor.head), sync.binding.mapping);
  if (head === null) return '';
  let heading = '';
  editor.state.doc.nodesBetween(0, Math.min(head, editor.state.doc.content.size), (node) => {
    if (node.type.name === 'heading') heading = node.textContent;
    return !node.isTextblock;
  });
  return heading.length > PLACE ? `${heading.slice(0, PLACE - 1).trimEnd()}…` : heading;
}

/** First letters of the first and the last name, as the server makes them. */
export function initials(words: string): string {
  const names = words.split(/\s+/).filter(Boolean);
  return [names[0], names.length > 1 ? names.at(-1) : ''].map((one) => [...(one ?? '')][0] ?? '').join('').toLocaleUpperCase();
}
