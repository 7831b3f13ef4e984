//! What of a tree Markdown can hold.

use super::CELLS_MOST;
use super::writer::settled;
use crate::tree::{Block, Cell, DEPTH_MOST, Document, Inline, Item, Marks, Row, safe_link, tidy};

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
pub(super) fn unbroken(inlines: Vec<Inline>) -> Vec<Inline> {
    let spaced = inlines.into_iter().map(|inline| match inline {
        Inline::Break => Inline::plain(" "),
        inline => inline,
    });
    normal_inlines(spaced.collect())
}

/// Runs as Markdown can hold them: no white space at the ends of lines, none at the edge of a bold run, no empty
/// lines, no control characters, only links that may be followed.
pub(super) fn normal_inlines(inlines: Vec<Inline>) -> Vec<Inline> {
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

pub(super) fn plain_cell(header: bool, inlines: Vec<Inline>) -> Cell {
    Cell { header, colspan: 1, rowspan: 1, blocks: vec![Block::Paragraph(inlines)] }
}

pub(super) fn first_number(start: usize, items: usize) -> u32 {
    let last = usize::try_from(NUMBER_MOST).unwrap_or(usize::MAX).saturating_sub(items);
    u32::try_from(start.min(last)).unwrap_or(1)
}

/// The name of a programming language: one word of signs that no printer has to escape.
pub(super) fn language(info: &str) -> String {
    let word = info.split_whitespace().next().unwrap_or_default();
    word.chars().filter(|c| c.is_ascii_alphanumeric() || "+-.#_".contains(*c)).take(40).collect()
}

pub(super) fn code_text(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "");
    text.trim_end_matches('\n').to_owned()
}

/// The editor's lists and cells hold at least one paragraph.
pub(super) fn filled(blocks: Vec<Block>) -> Vec<Block> {
    if blocks.is_empty() { vec![Block::Paragraph(Vec::new())] } else { blocks }
}

pub(super) fn lines(text: &str, marks: &Marks) -> Vec<Inline> {
    let mut inlines = Vec::new();
    for (place, line) in text.split('\n').enumerate() {
        if place > 0 {
            inlines.push(Inline::Break);
        }
        inlines.push(Inline::Text { text: line.to_owned(), marks: marks.clone() });
    }
    inlines
}

/// Ordered lists count up to here (CommonMark 0.31, 5.2: at most nine digits).
const NUMBER_MOST: u32 = 999_999_999;
