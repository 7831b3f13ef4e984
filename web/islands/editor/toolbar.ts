// The toolbar: one stop of the Tab key, arrows within it, Escape back to the text (ARIA's toolbar pattern).
import type { Editor } from '@tiptap/core';
import { say } from '../say';

const acts: Record<string, (editor: Editor) => void> = {
  bold: (editor) => editor.chain().focus().toggleBold().run(),
  italic: (editor) => editor.chain().focus().toggleItalic().run(),
  strike: (editor) => editor.chain().focus().toggleStrike().run(),
  code: (editor) => editor.chain().focus().toggleCode().run(),
  bullets: (editor) => editor.chain().focus().toggleBulletList().run(),
  numbers: (editor) => editor.chain().focus().toggleOrderedList().run(),
  quote: (editor) => editor.chain().focus().toggleBlockquote().run(),
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

/** The schema's names of what a button switches, where they differ. */
const nodes: Record<string, string> = { bullets: 'bulletList', numbers: 'orderedList', quote: 'blockquote' };

const kinds: Record<string, (editor: Editor) => void> = {
  paragraph: (editor) => editor.chain().focus().clearNodes().run(),
  2: (editor) => editor.chain().focus().clearNodes().setHeading({ level: 2 }).run(),
  3: (editor) => editor.chain().focus().clearNodes().setHeading({ level: 3 }).run(),
  4: (editor) => editor.chain().focus().clearNodes().setHeading({ level: 4 }).run(),
};

function kind(editor: Editor): string {
  for (const level of [2, 3, 4]) if (editor.isActive('heading', { level })) return String(level);
  return 'paragraph';
}

/** `link` opens the page's link dialog. */
export function toolbar(bar: HTMLElement, editor: Editor, link: () => void): void {
  const select = bar.querySelector<HTMLSelectElement>('select[data-style]');
  const buttons = [...bar.querySelectorAll<HTMLButtonElement>('button[data-act]')];
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
    if ((event.target as Element).closest('button[data-act]')) event.preventDefault();
  });
  bar.addEventListener('click', ({ target }) => {
    const button = (target as Element).closest<HTMLButtonElement>('button[data-act]');
    if (!button || button.disabled) return;
    const act = button.dataset.act ?? '';
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
      const act = button.dataset.act ?? '';
      if (button.hasAttribute('aria-pressed')) {
        const on = editor.isActive(nodes[act] ?? act);
        if (on) now.add(act);
        button.setAttribute('aria-pressed', String(on));
      }
      button.disabled = !editor.isEditable;
    }
    // Keys switch marks without the button being heard; its name is told when one was switched on.
    if (editor.isFocused && editor.state.selection.eq(before)) {
      const switched = told.find((mark) => now.has(mark) && !active.has(mark));
      const button = buttons.find((one) => one.dataset.act === switched);
      if (button) say(button.getAttribute('aria-label') ?? '');
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
  stopAt(stops()[0]);
  draw();
}
