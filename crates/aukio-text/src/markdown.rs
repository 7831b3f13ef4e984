//! Markdown (CommonMark with tables, strikethrough and bare links) to the neutral tree, and back.
//!
//! Raw HTML is not Markdown here: it is text and is shown as such. A single line break stays a line break,
//! because that is what people who have never heard of Markdown expect.
//!
//! What Markdown can hold is less than what a tree can: [`normalise`] tells the difference beforehand, and
//! `parse(&print(tree)) == normalise(tree)` for every tree.

use comrak::nodes::{AstNode, ListType, NodeValue};
use comrak::{Arena, Options, parse_document};

use crate::tree::{Block, Cell, DEPTH_MOST, Document, Inline, Item, Marks, Row, safe_link, tidy};

/// The longest text that is parsed, in bytes; longer ones are cut. Four bytes for each character of the longest
/// text that a form takes.
pub const BYTES_MOST: usize = 1024 * 1024;
/// Containers that one line may open. The tree is flattened much earlier; beyond this even parsing is refused.
const OPENED_MOST: usize = 100;
/// Cells of all tables in a text. A row of one sign may stand for a thousand empty cells; further rows are text.
const CELLS_MOST: usize = 20_000;
/// Ordered lists count up to here (CommonMark 0.31, 5.2: at most nine digits).
const NUMBER_MOST: u32 = 999_999_999;

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    // Keeps escaped signs apart from their neighbours, so that «a\\@b.fi» is not made an address after all.
    options.parse.escaped_char_spans = true;
    options
}

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

fn plain_cell(header: bool, inlines: Vec<Inline>) -> Cell {
    Cell { header, colspan: 1, rowspan: 1, blocks: vec![Block::Paragraph(inlines)] }
}

fn first_number(start: usize, items: usize) -> u32 {
    let last = usize::try_from(NUMBER_MOST).unwrap_or(usize::MAX).saturating_sub(items);
    u32::try_from(start.min(last)).unwrap_or(1)
}

/// The name of a programming language: one word of signs that no printer has to escape.
fn language(info: &str) -> String {
    let word = info.split_whitespace().next().unwrap_or_default();
    word.chars().filter(|c| c.is_ascii_alphanumeric() || "+-.#_".contains(*c)).take(40).collect()
}

fn code_text(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "");
    text.trim_end_matches('\n').to_owned()
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
    inlines
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

/// The tree that Markdown makes of this one: spans of cells, shapes of a newer program, empty paragraphs and
/// breaks in headings and cells have no Markdown. No text is lost.
pub fn normalise(document: &Document) -> Document {
    Document { blocks: normal_blocks(&document.blocks, 0) }
}

fn normal_blocks(blocks: &[Block], depth: usize) -> Vec<Block> {
    let mut out = Vec::new();
    let paragraph = |inlines: Vec<Inline>, out: &mut Vec<Block>| {
        if !inlines.is_empty() {
            out.push(Block::Paragraph(inlines));
        }
    };
    for block in blocks {
        match block {
            Block::Paragraph(inlines) => paragraph(settled(normal_inlines(inlines.clone())), &mut out),
            Block::Heading { level, inlines } => {
                let inlines = settled(unbroken(normal_inlines(inlines.clone())));
                out.push(Block::Heading { level: (*level).clamp(2, 4), inlines });
            }
            Block::Code { language: name, text } => {
                out.push(Block::Code { language: language(name), text: code_text(text) });
            }
            Block::Rule => out.push(Block::Rule),
            Block::Unknown { text, .. } => paragraph(normal_inlines(lines(text, &Marks::default())), &mut out),
            Block::Table(rows) => normal_table(rows, &mut out),
            _ if depth >= DEPTH_MOST => {
                let mut text = String::new();
                crate::plain::blocks(std::slice::from_ref(block), &mut text);
                paragraph(normal_inlines(lines(&text, &Marks::default())), &mut out);
            }
            Block::Quote(inner) => {
                let inner = normal_blocks(inner, depth + 1);
                if !inner.is_empty() {
                    out.push(Block::Quote(inner));
                }
            }
            Block::BulletList(items) | Block::OrderedList { items, .. } if items.is_empty() => {}
            Block::BulletList(items) => out.push(Block::BulletList(normal_items(items, depth))),
            Block::OrderedList { start, items } => {
                let start = first_number(usize::try_from(*start).unwrap_or(1), items.len());
                out.push(Block::OrderedList { start, items: normal_items(items, depth) });
            }
        }
    }
    out
}

