//! The neutral shape of a text: what Markdown, the shared document and the printers have in common.

/// A whole text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    pub blocks: Vec<Block>,
}

/// A block of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    Paragraph(Vec<Inline>),
    /// Levels 2 to 4; level 1 is the title, which is not part of the text.
    Heading {
        level: u8,
        inlines: Vec<Inline>,
    },
    BulletList(Vec<Item>),
    OrderedList {
        start: u32,
        items: Vec<Item>,
    },
    Quote(Vec<Block>),
    Code {
        language: String,
        text: String,
    },
    Rule,
    Table(Vec<Row>),
    /// Something that a newer program has written: its text is kept and shown, its shape is not known here.
    Unknown {
        name: String,
        text: String,
    },
}

/// One entry of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub blocks: Vec<Block>,
}

/// One row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub cells: Vec<Cell>,
}

/// One cell of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    pub header: bool,
    pub colspan: u32,
    pub rowspan: u32,
    pub blocks: Vec<Block>,
}

/// A run of text, or a break within a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline {
    Text { text: String, marks: Marks },
    Break,
}

/// What a run of text looks like. The order of printing is fixed, so that equal texts print equally.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marks {
    pub bold: bool,
    pub italic: bool,
    pub strike: bool,
    pub code: bool,
    /// Address; only ever one that [`safe_link`] lets pass.
    pub link: Option<String>,
}

impl Inline {
    /// A run without marks.
    pub fn plain(text: impl Into<String>) -> Self {
        Inline::Text { text: text.into(), marks: Marks::default() }
    }
}

/// The deepest nesting of blocks that any parser here makes and any printer follows.
pub const DEPTH_MOST: usize = 32;

/// Joins neighbouring runs with equal marks and drops empty ones, so that equal texts are equal trees.
pub fn tidy(inlines: Vec<Inline>) -> Vec<Inline> {
    let mut tidied: Vec<Inline> = Vec::with_capacity(inlines.len());
    for inline in inlines {
        match (tidied.last_mut(), inline) {
            (_, Inline::Text { text, .. }) if text.is_empty() => {}
            (Some(Inline::Text { text: before, marks: same }), Inline::Text { text, marks }) if *same == marks => {
                before.push_str(&text);
            }
            (_, inline) => tidied.push(inline),
        }
    }
    tidied
}

/// The text of a run of inlines, without its marks; a break becomes a space.
pub fn inline_text(inlines: &[Inline]) -> String {
    let mut all = String::new();
    for inline in inlines {
        match inline {
            Inline::Text { text, .. } => all.push_str(text),
            Inline::Break => all.push(' '),
        }
    }
    all
}

/// The address, if following it can do no harm: http, https, mailto, or a path of this site.
/// Control characters and white space are refused, because browsers drop them before they look at the scheme.
pub fn safe_link(address: &str) -> Option<String> {
    const LONGEST_BYTES: usize = 2000;
    let address = address.trim();
    if address.is_empty() || address.len() > LONGEST_BYTES {
        return None;
    }
    if address.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return None;
    }
    let lower = address.to_ascii_lowercase();
    let has_scheme = ["http://", "https://", "mailto:"]
        .iter()
        .any(|scheme| lower.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()));
    let is_local = address.starts_with('/') && !address.starts_with("//") && !address.contains('\\');
    let is_anchor = address.starts_with('#') && address.len() > 1;
    (has_scheme || is_local || is_anchor).then(|| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_links_pass() {
        let check = |address: &str, good: bool| assert_eq!(safe_link(address).is_some(), good, "{address:?}");
        check("https://kunta.fi/x?y=1#z", true);
        check("HTTP://kunta.fi", true);
        check("mailto:a@b.fi", true);
        check("/fi/threads/1", true);
        check("#luku-2", true);
        check("//evil.example", false);
        check("/\\evil.example", false);
        check("javascript:alert(1)", false);
        check("java\nscript:alert(1)", false);
        check("\u{1}javascript:alert(1)", false);
        check("data:text/html,x", false);
        check("vbscript:x", false);
        check("https://", false);
        check("relative/path", false);
    }
}
