//! From the neutral text to the shared tree, in the shape that stock editors of the ProseMirror family read.

use std::collections::HashMap;
use std::sync::Arc;

use aukio_text::tree::{Block, Cell, DEPTH_MOST, Document, Inline, Marks};
use similar::{Algorithm, DiffOp, capture_diff_slices};
use yrs::types::Attrs;
use yrs::{
    Any, Text, TransactionMut, Xml, XmlElementPrelim, XmlElementRef, XmlFragment, XmlFragmentRef, XmlTextPrelim,
};

use crate::ReplicaError;

/// Whether a text may become a shared tree.
///
/// # Errors
/// It is nested more deeply than a walk would follow.
pub(crate) fn check(document: &Document) -> Result<(), ReplicaError> {
    if depth(&document.blocks) > DEPTH_MOST { Err(ReplicaError::TooDeep) } else { Ok(()) }
}

fn depth(blocks: &[Block]) -> usize {
    let deepest = blocks.iter().map(|block| match block {
        Block::BulletList(items) | Block::OrderedList { items, .. } => {
            2 + items.iter().map(|item| depth(&item.blocks)).max().unwrap_or(0)
        }
        Block::Quote(blocks) => 1 + depth(blocks),
        Block::Table(rows) => {
            let cells = rows.iter().flat_map(|row| &row.cells);
            3 + cells.map(|cell| depth(&cell.blocks)).max().unwrap_or(0)
        }
        Block::Paragraph(_) | Block::Heading { .. } | Block::Code { .. } | Block::Rule | Block::Unknown { .. } => 1,
    });
    deepest.max().unwrap_or(0)
}

/// Changes the text under the root from `now` into `wanted`. Blocks that both have stay untouched wherever they
/// stand, and so does what others write in them meanwhile, and what a newer program has put there.
pub(crate) fn replace(tx: &mut TransactionMut<'_>, root: &XmlFragmentRef, now: &Document, wanted: &Document) {
    // A tree that does not map one to one onto its blocks (loose text, say) is written anew as a whole.
    if root.len(tx) as usize != now.blocks.len() {
        let all = root.len(tx);
        root.remove_range(tx, 0, all);
        return exchange(tx, root, 0, 0, &wanted.blocks);
    }
    let mut names = HashMap::new();
    let before = named(&mut names, &now.blocks);
    let after = named(&mut names, &wanted.blocks);
    // From the end, so that the places before stay what they are.
    for op in capture_diff_slices(Algorithm::Patience, &before, &after).iter().rev() {
        if !matches!(op, DiffOp::Equal { .. }) {
            let (old, new) = (op.old_range(), op.new_range());
            exchange(tx, root, old.start as u32, old.len() as u32, &wanted.blocks[new]);
        }
    }
}

/// Equal blocks get equal numbers.
fn named(names: &mut HashMap<String, usize>, blocks: &[Block]) -> Vec<usize> {
    let mut name = |block: &Block| {
        let next = names.len();
        *names.entry(format!("{block:?}")).or_insert(next)
    };
    blocks.iter().map(&mut name).collect()
}

fn exchange(tx: &mut TransactionMut<'_>, root: &XmlFragmentRef, place: u32, gone: u32, blocks: &[Block]) {
    if gone > 0 {
        root.remove_range(tx, place, gone);
    }
    for (place, block) in (place..).zip(blocks) {
        add(tx, &Parent::Root(root), place, block);
    }
}

enum Parent<'a> {
    Root(&'a XmlFragmentRef),
    Element(&'a XmlElementRef),
}

impl Parent<'_> {
    fn insert(&self, tx: &mut TransactionMut<'_>, place: u32, name: &str) -> XmlElementRef {
        match self {
            Parent::Root(root) => root.insert(tx, place, XmlElementPrelim::empty(name)),
            Parent::Element(element) => element.insert(tx, place, XmlElementPrelim::empty(name)),
        }
    }
}

fn add(tx: &mut TransactionMut<'_>, parent: &Parent<'_>, place: u32, block: &Block) {
    match block {
        Block::Paragraph(inlines) => {
            let element = parent.insert(tx, place, "paragraph");
            add_inlines(tx, &element, inlines);
        }
        Block::Heading { level, inlines } => {
            let element = parent.insert(tx, place, "heading");
            element.insert_attribute(tx, "level", Any::from(i64::from(*level)));
            add_inlines(tx, &element, inlines);
        }
        Block::BulletList(items) => {
            let list = parent.insert(tx, place, "bulletList");
            for (place, item) in items.iter().enumerate() {
                add_all(tx, &list, place, "listItem", &item.blocks);
            }
        }
        Block::OrderedList { start, items } => {
            let list = parent.insert(tx, place, "orderedList");
            list.insert_attribute(tx, "start", Any::from(i64::from(*start)));
            for (place, item) in items.iter().enumerate() {
                add_all(tx, &list, place, "listItem", &item.blocks);
            }
        }
        Block::Quote(blocks) => {
            let quote = parent.insert(tx, place, "blockquote");
            fill(tx, &quote, blocks);
        }
        Block::Code { language, text } => {
            let code = parent.insert(tx, place, "codeBlock");
            if !language.is_empty() {
                code.insert_attribute(tx, "language", Any::from(language.as_str()));
            }
            if !text.is_empty() {
                code.insert(tx, 0, XmlTextPrelim::new(text));
            }
        }
        Block::Rule => {
            parent.insert(tx, place, "horizontalRule");
        }
        Block::Table(rows) => {
            let table = parent.insert(tx, place, "table");
            for (place, row) in rows.iter().enumerate() {
                let row_element = table.insert(tx, place as u32, XmlElementPrelim::empty("tableRow"));
                for (place, cell) in row.cells.iter().enumerate() {
                    add_cell(tx, &row_element, place, cell);
                }
            }
        }
        // Its shape is not known here, so what can be kept is its text.
        Block::Unknown { text, .. } => {
            let element = parent.insert(tx, place, "paragraph");
            add_inlines(tx, &element, &[Inline::plain(text.clone())]);
        }
    }
}