fn normal_items(items: &[Item], depth: usize) -> Vec<Item> {
    items.iter().map(|item| Item { blocks: filled(normal_blocks(&item.blocks, depth + 1)) }).collect()
}

/// The first row is the heading, and all rows are as wide as the widest.
fn normal_table(rows: &[Row], out: &mut Vec<Block>) {
    let width = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    if width == 0 {
        return;
    }
    if width.saturating_mul(rows.len()) > CELLS_MOST {
        let mut text = String::new();
        crate::plain::blocks(&[Block::Table(rows.to_vec())], &mut text);
        let inlines = normal_inlines(lines(&text, &Marks::default()));
        if !inlines.is_empty() {
            out.push(Block::Paragraph(inlines));
        }
        return;
    }
    let rows = rows.iter().enumerate().map(|(place, row)| {
        let cells = row.cells.iter().map(|cell| match cell.blocks.as_slice() {
            [Block::Paragraph(inlines)] => inlines.clone(),
            blocks => {
                let mut text = String::new();
                crate::plain::blocks(blocks, &mut text);
                lines(&text, &Marks::default())
            }
        });
        let mut cells: Vec<Cell> =
            cells.map(|inlines| plain_cell(place == 0, settled(unbroken(normal_inlines(inlines))))).collect();
        cells.resize(width, plain_cell(place == 0, Vec::new()));
        Row { cells }
    });
    out.push(Block::Table(rows.collect()));
}

/// Headings and cells are one line.
fn unbroken(inlines: Vec<Inline>) -> Vec<Inline> {
    let spaced = inlines.into_iter().map(|inline| match inline {
        Inline::Break => Inline::plain(" "),
        inline => inline,
    });
    normal_inlines(spaced.collect())
}

/// Runs as Markdown can hold them: no white space at the ends of lines, none at the edge of a bold run, no empty
/// lines, no control characters, only links that may be followed.
fn normal_inlines(inlines: Vec<Inline>) -> Vec<Inline> {
    let mut out = Vec::new();
    let mut line: Vec<(String, Marks)> = Vec::new();
    let finish = |line: &mut Vec<(String, Marks)>, out: &mut Vec<Inline>| {
        let runs = normal_line(std::mem::take(line));
        if !runs.is_empty() {
            if !out.is_empty() {
                out.push(Inline::Break);
            }
            out.extend(runs);
        }
    };
    for inline in inlines {
        match inline {
            Inline::Break => finish(&mut line, &mut out),
            Inline::Text { text, mut marks } => {
                marks.link = marks.link.as_deref().and_then(safe_link);
                if marks.code {
                    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
                    line.push((text, marks));
                    continue;
                }
                for (place, piece) in text.split('\n').enumerate() {
                    if place > 0 {
                        finish(&mut line, &mut out);
                    }
                    let clean = piece.chars().filter_map(|c| match c {
                        '\t' => Some(' '),
                        c if c.is_control() => None,
                        c => Some(c),
                    });
                    line.push((clean.collect(), marks.clone()));
                }
            }
        }
    }
    finish(&mut line, &mut out);
    tidy(out)
}

