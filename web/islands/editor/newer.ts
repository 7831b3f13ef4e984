// Content that this editor does not know. The binding between the text and the editor deletes what the editor cannot
// show, for everybody; so a text with such content must not be bound to it.
import type { Schema } from '@tiptap/pm/model';
import * as Y from 'yjs';

/** Marks of which several can lie on one run of text have a hash after their name. */
const HASH = /--[a-zA-Z0-9+/=]{8}$/;

export function holdsNewer(node: Y.XmlFragment | Y.XmlText | Y.XmlHook, schema: Schema): boolean {
  if (node instanceof Y.XmlText) {
    return node.toDelta().some(({ insert, attributes }: { insert: unknown; attributes?: object }) =>
      typeof insert !== 'string' || Object.keys(attributes ?? {}).some((mark) => !(mark.replace(HASH, '') in schema.marks)));
  }
  if (node instanceof Y.XmlHook) return true;
  if (node instanceof Y.XmlElement && !(node.nodeName in schema.nodes)) return true;
  return node.toArray().some((child) => holdsNewer(child as Y.XmlElement | Y.XmlText, schema));
}
