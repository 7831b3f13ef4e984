//! From the shared tree to the neutral text: what stock editors of the ProseMirror family write, node by node.
//!
//! Nothing in a shared tree can be trusted: any client may put anything anywhere. So the walk is bounded in
//! depth and in nodes; unknown nodes, and known ones that lie too deep, become [`Block::Unknown`] with their
//! text, so that nobody can make the rest unreadable; unknown attributes and marks fall away; and links pass
//! only if [`safe_link`] lets them.

use aukio_text::tree::{Block, Cell, DEPTH_MOST, Document, Inline, Item, Marks, Row, safe_link, tidy};
use yrs::types::Attrs;
use yrs::types::text::YChange;
use yrs::{Any, Number, Out, ReadTxn, Text, Xml, XmlElementRef, XmlFragment, XmlFragmentRef, XmlOut};

use crate::ReplicaError;

/// Nodes that are walked in one text.
const NODES_MOST: usize = 500_000;
/// How deep text is still gathered. Trees are bounded to less when updates are applied.
const PLAIN_DEPTH_MOST: usize = 160;

/// The text under the root.
pub(crate) fn document<T: ReadTxn>(root: &XmlFragmentRef, tx: &T) -> Result<Document, ReplicaError> {
    let mut walk = Walk { tx, nodes: 0 };
    Ok(Document { blocks: walk.blocks(root.children(tx), 0)? })
}

struct Walk<'a, T> {
    tx: &'a T,
    nodes: usize,
}