fn normal_line(runs: Vec<(String, Marks)>) -> Vec<Inline> {
    // White space by itself, so that its marks follow from those of the words at its sides.
    let mut pieces: Vec<(String, Option<Marks>)> = Vec::new();
    let mut push = |text: &str, marks: Option<&Marks>| match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some((before, None)) if marks.is_none() => before.push_str(text),
        Some((before, Some(same))) if marks == Some(&*same) => before.push_str(text),
        _ => pieces.push((text.to_owned(), marks.cloned())),
    };
    for (text, marks) in &runs {
        if marks.code {
            push(text, Some(marks));
            continue;
        }
        let core = text.trim();
        let start = text.len() - text.trim_start().len();
        push(&text[..start], None);
        push(core, Some(marks));
        if !core.is_empty() {
            push(&text[start + core.len()..], None);
        }
    }
    if pieces.first().is_some_and(|(_, marks)| marks.is_none()) {
        pieces.remove(0);
    }
    if pieces.last().is_some_and(|(_, marks)| marks.is_none()) {
        pieces.pop();
    }
    let between = |place: usize| -> Marks {
        let side = |place: usize| pieces.get(place).and_then(|(_, marks)| marks.clone()).unwrap_or_default();
        let (left, right) = (side(place.wrapping_sub(1)), side(place + 1));
        Marks {
            bold: left.bold && right.bold,
            italic: left.italic && right.italic,
            strike: left.strike && right.strike,
            code: false,
            link: left.link.filter(|link| right.link.as_ref() == Some(link)),
        }
    };
    let runs = pieces.iter().enumerate().map(|(place, (text, marks))| Inline::Text {
        text: text.clone(),
        marks: marks.clone().unwrap_or_else(|| between(place)),
    });
    tidy(runs.collect())
}

/// Writes the tree as Markdown that reads back as the same tree, as far as Markdown can hold it.
pub fn print(document: &Document) -> String {
    let mut out = String::new();
    print_blocks(&normalise(document).blocks, 0, "", &mut out);
    out.trim_end_matches('\n').to_owned()
}

fn print_blocks(blocks: &[Block], depth: usize, indent: &str, out: &mut String) {
    // Two lists of one kind in a row would become one; the other sign keeps them apart.
    let mut other = false;
    for (place, block) in blocks.iter().enumerate() {
        if place > 0 {
            out.push_str(indent.trim_end());
            out.push('\n');
            let alike = matches!(
                (&blocks[place - 1], block),
                (Block::BulletList(_), Block::BulletList(_)) | (Block::OrderedList { .. }, Block::OrderedList { .. })
            );
            other = alike && !other;
        }
        print_block(block, depth, other, indent, out);
    }
}

fn print_block(block: &Block, depth: usize, other: bool, indent: &str, out: &mut String) {
    match block {
        Block::Paragraph(inlines) => print_lines(&paragraph_markdown(inlines), indent, out),
        Block::Heading { level, inlines } => {
            let text = inline_markdown(inlines, false);
            // A sign at the end would be taken for the closing ones.
            let text = match text.strip_suffix('#') {
                Some(rest) => format!("{rest}\\#"),
                None => text,
            };
            print_lines(format!("{} {text}", "#".repeat(usize::from(*level))).trim_end(), indent, out);
        }
        Block::BulletList(items) => {
            // Never three of one sign in a row, which would be a rule.
            let marker = match (depth.is_multiple_of(2), other) {
                (true, false) | (false, true) => "- ",
                (true, true) => "* ",
                (false, false) => "+ ",
            };
            for item in items {
                print_item(marker, &item.blocks, depth, indent, out);
            }
        }
        Block::OrderedList { start, items } => {
            let sign = if other { ')' } else { '.' };
            for (number, item) in (*start..).zip(items) {
                print_item(&format!("{number}{sign} "), &item.blocks, depth, indent, out);
            }
        }
        Block::Quote(blocks) => print_blocks(blocks, depth + 1, &format!("{indent}> "), out),
        Block::Code { language, text } => {
            let fence = "`".repeat(longest_run(text, '`').max(2) + 1);
            print_lines(&format!("{fence}{language}\n{text}\n{fence}"), indent, out);
        }
        Block::Rule => print_lines("___", indent, out),
        Block::Table(rows) => {
            for (place, row) in rows.iter().enumerate() {
                let cells = row.cells.iter().map(|cell| match cell.blocks.as_slice() {
                    [Block::Paragraph(inlines)] => inline_markdown(inlines, false).replace('|', "\\|"),
                    _ => String::new(),
                });
                print_lines(&format!("| {} |", cells.collect::<Vec<_>>().join(" | ")), indent, out);
                if place == 0 {
                    print_lines(&format!("|{}", " --- |".repeat(row.cells.len())), indent, out);
                }
            }
        }
        Block::Unknown { text, .. } => print_lines(&escape(text), indent, out),
    }
}

