//! Markdown (CommonMark with tables, strikethrough and bare links) to the neutral tree, and back.
//!
//! Raw HTML is not Markdown here: it is text and is shown as such. A single line break stays a line break,
//! because that is what people who have never heard of Markdown expect.

use comrak::nodes::{AstNode, ListType, NodeValue};
use comrak::{Arena, Options, parse_document};

use crate::tree::{Block, Cell, DEPTH_MOST, Document, Inline, Item, Marks, Row, safe_link, tidy};

/// The longest text that is parsed, in bytes; longer ones are cut.
pub const BYTES_MOST: usize = 1024 * 1024;

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options
}

/// Reads Markdown. Every text is Markdown, so this cannot fail.
pub fn parse(text: &str) -> Document {
    let text = &text[..text.floor_char_boundary(BYTES_MOST)];
    // A tower of quotes or lists costs the parser more than it is worth to anybody: it is plain text.
    if text.lines().any(|line| nesting(line) > DEPTH_MOST) {
        let paragraphs = text.split("\n\n").map(|paragraph| Block::Paragraph(vec![Inline::plain(paragraph)]));
        return Document { blocks: paragraphs.collect() };
    }
    let arena = Arena::new();
    let root = parse_document(&arena, text, &options());
    Document { blocks: children(root, 0) }
}

/// How many containers a line opens at its start.
fn nesting(line: &str) -> usize {
    let start = line.trim_start_matches(|c: char| c.is_whitespace() || ">-+*0123456789.)".contains(c));
    let opened = &line[..line.len() - start.len()];
    opened.chars().filter(|c| ">-+*.)".contains(*c)).count().max(opened.len() / 4)
}

fn children<'a>(node: &'a AstNode<'a>, depth: usize) -> Vec<Block> {
    let mut blocks = Vec::new();
    for child in node.children() {
        block(child, depth, &mut blocks);
    }
    blocks
}

fn block<'a>(node: &'a AstNode<'a>, depth: usize, out: &mut Vec<Block>) {
    if depth > DEPTH_MOST {
        let inlines = tidy(inlines_of(node, &Marks::default()));
        if !inlines.is_empty() {
            out.push(Block::Paragraph(inlines));
        }
        return;
    }
    match &node.data.borrow().value {
        NodeValue::Paragraph => out.push(Block::Paragraph(tidy(inlines_of(node, &Marks::default())))),
        NodeValue::Heading(heading) => out.push(Block::Heading {
            level: heading.level.clamp(2, 4),
            inlines: tidy(inlines_of(node, &Marks::default())),
        }),
        NodeValue::BlockQuote => out.push(Block::Quote(children(node, depth + 1))),
        NodeValue::List(list) => {
            let items = node.children().map(|item| Item { blocks: filled(children(item, depth + 1)) }).collect();
            out.push(match list.list_type {
                ListType::Bullet => Block::BulletList(items),
                ListType::Ordered => Block::OrderedList { start: list.start as u32, items },
            });
        }
        NodeValue::CodeBlock(code) => out.push(Block::Code {
            language: code.info.split_whitespace().next().unwrap_or_default().to_owned(),
            text: code.literal.trim_end_matches('\n').to_owned(),
        }),
        NodeValue::HtmlBlock(html) => {
            out.push(Block::Paragraph(lines(html.literal.trim_end(), &Marks::default())));
        }
        NodeValue::ThematicBreak => out.push(Block::Rule),
        NodeValue::Table(_) => {
            let row = |row: &'a AstNode<'a>| {
                let header = matches!(row.data.borrow().value, NodeValue::TableRow(true));
                let cell = |cell: &'a AstNode<'a>| Cell {
                    header,
                    colspan: 1,
                    rowspan: 1,
                    blocks: vec![Block::Paragraph(tidy(inlines_of(cell, &Marks::default())))],
                };
                Row { cells: row.children().map(cell).collect() }
            };
            out.push(Block::Table(node.children().map(row).collect()));
        }
        _ => {
            let before = out.len();
            for child in node.children() {
                block(child, depth + 1, out);
            }
            if out.len() == before {
                let inlines = tidy(inlines_of(node, &Marks::default()));
                if !inlines.is_empty() {
                    out.push(Block::Paragraph(inlines));
                }
            }
        }
    }
}

/// The editor's lists and cells hold at least one paragraph.
fn filled(blocks: Vec<Block>) -> Vec<Block> {
    if blocks.is_empty() { vec![Block::Paragraph(Vec::new())] } else { blocks }
}

