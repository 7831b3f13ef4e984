//! The tree to Markdown.

use super::escape::{escape, escape_start};
use super::{normalise, parse};
use crate::tree::{Block, Document, Inline, Marks, tidy};

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

fn paragraph_markdown(inlines: &[Inline]) -> String {
    // What would begin a block at the start of a line is told not to.
    inline_markdown(inlines, false).split('\n').map(escape_start).collect::<Vec<_>>().join("\n")
}

/// Marks that stand where CommonMark cannot see them as marks («**(a)**b») are given up; words and links never.
/// First the letters at their sides are written as numbers, which makes most of them visible.
pub(super) fn settled(inlines: Vec<Inline>) -> Vec<Inline> {
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

fn longest_run(text: &str, of: char) -> usize {
    text.split(|c| c != of).map(|run| run.chars().count()).max().unwrap_or(0)
}
