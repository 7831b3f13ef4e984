// What is pasted or dropped from elsewhere. The editor's own way is refused by our Trusted Types policy, so HTML is
// read here: into a document that runs and loads nothing, and from there only as far as the schema goes.
import { Extension } from '@tiptap/core';
import { DOMParser, type Slice } from '@tiptap/pm/model';
import { Plugin, TextSelection } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import { page } from '../html';

function slice(view: EditorView, html: string): Slice {
  const body = page(html).body;
  for (const hidden of body.querySelectorAll('style, script, title, meta')) hidden.remove();
  // A title of its own has the document already; its headings begin one level lower.
  for (const title of body.querySelectorAll('h1')) {
    const heading = document.createElement('h2');
    heading.append(...title.childNodes);
    title.replaceWith(heading);
  }
  return DOMParser.fromSchema(view.state.schema).parseSlice(body, { preserveWhitespace: !!body.querySelector('[data-pm-slice]'), context: view.state.selection.$from });
}

export const Paste = Extension.create({
  name: 'pastedHtml',
  addProseMirrorPlugins: () => [
    new Plugin({
      props: {
        handleDOMEvents: {
          paste(view, event) {
            const html = event.clipboardData?.getData('text/html');
            // Plain text, and anything into code, is no matter of HTML.
            if (!html || !view.editable || view.state.selection.$from.parent.type.spec.code) return false;
            event.preventDefault();
            const pasted = slice(view, html);
            if (view.someProp('handlePaste', (handle) => handle(view, event, pasted))) return true;
            view.dispatch(view.state.tr.replaceSelection(pasted).scrollIntoView().setMeta('paste', true).setMeta('uiEvent', 'paste'));
            return true;
          },
          drop(view, event) {
            const html = event.dataTransfer?.getData('text/html');
            // A move within the text is the editor's own; it knows the slice and does not read HTML.
            if (!html || !view.editable || view.dragging) return false;
            event.preventDefault();
            const place = view.posAtCoords({ left: event.clientX, top: event.clientY });
            if (!place) return true;
            const aimed = view.state.tr.setSelection(TextSelection.near(view.state.doc.resolve(place.pos)));
            view.dispatch(aimed.replaceSelection(slice(view, html)).setMeta('uiEvent', 'drop'));
            return true;
          },
        },
      },
    }),
  ],
});