fn lines(text: &str, marks: &Marks) -> Vec<Inline> {
    let mut inlines = Vec::new();
    for (place, line) in text.split('\n').enumerate() {
        if place > 0 {
            inlines.push(Inline::Break);
        }
        inlines.push(Inline::Text { text: line.to_owned(), marks: marks.clone() });
    }
    tidy(inlines)
}

fn inlines_of<'a>(node: &'a AstNode<'a>, marks: &Marks) -> Vec<Inline> {
    // An own stack instead of recursion: emphasis may nest as deep as the text is long.
    let mut out = Vec::new();
    let mut waiting: Vec<(&'a AstNode<'a>, Marks)> =
        node.children().map(|child| (child, marks.clone())).collect::<Vec<_>>().into_iter().rev().collect();
    while let Some((node, marks)) = waiting.pop() {
        let mut inner = marks.clone();
        match &node.data.borrow().value {
            NodeValue::Text(text) => out.push(Inline::Text { text: text.to_string(), marks: marks.clone() }),
            NodeValue::SoftBreak | NodeValue::LineBreak => out.push(Inline::Break),
            NodeValue::Code(code) => {
                inner.code = true;
                out.push(Inline::Text { text: code.literal.clone(), marks: inner.clone() });
            }
            NodeValue::HtmlInline(html) => out.push(Inline::Text { text: html.clone(), marks: marks.clone() }),
            NodeValue::Emph => inner.italic = true,
            NodeValue::Strong => inner.bold = true,
            NodeValue::Strikethrough => inner.strike = true,
            // A picture from elsewhere would be a request to elsewhere: its description is a link to it.
            NodeValue::Link(link) | NodeValue::Image(link) => inner.link = safe_link(&link.url).or(inner.link),
            _ => {}
        }
        let next: Vec<_> = node.children().map(|child| (child, inner.clone())).collect();
        waiting.extend(next.into_iter().rev());
    }
    out
}

/// Writes the tree as Markdown that reads back as the same tree.
pub fn print(document: &Document) -> String {
    let mut out = String::new();
    print_blocks(&document.blocks, "", &mut out);
    out.trim_end_matches('\n').to_owned()
}

fn print_blocks(blocks: &[Block], indent: &str, out: &mut String) {
    for (place, block) in blocks.iter().enumerate() {
        if place > 0 {
            out.push_str(indent.trim_end());
            out.push('\n');
            // Two lists of one kind in a row would become one; an empty comment keeps them apart.
            if matches!(
                (&blocks[place - 1], block),
                (Block::BulletList(_), Block::BulletList(_)) | (Block::OrderedList { .. }, Block::OrderedList { .. })
            ) {
                out.push_str(indent);
                out.push_str("***\n");
                out.push_str(indent.trim_end());
                out.push('\n');
            }
        }
        print_block(block, indent, out);
    }
}

fn print_block(block: &Block, indent: &str, out: &mut String) {
    match block {
        Block::Paragraph(inlines) => print_lines(&inline_markdown(inlines), indent, out),
        Block::Heading { level, inlines } => {
            let text = inline_markdown(inlines).replace('\n', " ");
            print_lines(&format!("{} {text}", "#".repeat(usize::from(*level))), indent, out);
        }
        Block::BulletList(items) => {
            for item in items {
                print_item("- ", &item.blocks, indent, out);
            }
        }
        Block::OrderedList { start, items } => {
            for (place, item) in items.iter().enumerate() {
                print_item(&format!("{}. ", *start as usize + place), &item.blocks, indent, out);
            }
        }
        Block::Quote(blocks) => print_blocks(blocks, &format!("{indent}> "), &mut *out),
        Block::Code { language, text } => {
            let fence = "`".repeat(longest_run(text, '`').max(2) + 1);
            print_lines(&format!("{fence}{language}\n{text}\n{fence}"), indent, out);
        }
        Block::Rule => print_lines("---", indent, out),
        Block::Table(rows) => {
            for (place, row) in rows.iter().enumerate() {
                let cells = row.cells.iter().map(|cell| {
                    let mut text = String::new();
                    crate::plain::blocks(&cell.blocks, &mut text);
                    let marked = match cell.blocks.as_slice() {
                        [Block::Paragraph(inlines)] => inline_markdown(inlines),
                        _ => escape(&text),
                    };
                    format!(" {} ", marked.replace('\n', " ").replace("\\|", "|").replace('|', "\\|").trim())
                });
                print_lines(&format!("|{}|", cells.collect::<Vec<_>>().join("|")), indent, out);
                if place == 0 {
                    print_lines(&format!("|{}", " --- |".repeat(row.cells.len())), indent, out);
                }
            }
        }
        Block::Unknown { text, .. } => print_lines(&escape(text), indent, out),
    }
}

