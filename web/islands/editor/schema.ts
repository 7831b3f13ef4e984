// What a document can hold. The names are those that the server reads and draws; SCHEMA rises when they change.
import type { Extensions } from '@tiptap/core';
import { Blockquote } from '@tiptap/extension-blockquote';
import { Bold } from '@tiptap/extension-bold';
import { Code } from '@tiptap/extension-code';
import { CodeBlock } from '@tiptap/extension-code-block';
import { Document } from '@tiptap/extension-document';
import { HardBreak } from '@tiptap/extension-hard-break';
import { Heading } from '@tiptap/extension-heading';
import { HorizontalRule } from '@tiptap/extension-horizontal-rule';
import { Italic } from '@tiptap/extension-italic';
import { Link } from '@tiptap/extension-link';
import { BulletList, ListItem, OrderedList } from '@tiptap/extension-list';
import { Paragraph } from '@tiptap/extension-paragraph';
import { Strike } from '@tiptap/extension-strike';
import { Table, TableCell, TableHeader, TableRow } from '@tiptap/extension-table';
import { Text } from '@tiptap/extension-text';
import { Dropcursor, Gapcursor } from '@tiptap/extensions';

export const SCHEMA = 1;

/** Where links may lead: other sites, mail, and pages of ours. */
export function mayLink(address: string): boolean {
  return /^(https?:\/\/[^\s]+|mailto:[^\s@]+@[^\s]+|\/(?!\/)[^\s]*)$/i.test(address);
}

/** Alignment and widths are no part of the text; the reader's page decides them. */
function cell() {
  return { colspan: { default: 1 }, rowspan: { default: 1 }, colwidth: { default: null, parseHTML: () => null, rendered: false } };
}

export function schema(): Extensions {
  return [
    Document,
    Paragraph,
    Text,
    Heading.configure({ levels: [2, 3, 4] }).extend({ addAttributes: () => ({ level: { default: 2, rendered: false } }) }),
    BulletList,
    OrderedList.extend({ addAttributes: () => ({ start: { default: 1, parseHTML: (list) => Number.parseInt(list.getAttribute('start') ?? '', 10) || 1 } }) }),
    ListItem,
    Blockquote.configure({ HTMLAttributes: { class: 'quote' } }),
    CodeBlock,
    HorizontalRule,
    HardBreak,
    Table.configure({ resizable: false }),
    TableRow,
    TableCell.extend({ addAttributes: cell }),
    TableHeader.extend({ addAttributes: cell }),
    Bold,
    Italic,
    Strike,
    Code,
    Link.extend({
      addAttributes: () => ({ href: { default: null } }),
    }).configure({
      openOnClick: false,
      autolink: true,
      linkOnPaste: true,
      protocols: ['http', 'https', 'mailto'],
      defaultProtocol: 'https',
      HTMLAttributes: { target: null, rel: null, class: null },
      isAllowedUri: (address) => mayLink(address),
    }),
    Dropcursor.configure({ color: false, class: 'drop' }),
    Gapcursor,
  ];
}
