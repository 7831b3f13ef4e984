//! A text as HTML. The printer writes only the elements and attributes that stand in this file and escapes
//! everything else, so that whatever a tree holds can be read and none of it can act.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::tree::{Block, Cell, DEPTH_MOST, Document, Inline, Item, Marks, Row, inline_text};

/// How a document is printed.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What is written in place of a newer program's content, before its text; nothing when empty.
    pub unknown: String,
    /// What a table is called, for people who come to its scrolling box by keyboard and cannot see it.
    pub table: String,
    /// The same for a piece of code.
    pub code: String,
}

/// A part of a document that begins with a heading of level 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Anchor, made from the heading; `start` before the first one.
    pub id: String,
    /// A hash of the HTML: equal keys mean equal sections.
    pub key: String,
    /// The heading's text; empty before the first heading.
    pub heading: String,
    /// Headings of level 3 within, as anchor and text.
    pub within: Vec<(String, String)>,
    pub html: String,
}

/// Makes anchors from headings; a second one of the same name gets a number. All begin with `s-`, so that no
/// heading («Status», «Menu») takes an id that the page around it needs.
#[derive(Default)]
pub(crate) struct Slugs {
    taken: HashSet<String>,
    counts: HashMap<String, usize>,
}

impl Slugs {
    pub(crate) fn next(&mut self, heading: &str) -> String {
        const LONGEST_BYTES: usize = 60;
        let mut slug = String::from("s-");
        for c in heading.chars().flat_map(char::to_lowercase) {
            if slug.len() > LONGEST_BYTES {
                break;
            }
            if c.is_alphanumeric() {
                slug.push(c);
            } else if !slug.ends_with('-') {
                slug.push('-');
            }
        }
        slug.truncate(slug.trim_end_matches('-').len());
        if slug == "s" {
            slug.push_str("-0");
        }
        // The counter is kept, so that a thousand equal headings are not a million attempts.
        let count = self.counts.entry(slug.clone()).or_insert(0);
        loop {
            *count += 1;
            let anchor = if *count == 1 { slug.clone() } else { format!("{slug}-{count}") };
            if self.taken.insert(anchor.clone()) {
                return anchor;
            }
        }
    }
}

/// Whether a heading of this level begins a section of its own.
pub(crate) fn is_section_heading(level: u8) -> bool {
    level <= 2
}

/// Prints a document section by section. The language is said by whoever puts the sections into a page.
pub fn document(document: &Document, options: &Options) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let mut slugs = Slugs::default();
    let mut printer = Printer { out: String::new(), options, message: false, depth: 0 };
    let mut current = (String::from("start"), String::new(), Vec::new());
    for block in &document.blocks {
        match block {
            Block::Heading { level, inlines } => {
                let heading = inline_text(inlines);
                let id = slugs.next(&heading);
                if is_section_heading(*level) {
                    finish(&mut printer, &mut sections, std::mem::replace(&mut current, (id, heading, Vec::new())));
                    // An empty heading would be a stop without a name in a reader's list of headings.
                    if !current.1.trim().is_empty() {
                        printer.wrapped("h2", inlines);
                    }
                } else if !heading.trim().is_empty() {
                    let tag = if *level == 3 { "h3" } else { "h4" };
                    let _ = write!(printer.out, "<{tag} id=\"{}\">", escape(&id));
                    printer.inlines(inlines);
                    let _ = write!(printer.out, "</{tag}>");
                    if *level == 3 {
                        current.2.push((id, heading));
                    }
                }
            }
            block => printer.block(block),
        }
    }
    finish(&mut printer, &mut sections, current);
    sections
}

fn finish(printer: &mut Printer<'_>, sections: &mut Vec<Section>, current: (String, String, Vec<(String, String)>)) {
    let (id, heading, within) = current;
    let body = std::mem::take(&mut printer.out);
    if body.is_empty() {
        return;
    }
    let mut hasher = DefaultHasher::new();
    (&id, &body).hash(&mut hasher);
    let key = format!("{:016x}", hasher.finish());
    let html = format!(
        "<section class=\"passus\" id=\"{}\" data-key=\"{key}\"><div class=\"passus__text\">{body}</div></section>",
        escape(&id)
    );
    sections.push(Section { id, key, heading, within, html });
}

/// The table of contents: a list of links to the sections and their subheadings; empty without headings.
pub fn contents(sections: &[Section]) -> String {
    let mut out = String::new();
    for section in sections.iter().filter(|section| !section.heading.is_empty()) {
        let _ = write!(out, "<li><a href=\"#{}\">{}</a>", escape(&section.id), escape(&section.heading));
        if !section.within.is_empty() {
            out.push_str("<ol>");
            for (id, heading) in &section.within {
                let _ = write!(out, "<li><a href=\"#{}\">{}</a></li>", escape(id), escape(heading));
            }
            out.push_str("</ol>");
        }
        out.push_str("</li>");
    }
    if out.is_empty() { out } else { format!("<ol>{out}</ol>") }
}