fn add_all(tx: &mut TransactionMut<'_>, parent: &XmlElementRef, place: usize, name: &str, blocks: &[Block]) {
    let element = parent.insert(tx, place as u32, XmlElementPrelim::empty(name));
    fill(tx, &element, blocks);
}

fn fill(tx: &mut TransactionMut<'_>, element: &XmlElementRef, blocks: &[Block]) {
    for (place, block) in blocks.iter().enumerate() {
        add(tx, &Parent::Element(element), place as u32, block);
    }
}

fn add_cell(tx: &mut TransactionMut<'_>, row: &XmlElementRef, place: usize, cell: &Cell) {
    let name = if cell.header { "tableHeader" } else { "tableCell" };
    let element = row.insert(tx, place as u32, XmlElementPrelim::empty(name));
    for (name, span) in [("colspan", cell.colspan), ("rowspan", cell.rowspan)] {
        element.insert_attribute(tx, name, Any::from(i64::from(span)));
    }
    fill(tx, &element, &cell.blocks);
}

fn add_inlines(tx: &mut TransactionMut<'_>, element: &XmlElementRef, inlines: &[Inline]) {
    let mut place = 0;
    let mut text = None;
    for inline in inlines {
        match inline {
            Inline::Break => {
                element.insert(tx, place, XmlElementPrelim::empty("hardBreak"));
                place += 1;
                text = None;
            }
            Inline::Text { text: run, marks } => {
                let target = match &text {
                    Some(target) => target,
                    None => {
                        let target = element.insert(tx, place, XmlTextPrelim::new(""));
                        place += 1;
                        text.insert(target)
                    }
                };
                let end = target.len(tx);
                target.insert_with_attributes(tx, end, run, attributes(marks));
            }
        }
    }
}

/// Marks as the editors write them: a map of the mark's attributes, mostly empty. A run without marks says
/// so, because text takes on the marks of what it is written beside.
fn attributes(marks: &Marks) -> Attrs {
    let empty = || Any::Map(Arc::new(HashMap::new()));
    let mut attributes = Attrs::new();
    for (name, on) in [("bold", marks.bold), ("italic", marks.italic), ("strike", marks.strike), ("code", marks.code)] {
        if on {
            attributes.insert(name.into(), empty());
        }
    }
    if let Some(link) = &marks.link {
        let link = HashMap::from([("href".to_owned(), Any::from(link.as_str()))]);
        attributes.insert("link".into(), Any::Map(Arc::new(link)));
    }
    attributes
}

#[cfg(test)]
mod tests {
    use aukio_text::markdown::{parse, print};

    use crate::Replica;

    /// One update that builds the text, opened again.
    fn opened(markdown: &str) -> Replica {
        let update = Replica::from_tree(&parse(markdown)).unwrap();
        Replica::open(None, [update]).unwrap()
    }

    #[test]
    fn a_text_comes_back_as_it_was_put_in() {
        for markdown in [
            "",
            "Hei **sinä**, *minä* ja `me`",
            "## Otsikko\n\nteksti [linkki](https://kunta.fi)\n\n- a\n  - b\n- c\n\n3. x\n4. y",
            "> lainaus\n\n---\n\n```rust\nfn main() {}\n```",
            "| a | b |\n| --- | --- |\n| 1 | **2** |",
            "rivi\nrivi",
        ] {
            assert_eq!(print(&opened(markdown).tree().unwrap()), print(&parse(markdown)), "{markdown}");
        }
    }

    #[test]
    fn a_change_in_one_place_leaves_the_others_alone() {
        let mut here = opened("yksi\n\nkaksi\n\nkolme");
        let update = here.replace_with(&parse("yksi\n\nkaksi ja puoli\n\nkolme")).unwrap().unwrap();
        assert!(update.len() < 120, "{} bytes", update.len());
        assert!(here.replace_with(&parse("yksi\n\nkaksi ja puoli\n\nkolme")).unwrap().is_none());
        assert_eq!(print(&here.tree().unwrap()), "yksi\n\nkaksi ja puoli\n\nkolme");
    }

    #[test]
    fn what_stays_between_two_changes_is_not_written_again() {
        let mut here = opened("yksi\n\nkaksi\n\nkolme");
        let update = here.replace_with(&parse("uno\n\nkaksi\n\ntres")).unwrap().unwrap();
        assert!(!update.windows(5).any(|window| window == b"kaksi"));
        assert_eq!(print(&here.tree().unwrap()), "uno\n\nkaksi\n\ntres");
    }

    #[test]
    fn changes_of_two_people_at_once_survive_each_other() {
        let start = Replica::from_tree(&parse("yksi\n\nkaksi")).unwrap();
        let mut one = Replica::open(None, [&start]).unwrap();
        let mut two = Replica::open(None, [&start]).unwrap();
        let first = one.replace_with(&parse("yksi!\n\nkaksi")).unwrap().unwrap();
        let second = two.replace_with(&parse("yksi\n\nkaksi\n\nkolme")).unwrap().unwrap();
        let mut both = Replica::open(None, [start, first, second]).unwrap();
        assert_eq!(print(&both.tree().unwrap()), "yksi!\n\nkaksi\n\nkolme");
    }
}
