// The dialog for a link's address.
import type { Editor } from '@tiptap/core';
import { mayLink } from './schema';

/** Makes what somebody typed an address: `example.fi` is meant as a site, `a@b.fi` as mail. */
export function address(typed: string): string {
  const text = typed.trim();
  if (/^[a-z][a-z+.-]*:|^\//i.test(text)) return text;
  if (/^[^\s@/]+@[^\s@/]+\.[^\s@/]+$/.test(text)) return `mailto:${text}`;
  return /^[^\s/]+\.[^\s/]+/.test(text) ? `https://${text}` : text;
}

/** Returns what opens the dialog. `wrong` are the words for an address that cannot be linked to. */
export function linkDialog(dialog: HTMLDialogElement, editor: Editor, wrong: string): () => void {
  const field = dialog.querySelector<HTMLInputElement>('input');
  const form = dialog.querySelector('form');
  if (!field || !form) return () => {};

  form.addEventListener('submit', (event) => {
    const { value } = (event.submitter ?? {}) as HTMLButtonElement;
    const href = address(field.value);
    if (value !== 'save') return;
    // An empty address takes the link away.
    field.setCustomValidity(href === '' || mayLink(href) ? '' : wrong || field.validationMessage || '×');
    if (!form.reportValidity()) event.preventDefault();
  });
  field.addEventListener('input', () => field.setCustomValidity(''));
  dialog.addEventListener('close', () => {
    const chain = editor.chain().focus();
    if (dialog.returnValue === 'save' && field.value.trim() === '') chain.extendMarkRange('link').unsetLink().run();
    else if (dialog.returnValue !== 'save') chain.run();
    else {
      const href = address(field.value);
      // With nothing chosen, the address is its own text.
      if (editor.state.selection.empty && !editor.isActive('link')) chain.insertContent({ type: 'text', text: field.value.trim(), marks: [{ type: 'link', attrs: { href } }] }).run();
      else chain.extendMarkRange('link').setLink({ href }).run();
    }
  });
  dialog.querySelector('[data-close]')?.addEventListener('click', () => dialog.close('cancel'));
  return () => {
    if (!editor.isEditable) return;
    dialog.returnValue = '';
    field.value = (editor.getAttributes('link').href as string | undefined) ?? '';
    field.setCustomValidity('');
    dialog.showModal();
    field.select();
  };
}
