// The document editor, only on the page where a document is edited: Tiptap on a shared Yjs text. All its words come
// from the page's data-text-… attributes.

import { Editor, getSchema, type Extensions } from '@tiptap/core';
import { Collaboration } from '@tiptap/extension-collaboration';
import type { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { carets, initials, people } from './editor/carets';
import { connect, type State } from './editor/connection';
import { linkDialog } from './editor/link';
import { holdsNewer } from './editor/newer';
import { Paste } from './editor/paste';
import { schema } from './editor/schema';
import { toolbar } from './editor/toolbar';
import { alarm } from './say';

/** Typing shows as “saving” only when that takes longer than this; otherwise the words would flicker. */
const PATIENCE = 1_000;
/** Saving that takes longer than this is something to worry about. */
const WORRY = 10_000;
/** Between two spoken words about saving. */
const SPOKEN = 30_000;
/** Between two drawings of the list of people. */
const PEOPLE = 1_000;

const place = document.querySelector<HTMLElement>('[data-editor]');
if (place) start(place);

function start(text: HTMLElement): void {
  const { editor: id = '', me = '', name = '', look = '' } = text.dataset;
  const doc = new Y.Doc();
  const fragment = doc.getXmlFragment('default');
  const extensions = schema();
  const known = getSchema(extensions);
  const show = saveState(text);
  let editor: Editor | undefined;
  let newer = false;

  const mayWrite = (state: State) => !['readOnly', 'damaged', 'signedOut', 'gone', 'broken'].includes(state.is);
  const connection = connect(doc, id, me, (state) => {
    if (newer) return;
    show(state);
    if (editor && editor.isEditable !== mayWrite(state)) editor.setEditable(mayWrite(state));
  });
  const { awareness } = connection.provider;
  awareness.setLocalStateField('user', { id: me, name, look, color: '#000000' });

  // Heard before the editor hears of a change, and then it is gone before it can delete what it does not know.
  const guard = () => {
    newer ||= holdsNewer(fragment, known);
    if (!newer) return;
    editor?.destroy();
    connection.provider.destroy();
    const words = text.dataset.textNewer ?? '';
    text.textContent = words;
    show({ is: 'broken', unsaved: connection.state().unsaved });
  };
  fragment.observeDeep(guard);

  void connection.ready.then(() => {
    guard();
    if (newer) return;
    editor = edit(text, doc, extensions, awareness);
    editor.setEditable(mayWrite(connection.state()));
    show(connection.state());
  });
  addEventListener('beforeunload', (event) => {
    if (connection.state().unsaved) event.preventDefault();
  });
}

function edit(text: HTMLElement, doc: Y.Doc, extensions: Extensions, awareness: Awareness): Editor {
  const { label = '', language = '', textLinkWrong = '' } = text.dataset;
  const editor = new Editor({
    element: { mount: text },
    editable: false,
    injectCSS: false,
    // Not left out: an empty text would be parsed as HTML, which Trusted Types refuse.
    content: { type: 'doc', content: [{ type: 'paragraph' }] },
    extensions: [...extensions, Collaboration.configure({ document: doc, field: 'default' }), carets(awareness), Paste],
    editorProps: {
      attributes: { role: 'textbox', 'aria-multiline': 'true', 'aria-label': label, 'aria-describedby': 'editor-help', lang: language, spellcheck: 'true' },
      handleDOMEvents: { keydown: leaves() },
    },
  });
  const bar = document.querySelector<HTMLElement>('[role=toolbar]');
  const dialog = document.querySelector<HTMLDialogElement>('dialog[data-link]');
  if (bar) toolbar(bar, editor, dialog ? linkDialog(dialog, editor, textLinkWrong) : () => {});
  listPeople(editor, awareness);
  return editor;
}

/** Tab moves in lists and tables. After Escape it leaves the text, so that nobody is caught in it. */
function leaves(): (view: unknown, event: KeyboardEvent) => boolean {
  let leaving = false;
  return (_view, event) => {
    if (event.key === 'Tab' && leaving) return true;
    if (event.key !== 'Shift') leaving = event.key === 'Escape';
    return false;
  };
}

/** Shows at once how saving goes; what is at risk is told at once, what is well now and then. */
function saveState({ dataset: words }: HTMLElement): (state: State) => void {
  const line = document.querySelector<HTMLElement>('[data-save-state]');
  let kind = '';
  let slow: ReturnType<typeof setTimeout> | undefined;
  let worry: ReturnType<typeof setTimeout> | undefined;
  let soon: ReturnType<typeof setTimeout> | undefined;
  let spoken = -Infinity;

  const sentence = (state: State) => {
    switch (state.is) {
      case 'connecting': return '';
      case 'saving': return words.textSaving ?? '';
      case 'saved': return (words.textSaved ?? '').replace(/\{\s*time\s*\}/, clock(state.at));
      case 'offline': return (state.unsaved ? words.textOfflineUnsaved : words.textOffline) ?? '';
      case 'damaged': return words.textDamaged ?? '';
      case 'broken': return words.textReload ?? '';
      default: return words.textRefused ?? '';
    }
  };
  const write = (state: State, text = sentence(state)) => {
    if (!line || text === '' || line.textContent === text) return;
    const bad = !['connecting', 'saving', 'saved', 'offline'].includes(state.is);
    const next = `${state.is}${state.unsaved ? '-unsaved' : ''}`;
    line.textContent = text;
    line.classList.toggle('saved--waiting', state.is === 'offline');
    line.classList.toggle('saved--bad', bad);
    if (next === kind) return;
    kind = next;
    if (bad) alarm(text);
    else if (state.is !== 'saving') {
      clearTimeout(soon);
      soon = setTimeout(() => {
        spoken = Date.now();
        const status = document.getElementById('status');
        if (status) status.textContent = line.textContent;
      }, Math.max(0, spoken + SPOKEN - Date.now()));
    }
  };

  return (state) => {
    if (state.is !== 'saving') {
      clearTimeout(slow);
      clearTimeout(worry);
      slow = worry = undefined;
      write(state);
      return;
    }
    slow ??= setTimeout(() => write(state), PATIENCE);
    worry ??= setTimeout(() => {
      write(state, words.textWorry);
      alarm(words.textWorry ?? '');
    }, WORRY);
  };
}

function clock(at: Date): string {
  const language = document.documentElement.lang;
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { hour: 'numeric', minute: '2-digit' }).format(at);
}

/** Who has the text open, in words: oneself first, and under which heading each of them is. */
function listPeople(editor: Editor, awareness: Awareness): void {
  const list = document.querySelector<HTMLElement>('[data-editors]');
  if (!list) return;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const draw = () => {
    timer = undefined;
    list.replaceChildren(...people(awareness, editor).map(({ name = '', look, me, place: heading }) => {
      const item = document.createElement('li');
      const face = document.createElement('span');
      const line = document.createElement('span');
      item.className = 'ref';
      face.className = `avatar avatar--small${look === 'state' || look === 'civil' ? ` avatar--${look}` : ''}`;
      face.setAttribute('aria-hidden', 'true');
      face.textContent = initials(name);
      line.textContent = `${name}${me ? ` (${list.dataset.textYou ?? ''})` : ''}${heading ? `, ${heading}` : ''}`;
      item.append(face, line);
      return item;
    }));
  };
  const later = () => { timer ??= setTimeout(draw, PEOPLE); };
  awareness.on('change', later);
  editor.on('selectionUpdate', later);
  draw();
}