fn print_item(marker: &str, blocks: &[Block], depth: usize, indent: &str, out: &mut String) {
    let mut inner = String::new();
    print_blocks(blocks, depth + 1, "", &mut inner);
    let deeper = " ".repeat(marker.len());
    let inner = inner.strip_suffix('\n').unwrap_or(&inner);
    for (place, line) in inner.split('\n').enumerate() {
        let lead = match (place, line.is_empty()) {
            (0, true) => marker.trim_end(),
            (0, false) => marker,
            (_, true) => "",
            (_, false) => &deeper,
        };
        out.push_str(if line.is_empty() && lead.is_empty() { indent.trim_end() } else { indent });
        out.push_str(lead);
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

fn paragraph_markdown(inlines: &[Inline]) -> String {
    // What would begin a block at the start of a line is told not to.
    inline_markdown(inlines, false).split('\n').map(escape_start).collect::<Vec<_>>().join("\n")
}

/// Marks that stand where CommonMark cannot see them as marks («**(a)**b») are given up; words and links never.
/// First the letters at their sides are written as numbers, which makes most of them visible.
fn settled(inlines: Vec<Inline>) -> Vec<Inline> {
    let is_marked = |inline: &Inline| match inline {
        Inline::Text { marks, .. } => marks.bold || marks.italic || marks.strike,
        Inline::Break => false,
    };
    if !inlines.iter().any(is_marked) || written(&inlines).is_some() {
        return inlines;
    }
    let plain = inlines.into_iter().map(|inline| match inline {
        Inline::Text { text, marks } => {
            Inline::Text { text, marks: Marks { code: marks.code, link: marks.link, ..Marks::default() } }
        }
        Inline::Break => Inline::Break,
    });
    tidy(plain.collect())
}

/// The way to write these runs that reads back as the same ones.
fn written(inlines: &[Inline]) -> Option<String> {
    [false, true].into_iter().map(|numbers| marked_up(inlines, numbers)).find(|text| {
        let probe: Vec<String> = text.split('\n').map(escape_start).collect();
        matches!(parse(&probe.join("\n")).blocks.as_slice(), [Block::Paragraph(read)] if read == inlines)
    })
}

fn inline_markdown(inlines: &[Inline], numbers: bool) -> String {
    let is_simple = |inline: &Inline| match inline {
        Inline::Text { marks, .. } => !(marks.bold || marks.italic || marks.strike),
        Inline::Break => true,
    };
    if inlines.iter().all(is_simple) {
        return marked_up(inlines, numbers);
    }
    written(inlines).unwrap_or_else(|| marked_up(inlines, numbers))
}

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Bold,
    Italic,
    Strike,
}

impl Mark {
    const ALL: [Mark; 3] = [Mark::Bold, Mark::Italic, Mark::Strike];

    fn is_on(self, marks: &Marks) -> bool {
        match self {
            Mark::Bold => marks.bold,
            Mark::Italic => marks.italic,
            Mark::Strike => marks.strike,
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Mark::Bold => "**",
            Mark::Italic => "*",
            Mark::Strike => "~~",
        }
    }
}

fn marked_up(inlines: &[Inline], numbers: bool) -> String {
    let mut out = String::new();
    let mut open: Vec<Mark> = Vec::new();
    let mut link: Option<&str> = None;
    let at = |place: usize| match inlines.get(place) {
        Some(Inline::Text { text, marks }) => Some((text.as_str(), marks)),
        Some(Inline::Break) | None => None,
    };
    for (place, inline) in inlines.iter().enumerate() {
        let Inline::Text { text, marks } = inline else {
            close(&mut open, &mut link, &mut out);
            out.push('\n');
            continue;
        };
        if link != marks.link.as_deref() {
            close(&mut open, &mut link, &mut out);
        }
        while let Some(over) = open.iter().position(|mark| !mark.is_on(marks)) {
            for mark in open.drain(over..).rev() {
                out.push_str(mark.sign());
            }
        }
        if let (None, Some(address)) = (link, marks.link.as_deref()) {
            let next_differs = at(place + 1).is_none_or(|(_, next)| next.link.as_deref() != Some(address));
            let bare = Marks { link: marks.link.clone(), ..Marks::default() };
            if text == address && *marks == bare && next_differs && is_bare_address(address) {
                out.push_str(&format!("<{address}>"));
                continue;
            }
            // «!» before a link would make a picture of it.
            if out.ends_with('!') {
                out.insert(out.len() - 1, '\\');
            }
            out.push('[');
            link = Some(address);
        }
        // What lasts longest is opened first.
        let lasts =
            |mark: Mark| (place..).take_while(|place| at(*place).is_some_and(|(_, marks)| mark.is_on(marks))).count();
        let mut wanted: Vec<Mark> =
            Mark::ALL.into_iter().filter(|mark| mark.is_on(marks) && !open.contains(mark)).collect();
        wanted.sort_by_key(|mark| std::cmp::Reverse(lasts(*mark)));
        for mark in wanted {
            out.push_str(mark.sign());
            open.push(mark);
        }
        if marks.code {
            let fence = "`".repeat(longest_run(text, '`') + 1);
            let pad = text.starts_with('`')
                || text.ends_with('`')
                || (text.starts_with(' ') && text.ends_with(' ') && !text.trim_matches(' ').is_empty());
            let pad = if pad { " " } else { "" };
            out.push_str(&format!("{fence}{pad}{text}{pad}{fence}"));
        } else {
            out.push_str(&match numbers {
                true => numbered_edges(text, place.checked_sub(1).and_then(at), at(place + 1), marks),
                false => escape(text),
            });
        }
    }
    close(&mut open, &mut link, &mut out);
    out
}

/// Ends all marks, and the link around them.
fn close(open: &mut Vec<Mark>, link: &mut Option<&str>, out: &mut String) {
    for mark in open.drain(..).rev() {
        out.push_str(mark.sign());
    }
    if let Some(address) = link.take() {
        // Entities are read after backslashes here, so that only an entity keeps an ampersand as it is.
        let mut written = String::with_capacity(address.len());
        for c in address.chars() {
            match c {
                '&' if address.contains(';') => written.push_str("&amp;"),
                '\\' | '<' | '>' => written.extend(['\\', c]),
                c => written.push(c),
            }
        }
        out.push_str(&format!("](<{written}>)"));
    }
}

fn is_bare_address(address: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| address.starts_with(scheme))
        && address.chars().all(|c| c.is_ascii_alphanumeric() || "-._~:/?#@!$()*+,=&%".contains(c))
}

