//! Markdown to the tree.

use comrak::nodes::{AstNode, ListType, NodeValue};
use comrak::{Arena, Options, parse_document};

use super::normal::{code_text, filled, first_number, language, lines, normal_inlines, plain_cell, unbroken};
use super::{BYTES_MOST, CELLS_MOST};
use crate::tree::{Block, DEPTH_MOST, Document, Inline, Item, Marks, Row, safe_link};

/// Reads Markdown. Every text is Markdown, so this cannot fail.
pub fn parse(text: &str) -> Document {
    let text = &text[..text.floor_char_boundary(BYTES_MOST)];
    // A tower of quotes or lists costs the parser more than it is worth to anybody: it is plain text.
    if text.lines().any(|line| opened(line) > OPENED_MOST) {
        let paragraphs = text.split("\n\n").map(|text| normal_inlines(lines(text, &Marks::default())));
        let paragraphs = paragraphs.filter(|inlines| !inlines.is_empty());
        return Document { blocks: paragraphs.map(Block::Paragraph).collect() };
    }
    let arena = Arena::new();
    // The parser takes a number without a text for the entry of a list only when the line has an end.
    let root = parse_document(&arena, &format!("{text}\n"), &options());
    let mut reader = Reader { cells: 0 };
    Document { blocks: reader.children(root, 0) }
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    // Keeps escaped signs apart from their neighbours, so that «a\\@b.fi» is not made an address after all.
    options.parse.escaped_char_spans = true;
    options
}

/// How many containers a line opens at its start, indentation counted as lists that were opened before.
fn opened(line: &str) -> usize {
    let mut rest = line;
    let mut count = 0;
    loop {
        let inner = rest.trim_start_matches([' ', '\t']);
        count += (rest.len() - inner.len()) / 4;
        let digits = inner.bytes().take(10).take_while(u8::is_ascii_digit).count();
        let after = match inner.as_bytes() {
            [b'>', ..] => 1,
            [b'-' | b'+' | b'*', b' ' | b'\t', ..] => 1,
            [b'-' | b'+' | b'*'] => 1,
            bytes if (1..=9).contains(&digits) && matches!(bytes.get(digits), Some(b'.' | b')')) => digits + 1,
            _ => return count,
        };
        count += 1;
        rest = &inner[after..];
    }
}

struct Reader {
    cells: usize,
}

impl Reader {
    fn children<'a>(&mut self, node: &'a AstNode<'a>, depth: usize) -> Vec<Block> {
        let mut blocks = Vec::new();
        for child in node.children() {
            self.block(child, depth, &mut blocks);
        }
        blocks
    }

    fn block<'a>(&mut self, node: &'a AstNode<'a>, depth: usize, out: &mut Vec<Block>) {
        let paragraph = |inlines: Vec<Inline>, out: &mut Vec<Block>| {
            if !inlines.is_empty() {
                out.push(Block::Paragraph(inlines));
            }
        };
        if depth > DEPTH_MOST {
            paragraph(inlines_of(node), out);
            return;
        }
        match &node.data.borrow().value {
            NodeValue::Paragraph => paragraph(inlines_of(node), out),
            NodeValue::Heading(heading) => {
                out.push(Block::Heading { level: heading.level.clamp(2, 4), inlines: unbroken(inlines_of(node)) });
            }
            NodeValue::BlockQuote => {
                let inner = self.children(node, depth + 1);
                if !inner.is_empty() {
                    out.push(Block::Quote(inner));
                }
            }
            NodeValue::List(list) => {
                let items = node.children().map(|item| Item { blocks: filled(self.children(item, depth + 1)) });
                let items: Vec<Item> = items.collect();
                out.push(match list.list_type {
                    ListType::Bullet => Block::BulletList(items),
                    ListType::Ordered => Block::OrderedList { start: first_number(list.start, items.len()), items },
                });
            }
            NodeValue::CodeBlock(code) => {
                out.push(Block::Code { language: language(&code.info), text: code_text(&code.literal) });
            }
            NodeValue::HtmlBlock(html) => {
                paragraph(normal_inlines(lines(html.literal.trim_end(), &Marks::default())), out);
            }
            NodeValue::ThematicBreak => out.push(Block::Rule),
            NodeValue::Table(table) => {
                let mut rows = Vec::new();
                for row in node.children() {
                    self.cells += table.num_columns;
                    if self.cells > CELLS_MOST {
                        out.extend(Some(std::mem::take(&mut rows)).filter(|rows| !rows.is_empty()).map(Block::Table));
                        paragraph(unbroken(inlines_of(row)), out);
                        continue;
                    }
                    let header = matches!(row.data.borrow().value, NodeValue::TableRow(true));
                    let cell = |cell: &'a AstNode<'a>| plain_cell(header, unbroken(inlines_of(cell)));
                    rows.push(Row { cells: row.children().map(cell).collect() });
                }
                out.extend(Some(rows).filter(|rows| !rows.is_empty()).map(Block::Table));
            }
            _ => {
                let before = out.len();
                for child in node.children() {
                    self.block(child, depth + 1, out);
                }
                if out.len() == before {
                    paragraph(inlines_of(node), out);
                }
            }
        }
    }
}

fn inlines_of<'a>(node: &'a AstNode<'a>) -> Vec<Inline> {
    // An own stack instead of recursion: emphasis may nest as deep as the text is long.
    let mut out = Vec::new();
    let mut waiting: Vec<(&'a AstNode<'a>, Marks)> = node.children().map(|child| (child, Marks::default())).collect();
    waiting.reverse();
    while let Some((node, marks)) = waiting.pop() {
        let mut inner = marks;
        match &node.data.borrow().value {
            NodeValue::Text(text) => out.extend(lines(text, &inner)),
            NodeValue::SoftBreak | NodeValue::LineBreak => out.push(Inline::Break),
            NodeValue::Code(code) => {
                inner.code = true;
                out.push(Inline::Text { text: code.literal.clone(), marks: inner.clone() });
            }
            NodeValue::HtmlInline(html) => out.extend(lines(html, &inner)),
            // Blocks come here only from below the deepest nesting: their text is kept.
            NodeValue::HtmlBlock(html) => out.extend(lines(&html.literal, &inner)),
            NodeValue::CodeBlock(code) => out.extend(lines(&code.literal, &inner)),
            NodeValue::Paragraph | NodeValue::Heading(_) | NodeValue::Item(_) => out.push(Inline::Break),
            NodeValue::TableCell => out.push(Inline::plain(" ")),
            NodeValue::Emph => inner.italic = true,
            NodeValue::Strong => inner.bold = true,
            NodeValue::Strikethrough => inner.strike = true,
            // A picture from elsewhere would be a request to elsewhere: its description is a link to it.
            NodeValue::Link(link) | NodeValue::Image(link) => inner.link = safe_link(&link.url).or(inner.link),
            _ => {}
        }
        let start = waiting.len();
        waiting.extend(node.children().map(|child| (child, inner.clone())));
        waiting[start..].reverse();
    }
    normal_inlines(out)
}

/// Containers that one line may open. The tree is flattened much earlier; beyond this even parsing is refused.
const OPENED_MOST: usize = 100;
