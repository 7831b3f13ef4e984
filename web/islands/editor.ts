// The editor of a document: Tiptap on Yjs, synced by the stock y-websocket provider. Loaded by the edit page
// only. The server answers our hello with the number of what is safely on its disk; «saved» is said after that.

import { Editor } from '@tiptap/core';
import { Collaboration } from '@tiptap/extension-collaboration';
import { CollaborationCaret } from '@tiptap/extension-collaboration-caret';
import { TableKit } from '@tiptap/extension-table';
import StarterKit from '@tiptap/starter-kit';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { IndexeddbPersistence } from 'y-indexeddb';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { alarm, say } from './say';

/** The shape of documents that this editor knows. The server tells an older editor to reload. */
const SCHEMA = 1;
const HELLO = 110;
const SAVED = 111;
const REFUSED = 112;
const ACCESS = 113;
/** Without word from the server for so long, unsaved text is a worry to be told. */
const WORRY = 15_000;

interface Person {
  name: string;
  look: string;
  id: string;
}

function start(place: HTMLElement): void {
  const words = (key: string) => place.dataset[`text${key}`] ?? '';
  const state = document.querySelector<HTMLElement>('[data-save-state]');
  const id = place.dataset['editor'] ?? '';
  const doc = new Y.Doc();
  const local = new IndexeddbPersistence(`aukio-${id}`, doc);
  const address = new URL('/sync', location.href);
  address.protocol = address.protocol.replace('http', 'ws');
  const provider = new WebsocketProvider(address.href, id, doc, { disableBc: true, resyncInterval: 10_000 });

  let unsaved = false;
  let refused = false;
  let since = 0;
  const show = (text: string, important = false) => {
    if (!state || state.textContent === text) return;
    state.textContent = text;
    if (important) alarm(text);
    else say(text);
  };
  const time = () => new Date().toLocaleTimeString(document.documentElement.lang, { hour: 'numeric', minute: '2-digit' });
  const tell = () => {
    if (refused) show(words('Refused'), true);
    else if (!provider.wsconnected) show(unsaved ? words('OfflineUnsaved') : words('Offline'));
    else if (unsaved && Date.now() - since > WORRY) show(words('Worry'), true);
    else if (unsaved) show(words('Saving'));
    else show(words('Saved').replace('{time}', time()));
  };

  provider.messageHandlers[SAVED] = (_encoder, decoder) => {
    decoding.readVarUint(decoder);
    unsaved = false;
    refused = false;
    void local.clearData;
    tell();
  };
  provider.messageHandlers[REFUSED] = (_encoder, decoder) => {
    decoding.readVarString(decoder);
    refused = true;
    tell();
  };
  provider.messageHandlers[ACCESS] = (_encoder, decoder) => {
    const access = decoding.readVarUint(decoder);
    editor.setEditable(access >= 2);
    if (access < 2) {
      refused = true;
      tell();
    }
  };
  provider.on('status', ({ status }) => {
    if (status === 'connected') {
      const hello = encoding.createEncoder();
      encoding.writeVarUint(hello, HELLO);
      encoding.writeVarUint(hello, SCHEMA);
      provider.ws?.send(encoding.toUint8Array(hello));
    }
    tell();
  });
  provider.on('sync', () => tell());
  doc.on('update', (_update: Uint8Array, origin: unknown) => {
    if (origin === provider || origin === local) return;
    if (!unsaved) since = Date.now();
    unsaved = true;
    tell();
  });
  window.setInterval(tell, 5000);
  window.addEventListener('beforeunload', (event) => {
    if (unsaved) event.preventDefault();
  });

  const me: Person = {
    name: place.dataset['name'] ?? '',
    look: place.dataset['look'] ?? '',
    id: place.dataset['me'] ?? '',
  };
  const editor = new Editor({
    element: place,
    extensions: [
      StarterKit.configure({
        undoRedo: false,
        heading: { levels: [2, 3, 4] },
        underline: false,
        trailingNode: false,
        link: {
          openOnClick: false,
          protocols: ['http', 'https', 'mailto'],
          isAllowedUri: (uri) => /^(https?:\/\/|mailto:|\/(?!\/)|#)/i.test(uri),
        },
      }),
      TableKit.configure({ table: { resizable: false } }),
      Collaboration.configure({ document: doc, field: 'default' }),
      CollaborationCaret.configure({
        provider,
        user: me,
        render: (user: Record<string, unknown>) => {
          const caret = document.createElement('span');
          const look = String(user['look'] ?? '');
          caret.className = `cursor${look ? ` cursor--${look}` : ''}`;
          caret.dataset['name'] = String(user['name'] ?? '');
          caret.ariaHidden = 'true';
          // The name stands for two seconds after a move, then a small square is enough.
          window.setTimeout(() => delete caret.dataset['name'], 2000);
          return caret;
        },
        selectionRender: () => ({ nodeName: 'span', class: 'chosen' }),
      }),
    ],
    editorProps: {
      attributes: {
        role: 'textbox',
        'aria-multiline': 'true',
        'aria-label': place.dataset['label'] ?? '',
        'aria-describedby': 'editor-help',
        lang: place.dataset['textLanguage'] ?? 'fi',
      },
      handleKeyDown: (_view, event) => {
        if (event.altKey && event.key === 'F10') {
          document.querySelector<HTMLElement>('[role=toolbar] button:not([disabled])')?.focus();
          return true;
        }
        return false;
      },
    },
  });
  toolbar(editor);
  people(provider, me.id);
  tell();
}

/** The people who are here, by name. */
function people(provider: WebsocketProvider, own: string): void {
  const list = document.querySelector<HTMLElement>('[data-editors]');
  if (!list) return;
  const draw = () => {
    const here = new Map<string, Person>();
    for (const state of provider.awareness.getStates().values()) {
      const user = (state as { user?: Partial<Person> }).user;
      if (user?.name) here.set(user.id ?? user.name, { name: user.name, look: user.look ?? '', id: user.id ?? '' });
    }
    list.replaceChildren(
      ...[...here.values()].map((person) => {
        const item = document.createElement('li');
        item.className = 'ref';
        const avatar = document.createElement('span');
        avatar.className = `avatar avatar--small${person.look ? ` avatar--${person.look}` : ''}`;
        avatar.ariaHidden = 'true';
        const names = person.name.split(/\s+/);
        avatar.textContent = `${names[0]?.[0] ?? ''}${names.length > 1 ? (names.at(-1)?.[0] ?? '') : ''}`;
        const name = document.createElement('span');
        name.textContent = person.id === own ? `${person.name} (${list.dataset['textYou'] ?? ''})` : person.name;
        item.append(avatar, name);
        return item;
      }),
    );
  };
  provider.awareness.on('change', draw);
  draw();
}

/** Buttons, a choice of block types, and a dialog for links. Arrow keys move within the bar, Esc goes back to the text. */
function toolbar(editor: Editor): void {
  const bar = document.querySelector<HTMLElement>('[role=toolbar]');
  if (!bar) return;
  const chain = () => editor.chain().focus();
  const acts: Record<string, { run: () => void; on?: () => boolean }> = {
    bold: { run: () => chain().toggleBold().run(), on: () => editor.isActive('bold') },
    italic: { run: () => chain().toggleItalic().run(), on: () => editor.isActive('italic') },
    bullets: { run: () => chain().toggleBulletList().run(), on: () => editor.isActive('bulletList') },
    numbers: { run: () => chain().toggleOrderedList().run(), on: () => editor.isActive('orderedList') },
    quote: { run: () => chain().toggleBlockquote().run(), on: () => editor.isActive('blockquote') },
    table: { run: () => chain().insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run() },
    undo: { run: () => chain().undo().run() },
    redo: { run: () => chain().redo().run() },
    link: { run: () => link(editor), on: () => editor.isActive('link') },
  };
  const buttons = [...bar.querySelectorAll<HTMLButtonElement>('button[data-act]')];
  const style = bar.querySelector<HTMLSelectElement>('select[data-style]');
  for (const button of buttons) {
    button.disabled = false;
    button.addEventListener('click', () => acts[button.dataset['act'] ?? '']?.run());
  }
  if (style) {
    style.disabled = false;
    style.addEventListener('change', () => {
      if (style.value === 'paragraph') chain().setParagraph().run();
      else chain().setHeading({ level: Number(style.value) as 2 | 3 | 4 }).run();
    });
  }
  const draw = () => {
    for (const button of buttons) {
      const on = acts[button.dataset['act'] ?? '']?.on;
      if (on) button.ariaPressed = String(on());
    }
    if (style) {
      const level = [2, 3, 4].find((level) => editor.isActive('heading', { level }));
      style.value = level ? String(level) : 'paragraph';
    }
  };
  editor.on('transaction', draw);
  draw();
  bar.addEventListener('keydown', (event) => {
    const stops = [...bar.querySelectorAll<HTMLElement>('button, select')];
    const at = stops.indexOf(document.activeElement as HTMLElement);
    if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
      if (document.activeElement instanceof HTMLSelectElement && event.key === 'ArrowLeft' && at === 0) return;
      event.preventDefault();
      stops[(at + (event.key === 'ArrowRight' ? 1 : stops.length - 1)) % stops.length]?.focus();
    } else if (event.key === 'Escape') {
      editor.commands.focus();
    }
  });
}

function link(editor: Editor): void {
  const dialog = document.querySelector<HTMLDialogElement>('dialog[data-link]');
  const form = dialog?.querySelector('form');
  const field = dialog?.querySelector<HTMLInputElement>('input');
  if (!dialog || !form || !field) return;
  field.value = String(editor.getAttributes('link')['href'] ?? '');
  form.onsubmit = () => {
    const address = field.value.trim();
    if (address === '') editor.chain().focus().extendMarkRange('link').unsetLink().run();
    else editor.chain().focus().extendMarkRange('link').setLink({ href: /^(https?:|mailto:|\/|#)/i.test(address) ? address : `https://${address}` }).run();
  };
  dialog.showModal();
}

const place = document.querySelector<HTMLElement>('[data-editor]');
if (place) start(place);