type Neighbour<'a> = Option<(&'a str, &'a Marks)>;

/// Letters beside marks as numbers: the signs of a number are punctuation to the rules that tell marks apart.
fn numbered_edges(text: &str, before: Neighbour<'_>, after: Neighbour<'_>, marks: &Marks) -> String {
    // Only where fewer marks stand than at the other side: the letter is outside of what begins or ends there.
    let outside = |side: Neighbour<'_>| {
        side.is_some_and(|(_, other)| Mark::ALL.iter().any(|mark| mark.is_on(other) && !mark.is_on(marks)))
    };
    let number = |c: char| format!("&#{};", u32::from(c));
    let mut core = text;
    let (mut start, mut end) = (String::new(), String::new());
    if outside(before)
        && let Some(first) = core.chars().next().filter(|c| !c.is_whitespace())
    {
        start = number(first);
        core = &core[first.len_utf8()..];
    }
    if outside(after)
        && let Some(last) = core.chars().next_back().filter(|c| !c.is_whitespace())
    {
        end = number(last);
        core = &core[..core.len() - last.len_utf8()];
    }
    format!("{start}{}{end}", escape(core))
}

/// Takes its meaning from whatever would be more than text in the middle of a line.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    let mut before = ' ';
    for (place, c) in text.char_indices() {
        let after = &text[place + c.len_utf8()..];
        let next = after.chars().next();
        let needed = match c {
            '\\' | '`' | '*' | '[' | ']' | '~' => true,
            // Within a word it is a letter.
            '_' => !(before.is_alphanumeric() && next.is_some_and(char::is_alphanumeric)),
            '<' => next.is_some_and(|next| next.is_ascii_alphabetic() || "/!?".contains(next)),
            '&' => is_entity(after),
            '!' => next == Some('['),
            ':' => next == Some('/'),
            '@' => !before.is_whitespace(),
            '.' => text.as_bytes()[..place].last_chunk::<3>().is_some_and(|end| end.eq_ignore_ascii_case(b"www")),
            _ => false,
        };
        if needed {
            out.push('\\');
        }
        out.push(c);
        before = c;
    }
    out
}

