//! A text without its looks: for search, for excerpts, for telling what changed.

use crate::html::{Slugs, is_section_heading};
use crate::tree::{Block, Document, inline_text};

/// A part of a text under one heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The headings above it, the outermost first; empty before the first heading.
    pub path: Vec<String>,
    /// The anchor of its section on the page; empty before the first heading.
    pub anchor: String,
    pub text: String,
}

/// The whole text, blocks apart by line breaks.
pub fn text(document: &Document) -> String {
    let mut all = String::new();
    blocks(&document.blocks, &mut all);
    all.trim_end().to_owned()
}

/// The text cut at the headings that begin a section on the page, each with its anchor there.
pub fn sections(document: &Document) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut slugs = Slugs::default();
    let mut current = Part { path: Vec::new(), anchor: String::new(), text: String::new() };
    for block in &document.blocks {
        if let Block::Heading { level, inlines } = block {
            let heading = inline_text(inlines);
            let anchor = slugs.next(&heading);
            if is_section_heading(*level) {
                parts.push(std::mem::replace(
                    &mut current,
                    Part { path: vec![heading.clone()], anchor, text: String::new() },
                ));
            }
            current.text.push_str(&heading);
            current.text.push('\n');
        } else {
            blocks(std::slice::from_ref(block), &mut current.text);
        }
    }
    parts.push(current);
    parts.retain(|part| !part.text.trim().is_empty());
    for part in &mut parts {
        part.text.truncate(part.text.trim_end().len());
    }
    parts
}

/// At most `most` characters, cut between words, with an ellipsis where something is left out.
pub fn excerpt(text: &str, most: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= most {
        return text;
    }
    let cut: String = text.chars().take(most).collect();
    let end = cut.rfind(' ').unwrap_or(cut.len());
    format!("{}…", cut[..end].trim_end_matches([',', '.', ';', ':', '–', '-']))
}

/// Adds the text of blocks, one line for each paragraph. Own stack instead of recursion, because this is what
/// is asked when a tree is too deep for anything else.
pub(crate) fn blocks(list: &[Block], out: &mut String) {
    let mut waiting: Vec<&Block> = list.iter().rev().collect();
    while let Some(block) = waiting.pop() {
        match block {
            Block::Paragraph(inlines) | Block::Heading { inlines, .. } => {
                out.push_str(&inline_text(inlines));
                out.push('\n');
            }
            Block::BulletList(items) | Block::OrderedList { items, .. } => {
                waiting.extend(items.iter().rev().flat_map(|item| item.blocks.iter().rev()));
            }
            Block::Quote(inner) => waiting.extend(inner.iter().rev()),
            Block::Code { text, .. } | Block::Unknown { text, .. } => {
                out.push_str(text);
                out.push('\n');
            }
            Block::Rule => {}
            Block::Table(rows) => {
                let cells = rows.iter().rev().flat_map(|row| row.cells.iter().rev());
                waiting.extend(cells.flat_map(|cell| cell.blocks.iter().rev()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::parse;

    #[test]
    fn sections_have_the_anchors_of_the_page() {
        let parts = sections(&parse("Alku\n\n## Yksi\n\nteksti\n\n### Alla\n\nlisää\n\n## Yksi\n\n- a\n- b"));
        let brief: Vec<(&str, &str)> = parts.iter().map(|part| (part.anchor.as_str(), part.text.as_str())).collect();
        assert_eq!(brief, [("", "Alku"), ("s-yksi", "Yksi\nteksti\nAlla\nlisää"), ("s-yksi-2", "Yksi\na\nb")]);
    }

    #[test]
    fn excerpts_end_between_words() {
        assert_eq!(excerpt("Kunta on  ihmisten\nyhteisö", 50), "Kunta on ihmisten yhteisö");
        assert_eq!(excerpt("Kunta on ihmisten yhteisö", 12), "Kunta on…");
        assert_eq!(excerpt("Pitkäyhdyssana", 5), "Pitkä…");
    }
}