impl<T: ReadTxn> Walk<'_, T> {
    fn count(&mut self) -> Result<(), ReplicaError> {
        self.nodes += 1;
        if self.nodes > NODES_MOST { Err(ReplicaError::Text("too many nodes")) } else { Ok(()) }
    }

    fn blocks(&mut self, nodes: impl Iterator<Item = XmlOut>, depth: usize) -> Result<Vec<Block>, ReplicaError> {
        let mut blocks = Vec::new();
        let mut loose = Vec::new();
        for node in nodes {
            self.count()?;
            match node {
                XmlOut::Element(element) if &**element.tag() != "hardBreak" => {
                    push_loose(&mut blocks, &mut loose);
                    blocks.push(self.block(&element, depth)?);
                }
                // Text where a block should be is a paragraph to every reader.
                node => self.inline(&node, &mut loose, depth)?,
            }
        }
        push_loose(&mut blocks, &mut loose);
        Ok(blocks)
    }

    fn block(&mut self, element: &XmlElementRef, depth: usize) -> Result<Block, ReplicaError> {
        let tx = self.tx;
        let children = || element.children(tx);
        let fits = |deeper: usize| depth + deeper < DEPTH_MOST;
        Ok(match &**element.tag() {
            "paragraph" => Block::Paragraph(self.inlines(element, depth)?),
            "heading" => Block::Heading {
                level: self.number(element, "level", 2).clamp(2, 4) as u8,
                inlines: self.inlines(element, depth)?,
            },
            "bulletList" if fits(2) => Block::BulletList(self.items(element, depth)?),
            "orderedList" if fits(2) => Block::OrderedList {
                start: self.number(element, "start", 1).min(999_999_999) as u32,
                items: self.items(element, depth)?,
            },
            "blockquote" if fits(1) => Block::Quote(self.blocks(children(), depth + 1)?),
            "codeBlock" => {
                Block::Code { language: self.text_of(element, "language"), text: self.plain(element, depth)? }
            }
            "horizontalRule" => Block::Rule,
            "table" if fits(3) => Block::Table(self.rows(element, depth)?),
            name => Block::Unknown { name: name.chars().take(60).collect(), text: self.plain(element, depth)? },
        })
    }

    fn items(&mut self, list: &XmlElementRef, depth: usize) -> Result<Vec<Item>, ReplicaError> {
        let mut items = Vec::new();
        for node in list.children(self.tx) {
            self.count()?;
            let blocks = match node {
                XmlOut::Element(item) => self.blocks(item.children(self.tx), depth + 2)?,
                node => self.blocks(std::iter::once(node), depth + 2)?,
            };
            items.push(Item { blocks });
        }
        Ok(items)
    }

    fn rows(&mut self, table: &XmlElementRef, depth: usize) -> Result<Vec<Row>, ReplicaError> {
        let mut rows = Vec::new();
        for node in table.children(self.tx) {
            self.count()?;
            let XmlOut::Element(row) = node else { continue };
            let mut cells = Vec::new();
            for node in row.children(self.tx) {
                self.count()?;
                let XmlOut::Element(cell) = node else { continue };
                cells.push(Cell {
                    header: &**cell.tag() == "tableHeader",
                    colspan: self.number(&cell, "colspan", 1).clamp(1, 100) as u32,
                    rowspan: self.number(&cell, "rowspan", 1).clamp(1, 100) as u32,
                    blocks: self.blocks(cell.children(self.tx), depth + 3)?,
                });
            }
            rows.push(Row { cells });
        }
        Ok(rows)
    }

    fn inlines(&mut self, element: &XmlElementRef, depth: usize) -> Result<Vec<Inline>, ReplicaError> {
        let mut inlines = Vec::new();
        for node in element.children(self.tx) {
            self.count()?;
            self.inline(&node, &mut inlines, depth)?;
        }
        Ok(tidy(inlines))
    }

    fn inline(&mut self, node: &XmlOut, out: &mut Vec<Inline>, depth: usize) -> Result<(), ReplicaError> {
        match node {
            XmlOut::Text(text) => {
                for piece in text.diff(self.tx, YChange::identity) {
                    self.count()?;
                    let Out::Any(Any::String(run)) = piece.insert else { continue };
                    let marks = piece.attributes.map(|marks| marks_of(&marks)).unwrap_or_default();
                    out.push(Inline::Text { text: run.to_string(), marks });
                }
            }
            XmlOut::Element(element) if &**element.tag() == "hardBreak" => out.push(Inline::Break),
            XmlOut::Element(element) => out.push(Inline::plain(self.plain(element, depth + 1)?)),
            XmlOut::Fragment(_) => {}
        }
        Ok(())
    }

    /// All text in an element, without marks.
    fn plain(&mut self, element: &XmlElementRef, depth: usize) -> Result<String, ReplicaError> {
        if depth > PLAIN_DEPTH_MOST {
            return Err(ReplicaError::Text("nested too deeply"));
        }
        let mut all = String::new();
        for node in element.children(self.tx) {
            self.count()?;
            match node {
                XmlOut::Text(text) => {
                    for piece in text.diff(self.tx, YChange::identity) {
                        if let Out::Any(Any::String(run)) = piece.insert {
                            all.push_str(&run);
                        }
                    }
                }
                XmlOut::Element(inner) if &**inner.tag() == "hardBreak" => all.push('\n'),
                XmlOut::Element(inner) => all.push_str(&self.plain(&inner, depth + 1)?),
                XmlOut::Fragment(_) => {}
            }
        }
        Ok(all)
    }

    fn attribute(&self, element: &XmlElementRef, name: &str) -> Option<Any> {
        match element.get_attribute(self.tx, name)? {
            Out::Any(any) => Some(any),
            _ => None,
        }
    }

    fn number(&self, element: &XmlElementRef, name: &str, otherwise: i64) -> i64 {
        match self.attribute(element, name) {
            Some(Any::Number(Number::Int(number))) => number,
            // Saturates, and not-a-number becomes 0: both are in nobody's way.
            Some(Any::Number(Number::Float(number))) => number as i64,
            Some(Any::String(text)) => text.parse().unwrap_or(otherwise),
            _ => otherwise,
        }
    }

    fn text_of(&self, element: &XmlElementRef, name: &str) -> String {
        match self.attribute(element, name) {
            Some(Any::String(text)) => {
                text.chars().filter(|c| c.is_alphanumeric() || "-+#".contains(*c)).take(30).collect()
            }
            _ => String::new(),
        }
    }
}

fn push_loose(blocks: &mut Vec<Block>, loose: &mut Vec<Inline>) {
    let inlines = tidy(std::mem::take(loose));
    if !inlines.is_empty() {
        blocks.push(Block::Paragraph(inlines));
    }
}

fn marks_of(attributes: &Attrs) -> Marks {
    let is_on = |name: &str| attributes.get(name).is_some_and(|value| !matches!(value, Any::Null | Any::Undefined));
    let link = match attributes.get("link") {
        Some(Any::Map(link)) => match link.get("href") {
            Some(Any::String(address)) => safe_link(address),
            _ => None,
        },
        _ => None,
    };
    Marks { bold: is_on("bold"), italic: is_on("italic"), strike: is_on("strike"), code: is_on("code"), link }
}