/// Prints a message. Headings become bold paragraphs, because a message must not disturb the page's outline.
pub fn message(document: &Document) -> String {
    message_with(document, &Options::default())
}

/// As [`message`], with the words that some of its parts need.
pub fn message_with(document: &Document, options: &Options) -> String {
    let mut printer = Printer { out: String::new(), options, message: true, depth: 0 };
    for block in &document.blocks {
        printer.block(block);
    }
    printer.out
}

/// Text that may stand in HTML, between tags or in a quoted attribute.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Controls that XML-minded parsers choke on carry no meaning in a text.
            c if c.is_control() && c != '\n' && c != '\t' => {}
            c => out.push(c),
        }
    }
    out
}

fn label(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!(" role=\"region\" aria-label=\"{}\"", escape(name)) }
}

struct Printer<'a> {
    out: String,
    options: &'a Options,
    message: bool,
    depth: usize,
}

impl Printer<'_> {
    fn block(&mut self, block: &Block) {
        if self.depth > DEPTH_MOST {
            let mut text = String::new();
            crate::plain::blocks(std::slice::from_ref(block), &mut text);
            let _ = write!(self.out, "<p>{}</p>", escape(text.trim_end()));
            return;
        }
        self.depth += 1;
        match block {
            Block::Paragraph(inlines) => self.wrapped("p", inlines),
            Block::Heading { inlines, .. } if inline_text(inlines).trim().is_empty() => {}
            Block::Heading { level, inlines } if !self.message => {
                self.wrapped(if *level <= 3 { "h3" } else { "h4" }, inlines);
            }
            Block::Heading { inlines, .. } => {
                self.out.push_str("<p><strong>");
                self.inlines(inlines);
                self.out.push_str("</strong></p>");
            }
            Block::BulletList(items) => {
                self.out.push_str("<ul>");
                self.items(items);
                self.out.push_str("</ul>");
            }
            Block::OrderedList { start, items } => {
                if *start == 1 {
                    self.out.push_str("<ol>");
                } else {
                    let _ = write!(self.out, "<ol start=\"{start}\">");
                }
                self.items(items);
                self.out.push_str("</ol>");
            }
            Block::Quote(blocks) => {
                self.out.push_str("<blockquote class=\"quote\">");
                for block in blocks {
                    self.block(block);
                }
                self.out.push_str("</blockquote>");
            }
            Block::Code { text, .. } => {
                let _ = write!(self.out, "<pre class=\"scroll\" tabindex=\"0\"{}>", label(&self.options.code));
                let _ = write!(self.out, "<code>{}</code></pre>", escape(text));
            }
            Block::Rule => self.out.push_str("<hr>"),
            Block::Table(rows) => self.table(rows),
            Block::Unknown { text, .. } => {
                self.out.push_str("<div class=\"newer\">");
                for text in [&self.options.unknown, text].into_iter().filter(|text| !text.is_empty()) {
                    let _ = write!(self.out, "<p>{}</p>", escape(text));
                }
                self.out.push_str("</div>");
            }
        }
        self.depth -= 1;
    }

    fn wrapped(&mut self, tag: &str, inlines: &[Inline]) {
        let _ = write!(self.out, "<{tag}>");
        self.inlines(inlines);
        let _ = write!(self.out, "</{tag}>");
    }

    fn items(&mut self, items: &[Item]) {
        for item in items {
            self.out.push_str("<li>");
            self.tight(&item.blocks);
            self.out.push_str("</li>");
        }
    }

    /// A lone paragraph stands without its tags.
    fn tight(&mut self, blocks: &[Block]) {
        match blocks {
            [Block::Paragraph(inlines), rest @ ..]
                if rest.iter().all(|block| matches!(block, Block::BulletList(_) | Block::OrderedList { .. })) =>
            {
                self.inlines(inlines);
                for block in rest {
                    self.block(block);
                }
            }
            blocks => {
                for block in blocks {
                    self.block(block);
                }
            }
        }
    }

    fn table(&mut self, rows: &[Row]) {
        // The box scrolls by itself, so a keyboard must be able to reach it.
        let _ = write!(self.out, "<div class=\"scroll\" tabindex=\"0\"{}><table>", label(&self.options.table));
        let heads = rows.iter().take_while(|row| row.cells.iter().all(|cell| cell.header)).count();
        let (head, body) = rows.split_at(if heads == rows.len() { heads.min(1) } else { heads });
        if !head.is_empty() {
            self.out.push_str("<thead>");
            self.rows(head, "col");
            self.out.push_str("</thead>");
        }
        self.out.push_str("<tbody>");
        self.rows(body, "row");
        self.out.push_str("</tbody></table></div>");
    }

    fn rows(&mut self, rows: &[Row], scope: &str) {
        for row in rows {
            self.out.push_str("<tr>");
            for cell in &row.cells {
                self.cell(cell, scope);
            }
            self.out.push_str("</tr>");
        }
    }

    fn cell(&mut self, cell: &Cell, scope: &str) {
        const SPAN_MOST: u32 = 100;
        let tag = if cell.header { "th" } else { "td" };
        let _ = write!(self.out, "<{tag}");
        if cell.header {
            let _ = write!(self.out, " scope=\"{scope}\"");
        }
        for (name, span) in [("colspan", cell.colspan), ("rowspan", cell.rowspan)] {
            if span > 1 {
                let _ = write!(self.out, " {name}=\"{}\"", span.min(SPAN_MOST));
            }
        }
        self.out.push('>');
        self.tight(&cell.blocks);
        let _ = write!(self.out, "</{tag}>");
    }

    fn inlines(&mut self, inlines: &[Inline]) {
        let mut place = 0;
        while let Some(inline) = inlines.get(place) {
            match inline {
                Inline::Break => {
                    self.out.push_str("<br>");
                    place += 1;
                }
                // Neighbours with one address make one link, whatever else distinguishes them.
                Inline::Text { marks: Marks { link: Some(link), .. }, .. }
                    if crate::tree::safe_link(link).is_some() =>
                {
                    // People's links lend no weight to other sites; those to our own pages are ordinary links.
                    let rel = if link.starts_with(['/', '#']) { "" } else { " rel=\"nofollow ugc noopener\"" };
                    let _ = write!(self.out, "<a href=\"{}\"{rel}>", escape(link));
                    while let Some(Inline::Text { text, marks }) = inlines.get(place)
                        && marks.link.as_ref() == Some(link)
                    {
                        self.run(text, marks);
                        place += 1;
                    }
                    self.out.push_str("</a>");
                }
                Inline::Text { text, marks } => {
                    self.run(text, marks);
                    place += 1;
                }
            }
        }
    }

    fn run(&mut self, text: &str, marks: &Marks) {
        let tags = [(marks.bold, "strong"), (marks.italic, "em"), (marks.strike, "s"), (marks.code, "code")];
        for (_, tag) in tags.iter().filter(|(on, _)| *on) {
            let _ = write!(self.out, "<{tag}>");
        }
        self.out.push_str(&escape(text));
        for (_, tag) in tags.iter().rev().filter(|(on, _)| *on) {
            let _ = write!(self.out, "</{tag}>");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::parse;

    #[test]
    fn messages() {
        let check = |markdown: &str, html: &str| assert_eq!(message(&parse(markdown)), html);
        check("Hei **sinä** ja *minä*", "<p>Hei <strong>sinä</strong> ja <em>minä</em></p>");
        check("# Otsikko", "<p><strong>Otsikko</strong></p>");
        check("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>");
        check("[x](javascript:alert(1))", "<p>x</p>");
        check(
            "[x](https://kunta.fi/?a=1&b=2)",
            "<p><a href=\"https://kunta.fi/?a=1&amp;b=2\" rel=\"nofollow ugc noopener\">x</a></p>",
        );
        check("> lainaus", "<blockquote class=\"quote\"><p>lainaus</p></blockquote>");
        check("- a\n- b", "<ul><li>a</li><li>b</li></ul>");
        check("3. a\n4. b", "<ol start=\"3\"><li>a</li><li>b</li></ol>");
        check("rivi\nrivi", "<p>rivi<br>rivi</p>");
    }

    #[test]
    fn documents_have_sections_with_anchors() {
        let sections = document(&parse("alku\n\n## Mitä laki sanoo\n\nx\n\n### Äänestys\n\ny"), &Options::default());
        let ids: Vec<&str> = sections.iter().map(|section| section.id.as_str()).collect();
        assert_eq!(ids, ["start", "s-mitä-laki-sanoo"]);
        assert_eq!(sections[1].within, [("s-äänestys".to_owned(), "Äänestys".to_owned())]);
        assert_eq!(
            contents(&sections),
            "<ol><li><a href=\"#s-mitä-laki-sanoo\">Mitä laki sanoo</a><ol><li><a href=\"#s-äänestys\">Äänestys</a></li></ol></li></ol>"
        );
        let again = document(&parse("alku\n\n## Mitä laki sanoo\n\nx!\n\n### Äänestys\n\ny"), &Options::default());
        assert_eq!(sections[0].key, again[0].key);
        assert_ne!(sections[1].key, again[1].key);
    }

    #[test]
    fn anchors_are_unique() {
        let mut slugs = Slugs::default();
        let anchors = ["A", "A", "A 2", "A", "Status", "!", "", "日本"].map(|heading| slugs.next(heading));
        assert_eq!(anchors, ["s-a", "s-a-2", "s-a-2-2", "s-a-3", "s-status", "s-0", "s-0-2", "s-日本"]);
    }

    #[test]
    fn tables_say_what_their_headers_head() {
        let sections = document(&parse("| a | b |\n|---|---|\n| 1 | 2 |"), &Options::default());
        assert!(sections[0].html.contains("<thead><tr><th scope=\"col\">a</th><th scope=\"col\">b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody>"), "{}", sections[0].html);
    }
}
