//! A text in parts, each to be edited as Markdown in a field of its own, and put together again without
//! loss: blocks that the writer did not touch stay what they are, to the last attribute, and what Markdown
//! cannot say at all (content of a newer program) keeps its place.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::markdown;
use crate::tree::{Block, Document, inline_text};

/// The parts of a text: what stands before the first heading of level 2, if anything, and each such heading
/// with what follows it. Put after each other they are the text.
pub fn split(document: &Document) -> Vec<Document> {
    let mut parts: Vec<Document> = Vec::new();
    for block in &document.blocks {
        let begins = matches!(block, Block::Heading { level, .. } if crate::html::is_section_heading(*level));
        match parts.last_mut() {
            Some(part) if !begins => part.blocks.push(block.clone()),
            _ => parts.push(Document { blocks: vec![block.clone()] }),
        }
    }
    parts
}

/// The heading that the part begins with; empty when it begins with something else.
pub fn heading(part: &Document) -> String {
    match part.blocks.first() {
        Some(Block::Heading { inlines, .. }) => inline_text(inlines).trim().to_owned(),
        _ => String::new(),
    }
}

/// The part as Markdown, without what Markdown cannot say.
pub fn print(part: &Document) -> String {
    let blocks = part.blocks.iter().filter(|block| !is_beyond(block)).cloned().collect();
    markdown::print(&Document { blocks })
}

/// Whether the part holds something that [`print`] leaves out and [`merge`] keeps.
pub fn keeps_something(part: &Document) -> bool {
    part.blocks.iter().any(is_beyond)
}

/// The part after somebody edited its Markdown.
pub fn merge(part: &Document, edited: &str) -> Vec<Block> {
    if edited.replace("\r\n", "\n").trim() == print(part).trim() {
        return part.blocks.clone();
    }
    let shown: Vec<usize> = (0..part.blocks.len()).filter(|&place| !is_beyond(&part.blocks[place])).collect();
    let wanted = markdown::parse(edited).blocks;
    // Blocks are the same when their Markdown is: that is all the writer has seen of them.
    let alone = |block: &Block| markdown::print(&Document { blocks: vec![block.clone()] });
    let before: Vec<String> = shown.iter().map(|&place| alone(&part.blocks[place])).collect();
    let after: Vec<String> = wanted.iter().map(alone).collect();

    let mut merged = Vec::with_capacity(part.blocks.len());
    let mut next = 0;
    // What cannot be shown stays behind the block that it stood behind.
    let keep_until = |place: usize, next: &mut usize, merged: &mut Vec<Block>| {
        merged.extend(part.blocks[*next..place].iter().filter(|block| is_beyond(block)).cloned());
        *next = place;
    };
    for op in capture_diff_slices(Algorithm::Patience, &before, &after) {
        let (old, new) = (op.old_range(), op.new_range());
        match op {
            DiffOp::Equal { .. } => {
                for &place in &shown[old] {
                    keep_until(place, &mut next, &mut merged);
                    merged.push(part.blocks[place].clone());
                }
            }
            DiffOp::Delete { .. } | DiffOp::Insert { .. } | DiffOp::Replace { .. } => {
                let gone = &shown[old];
                if let Some(&first) = gone.first() {
                    keep_until(first, &mut next, &mut merged);
                }
                merged.extend(wanted[new].iter().cloned());
                if let Some(&last) = gone.last() {
                    keep_until(last, &mut next, &mut merged);
                }
            }
        }
    }
    keep_until(part.blocks.len(), &mut next, &mut merged);
    merged
}

/// Whether a block is, or has in it, what Markdown has no form for.
fn is_beyond(block: &Block) -> bool {
    match block {
        Block::Unknown { .. } => true,
        Block::BulletList(items) | Block::OrderedList { items, .. } => {
            items.iter().any(|item| item.blocks.iter().any(is_beyond))
        }
        Block::Quote(blocks) => blocks.iter().any(is_beyond),
        Block::Table(rows) => rows.iter().flat_map(|row| &row.cells).any(|cell| cell.blocks.iter().any(is_beyond)),
        Block::Paragraph(_) | Block::Heading { .. } | Block::Code { .. } | Block::Rule => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Cell, Inline, Row};

    fn paragraph(text: &str) -> Block {
        Block::Paragraph(vec![Inline::plain(text)])
    }

    fn newer() -> Block {
        Block::Unknown { name: "poll".into(), text: "Kyllä 3".into() }
    }

    /// A table with a cell that spans two columns: Markdown would lose that.
    fn table() -> Block {
        let cell = |text, colspan| Cell { header: false, colspan, rowspan: 1, blocks: vec![paragraph(text)] };
        let row = |cells| Row { cells };
        Block::Table(vec![row(vec![cell("leveä", 2)]), row(vec![cell("a", 1), cell("b", 1)])])
    }

    #[test]
    fn the_parts_are_the_text() {
        let text = markdown::parse("Alku\n\n## Yksi\n\nx\n\n### Sen alla\n\ny\n\n## Kaksi");
        let parts = split(&text);
        assert_eq!(
            parts.iter().map(print).collect::<Vec<_>>(),
            ["Alku", "## Yksi\n\nx\n\n### Sen alla\n\ny", "## Kaksi"]
        );
        assert_eq!(parts.into_iter().flat_map(|part| part.blocks).collect::<Vec<_>>(), text.blocks);
        assert!(split(&Document::default()).is_empty());
    }

    #[test]
    fn what_is_not_touched_stays_what_it_is() {
        let part = Document { blocks: vec![paragraph("yksi"), table(), newer(), paragraph("kaksi")] };
        assert_eq!(merge(&part, &print(&part).replace('\n', "\r\n")), part.blocks);
        let edited = print(&part).replace("kaksi", "kolme");
        assert_eq!(merge(&part, &edited), [paragraph("yksi"), table(), newer(), paragraph("kolme")]);
    }

    #[test]
    fn newer_content_is_never_deleted() {
        let list = Block::BulletList(vec![crate::tree::Item { blocks: vec![paragraph("kohta"), newer()] }]);
        let check = |blocks: &[Block], edited: &str, expected: &[Block]| {
            assert_eq!(merge(&Document { blocks: blocks.to_vec() }, edited), expected, "{edited:?}");
        };
        check(&[paragraph("a"), newer(), paragraph("b")], "", &[newer()]);
        check(&[paragraph("a"), newer(), paragraph("b")], "b", &[newer(), paragraph("b")]);
        check(
            &[newer(), paragraph("a"), list.clone()],
            "uusi\n\na",
            &[paragraph("uusi"), newer(), paragraph("a"), list],
        );
        assert!(keeps_something(&Document { blocks: vec![newer()] }));
    }
}