fn print_item(marker: &str, blocks: &[Block], indent: &str, out: &mut String) {
    let mut inner = String::new();
    print_blocks(blocks, "", &mut inner);
    let deeper = " ".repeat(marker.len());
    for (place, line) in inner.trim_end_matches('\n').split('\n').enumerate() {
        out.push_str(indent);
        if place == 0 {
            out.push_str(marker);
        } else if !line.is_empty() {
            out.push_str(&deeper);
        }
        out.push_str(line);
        out.push('\n');
    }
}

fn print_lines(text: &str, indent: &str, out: &mut String) {
    for line in text.split('\n') {
        out.push_str(indent);
        out.push_str(line);
        out.push('\n');
    }
}

fn longest_run(text: &str, of: char) -> usize {
    text.split(|c| c != of).map(|run| run.chars().count()).max().unwrap_or(0)
}

fn inline_markdown(inlines: &[Inline]) -> String {
    let mut out = String::new();
    for inline in inlines {
        match inline {
            Inline::Break => out.push('\n'),
            Inline::Text { text, marks } if marks.code => {
                let fence = "`".repeat(longest_run(text, '`') + 1);
                out.push_str(&link(&format!("{fence}{text}{fence}"), marks));
            }
            Inline::Text { text, marks } => {
                // Marks hug the letters: white space at the edge of a bold run stands outside of it.
                let inner = text.trim();
                if inner.is_empty() {
                    out.push_str(text);
                    continue;
                }
                let start = &text[..text.len() - text.trim_start().len()];
                let end = &text[text.trim_end().len()..];
                let mut marked = escape(inner);
                for (on, mark) in [(marks.strike, "~~"), (marks.italic, "*"), (marks.bold, "**")] {
                    if on {
                        marked = format!("{mark}{marked}{mark}");
                    }
                }
                out.push_str(start);
                out.push_str(&link(&marked, marks));
                out.push_str(end);
            }
        }
    }
    // What would begin a block at the start of a line is told not to.
    out.split('\n').map(escape_start).collect::<Vec<_>>().join("\n")
}

fn link(text: &str, marks: &Marks) -> String {
    match &marks.link {
        Some(address) => format!("[{text}](<{}>)", address.replace('<', "%3C").replace('>', "%3E")),
        None => text.to_owned(),
    }
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\`*_[]<>~|&".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn escape_start(line: &str) -> String {
    let trimmed = line.trim_start();
    let digits = trimmed.chars().take_while(char::is_ascii_digit).count();
    let after = trimmed[digits..].chars().next();
    if digits > 0 && matches!(after, Some('.' | ')')) {
        return format!("{}\\{}", &trimmed[..digits], &trimmed[digits..]);
    }
    match trimmed.chars().next() {
        Some('#' | '-' | '+' | '=' | ':') => format!("\\{trimmed}"),
        _ => trimmed.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(markdown: &str) {
        let tree = parse(markdown);
        let printed = print(&tree);
        assert_eq!(parse(&printed), tree, "{printed}");
    }

    #[test]
    fn what_is_printed_reads_back() {
        round("Hei *maailma* ja **kaikki** `koodi` ~~ei~~");
        round("## Otsikko\n\nteksti\n\n- a\n  - b\n    - c\n- d\n\n1. x\n2. y");
        round("> lainaus\n> jatkuu\n>\n> > sisempi");
        round("```rust\nfn main() {}\n```");
        round("| a | b |\n|---|---|\n| 1 \\| 2 | **x** |");
        round("[linkki](https://kunta.fi/a_b) ja https://kunta.fi");
        round("1\\. ei luettelo\n\\- eikä tämä\n\\# eikä tämä");
        round("rivi\nrivi *kursiivi\nyli rivin*");
        round("---");
        round("5. viides\n6. kuudes");
        round("a < b & c > d \\* [x]");
    }

    #[test]
    fn hostile_texts_end() {
        for text in
            [">".repeat(10_000), "[".repeat(100_000), "*a ".repeat(30_000), "- ".repeat(5_000), "`".repeat(90_000)]
        {
            let tree = parse(&text);
            let _ = print(&tree);
            let _ = crate::html::message(&tree);
        }
    }
}
