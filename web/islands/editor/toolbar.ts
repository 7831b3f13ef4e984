// The toolbar: one stop of the Tab key, arrows within it, Escape back to the text (ARIA's toolbar pattern).
import type { Editor } from '@tiptap/core';
import { answer } from '../status.js';
import { fill } from '../words.js';

const acts: Record<string, (editor: Editor) => void> = {
  bold: (editor) => editor.chain().focus().toggleBold().run(),
  italic: (editor) => editor.chain().focus().toggleItalic().run(),
  strike: (editor) => editor.chain().focus().toggleStrike().run(),
  code: (editor) => editor.chain().focus().toggleCode().run(),
  bulletList: (editor) => editor.chain().focus().toggleBulletList().run(),
  orderedList: (editor) => editor.chain().focus().toggleOrderedList().run(),
  blockquote: (editor) => editor.chain().focus().toggleBlockquote().run(),
  rule: (editor) => editor.chain().focus().setHorizontalRule().run(),
  table: (editor) => editor.chain().focus().insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run(),
  rowAfter: (editor) => editor.chain().focus().addRowAfter().run(),
  rowBefore: (editor) => editor.chain().focus().addRowBefore().run(),
  columnAfter: (editor) => editor.chain().focus().addColumnAfter().run(),
  columnBefore: (editor) => editor.chain().focus().addColumnBefore().run(),
  rowDelete: (editor) => editor.chain().focus().deleteRow().run(),
  columnDelete: (editor) => editor.chain().focus().deleteColumn().run(),
  headerRow: (editor) => editor.chain().focus().toggleHeaderRow().run(),
  tableDelete: (editor) => editor.chain().focus().deleteTable().run(),
  undo: (editor) => editor.chain().focus().undo().run(),
  redo: (editor) => editor.chain().focus().redo().run(),
};

/** Marks whose switching is told, because keys switch them without the button being heard. */
const told = ['bold', 'italic', 'strike', 'code'];

const kinds: Record<string, (editor: Editor) => void> = {
  paragraph: (editor) => editor.chain().focus().clearNodes().run(),
  'heading-2': (editor) => editor.chain().focus().clearNodes().setHeading({ level: 2 }).run(),
  'heading-3': (editor) => editor.chain().focus().clearNodes().setHeading({ level: 3 }).run(),
  'heading-4': (editor) => editor.chain().focus().clearNodes().setHeading({ level: 4 }).run(),
  blockquote: (editor) => editor.chain().focus().clearNodes().setBlockquote().run(),
  codeBlock: (editor) => editor.chain().focus().clearNodes().setCodeBlock().run(),
};

function kind(editor: Editor): string {
  for (const level of [2, 3, 4]) if (editor.isActive('heading', { level })) return `heading-${level}`;
  if (editor.isActive('codeBlock')) return 'codeBlock';
  return editor.isActive('blockquote') ? 'blockquote' : 'paragraph';
}

/** `link` opens the page's link dialog; `words` has `on` and `off`, with `{what}` in them. */
export function toolbar(bar: HTMLElement, editor: Editor, link: () => void, words: Record<string, string>): void {
  const select = bar.querySelector<HTMLSelectElement>('select[data-kind]');
  const buttons = [...bar.querySelectorAll<HTMLButtonElement>('button[data-do]')];
  const stops = () => [...bar.querySelectorAll<HTMLElement>('select, button, a[href]')].filter((stop) => stop.checkVisibility());
  let current: HTMLElement | undefined;
  let active = new Set<string>();

  function stopAt(stop: HTMLElement | undefined): void {
    if (!stop) return;
    current = stop;
    for (const other of bar.querySelectorAll<HTMLElement>('select, button, a[href]')) other.tabIndex = other === stop ? 0 : -1;
  }

  function focusBar(): void {
    const stop = current?.checkVisibility() ? current : stops()[0];
    stopAt(stop);
    stop?.focus();
  }

  bar.addEventListener('keydown', (event) => {
    const all = stops();
    const here = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === 'Escape') editor.commands.focus();
    else if (to === undefined || here < 0) return;
    else {
      const stop = all[(to + all.length) % all.length];
      stopAt(stop);
      stop?.focus();
    }
    event.preventDefault();
  });
  bar.addEventListener('focusin', ({ target }) => stopAt(target as HTMLElement));
  // Pressing a button must not take the selection from the text.
  bar.addEventListener('mousedown', (event) => {
    if ((event.target as Element).closest('button[data-do]')) event.preventDefault();
  });
  bar.addEventListener('click', ({ target }) => {
    const button = (target as Element).closest<HTMLButtonElement>('button[data-do]');
    if (!button || button.getAttribute('aria-disabled') === 'true') return;
    const act = button.dataset.do ?? '';
    if (act === 'link') link();
    else acts[act]?.(editor);
  });
  select?.addEventListener('change', () => kinds[select.value]?.(editor));
  document.addEventListener('keydown', (event) => {
    if (event.altKey && event.key === 'F10') {
      event.preventDefault();
      focusBar();
    } else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k' && editor.isFocused) {
      event.preventDefault();
      link();
    }
  });

  function draw(): void {
    if (select) {
      select.value = kind(editor);
      select.disabled = !editor.isEditable;
    }
    const inTable = editor.isActive('table');
    for (const group of bar.querySelectorAll<HTMLElement>('[data-in-table]')) group.hidden = !inTable;
    const now = new Set<string>();
    for (const button of buttons) {
      const act = button.dataset.do ?? '';
      if (button.hasAttribute('aria-pressed')) {
        const on = editor.isActive(act);
        if (on) now.add(act);
        button.setAttribute('aria-pressed', String(on));
      }
      button.setAttribute('aria-disabled', String(!editor.isEditable));
    }
    // Where the caret stands still and a mark changes, somebody switched it.
    if (editor.isFocused && editor.state.selection.eq(before)) {
      const switched = told.find((mark) => active.has(mark) !== now.has(mark));
      const button = buttons.find((one) => one.dataset.do === switched);
      if (switched && button) answer(fill(now.has(switched) ? words.on : words.off, { what: (button.getAttribute('aria-label') ?? button.textContent ?? '').replace(/\s*\(.*\)/, '').trim() }));
    }
    active = now;
    before = editor.state.selection;
  }

  let before = editor.state.selection;
  let frame = 0;
  editor.on('transaction', () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(draw);
  });
  editor.on('update', () => {});
  stopAt(stops()[0]);
  draw();
}