/// Whether a name or number and a semicolon follow: «AT&T» needs no care.
fn is_entity(after: &str) -> bool {
    const LONGEST: usize = 40;
    let name = after.bytes().take(LONGEST).take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#').count();
    name > 0 && after.as_bytes().get(name) == Some(&b';')
}

/// Takes its meaning from what would begin a block at the start of a line.
fn escape_start(line: &str) -> String {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let after = line[digits..].chars().next();
    if digits > 0 && matches!(after, Some('.' | ')')) {
        return format!("{}\\{}", &line[..digits], &line[digits..]);
    }
    match line.chars().next() {
        Some('#' | '-' | '+' | '=' | ':' | '|' | '>') => format!("\\{line}"),
        // «~~~» begins code; as a mark it has a letter behind it.
        _ => line.to_owned(),
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
        round("- a\n\n* b\n\n- c");
        round("1. a\n\n1) b");
        round("- - a\n  - b");
        round("-\n-\n\nteksti");
        round("A & B &copy; a_b <https://x.fi/?a=1&b=2> kirje@kunta.fi");
        round("**(a)** ja *b **c** d*");
        round("## otsikko \\#\n\n##");
        round("`` ` `` ja ` ` ja `a|b`");
        round("| `a\\|b` |\n|---|\n| \\\\ |");
        round("\\\\\\![linkki](https://kunta.fi) ja hei\\![linkki](/x)");
        round("![kuva](https://kunta.fi/k.png)");
        round("a < b & c > d \\* [x]");
    }

    #[test]
    fn people_can_read_what_is_printed() {
        let check = |markdown: &str| assert_eq!(print(&parse(markdown)), markdown);
        check("Hei! Huom: AT&T, a_b, 3 < 4 > 2, #5, @maija, 50 %, (näin) – show. Q&A");
        check("## Otsikko\n\nteksti **lihava *ja kursiivi*** ja `koodi`\n\n- yksi\n- kaksi\n\n  + sisällä");
        check("[linkki](<https://kunta.fi/?a=1&b=2>) <https://kunta.fi>");
    }

    #[test]
    fn a_long_line_of_signs_changes_nothing_else() {
        let tree = parse(&format!("# Otsikko\n\n{}\n\n**teksti**", "-".repeat(300)));
        assert_eq!(tree.blocks.len(), 3);
        assert!(matches!(tree.blocks[0], Block::Heading { level: 2, .. }) && tree.blocks[1] == Block::Rule);
    }

    #[test]
    fn what_is_too_deep_is_kept_as_text() {
        let markdown = format!("{}syvällä\n", "> ".repeat(60));
        let tree = parse(&markdown);
        assert_eq!(crate::plain::text(&tree), "syvällä");
        let tree = parse(&format!("{}syvällä\n", "> ".repeat(600)));
        assert!(crate::plain::text(&tree).ends_with("syvällä"));
    }

    #[test]
    fn a_table_cannot_grow_out_of_a_few_signs() {
        let markdown = format!("{}\n{}\n{}", "|a".repeat(1000), "|-".repeat(1000), "|b\n".repeat(5000));
        let html = crate::html::message(&parse(&markdown));
        assert!(html.len() < 40 * CELLS_MOST, "{}", html.len());
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
