//! What changed between two texts, word by word: for comparing versions and for the history of a message.
//!
//! Paragraphs, headings, entries of lists, cells and pieces of code are set against each other first, then
//! the words within those that changed. Where text stands is told by its kind; bold and links are not
//! compared word by word, only noticed.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::tree::{Block, DEPTH_MOST, Document, Inline, inline_text};

/// What kind of text a change is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    Paragraph,
    /// A heading and its level.
    Heading(u8),
    /// The beginning of a list's entry.
    Item,
    Quote,
    Code,
    Cell,
    Rule,
}

/// A run of text in one of the two versions, or in both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    Equal(String),
    Inserted(String),
    Removed(String),
}

/// One paragraph, heading, entry, cell or piece of code, with what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub place: Place,
    /// In reading order; what was removed stands before what took its place.
    pub segments: Vec<Segment>,
    /// The words are the same, but their looks, links or kind of place are not.
    pub restyled: bool,
}

impl Change {
    /// Whether anything happened here at all.
    pub fn is_change(&self) -> bool {
        self.restyled || self.segments.iter().any(|segment| !matches!(segment, Segment::Equal(_)))
    }
}

/// A text longer than this, in words, is not compared word by word but as a whole: the work grows with the
/// square of what differs.
const WORDS_MOST: usize = 4000;
/// The same for texts of very many paragraphs.
const UNITS_MOST: usize = 4000;
/// Paragraphs that share less than this part of their words are two different ones.
const ALIKE: f32 = 0.3;

/// Something that is compared as a whole first.
struct Unit {
    place: Place,
    text: String,
    inlines: Vec<Inline>,
}

/// Compares two texts. The result holds the whole text, unchanged paragraphs too; a caller that shows changes
/// only leaves out those that are none by [`Change::is_change`].
pub fn words(before: &Document, after: &Document) -> Vec<Change> {
    let (old, new) = (units(before), units(after));
    let (old_texts, new_texts): (Vec<&str>, Vec<&str>) =
        (old.iter().map(|unit| unit.text.as_str()).collect(), new.iter().map(|unit| unit.text.as_str()).collect());
    let mut changes = Vec::with_capacity(new.len());
    for op in compare(&old_texts, &new_texts, UNITS_MOST) {
        match op {
            DiffOp::Equal { old_index, new_index, len } => {
                for (old, new) in old[old_index..][..len].iter().zip(&new[new_index..][..len]) {
                    let restyled = old.place != new.place || old.inlines != new.inlines;
                    let segments = filled(Segment::Equal, &new.text);
                    changes.push(Change { place: new.place, segments, restyled });
                }
            }
            DiffOp::Delete { old_index, old_len, .. } => {
                changes.extend(old[old_index..][..old_len].iter().map(removed))
            }
            DiffOp::Insert { new_index, new_len, .. } => {
                changes.extend(new[new_index..][..new_len].iter().map(inserted))
            }
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                rewritten(&old[old_index..][..old_len], &new[new_index..][..new_len], &mut changes);
            }
        }
    }
    changes
}

fn filled(segment: fn(String) -> Segment, text: &str) -> Vec<Segment> {
    if text.is_empty() { Vec::new() } else { vec![segment(text.to_owned())] }
}

fn removed(unit: &Unit) -> Change {
    Change { place: unit.place, segments: filled(Segment::Removed, &unit.text), restyled: unit.text.is_empty() }
}

fn inserted(unit: &Unit) -> Change {
    Change { place: unit.place, segments: filled(Segment::Inserted, &unit.text), restyled: unit.text.is_empty() }
}

/// Some paragraphs took the place of others: each new one is set against the first old one that it resembles.
fn rewritten(old: &[Unit], new: &[Unit], changes: &mut Vec<Change>) {
    const LOOKED_AT: usize = 8;
    let mut next = 0;
    for unit in new {
        let candidates = old[next..].iter().take(LOOKED_AT);
        let likeness = candidates.enumerate().map(|(ahead, before)| (ahead, segments(&before.text, &unit.text)));
        match likeness.into_iter().find(|(_, segments)| alike(segments)) {
            Some((ahead, segments)) => {
                changes.extend(old[next..][..ahead].iter().map(removed));
                next += ahead + 1;
                changes.push(Change { place: unit.place, segments, restyled: false });
            }
            None => changes.push(inserted(unit)),
        }
    }
    changes.extend(old[next..].iter().map(removed));
}

fn alike(segments: &[Segment]) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
    let (mut same, mut all) = (0, 0);
    for segment in segments {
        match segment {
            Segment::Equal(text) => {
                same += 2 * letters(text);
                all += 2 * letters(text);
            }
            Segment::Inserted(text) | Segment::Removed(text) => all += letters(text),
        }
    }
    all > 0 && same as f32 >= ALIKE * all as f32
}

fn segments(before: &str, after: &str) -> Vec<Segment> {
    let (old, new) = (tokens(before), tokens(after));
    let mut segments = Vec::new();
    let mut push = |kind: fn(String) -> Segment, tokens: &[&str]| {
        if !tokens.is_empty() {
            segments.push(kind(tokens.concat()));
        }
    };
    for op in compare(&old, &new, WORDS_MOST) {
        let (old, new) = (&old[op.old_range()], &new[op.new_range()]);
        match op {
            DiffOp::Equal { .. } => push(Segment::Equal, new),
            DiffOp::Delete { .. } | DiffOp::Insert { .. } | DiffOp::Replace { .. } => {
                push(Segment::Removed, old);
                push(Segment::Inserted, new);
            }
        }
    }
    joined(segments)
}

/// A single space between two changed words reads better as a part of the change.
fn joined(segments: Vec<Segment>) -> Vec<Segment> {
    let mut out: Vec<Segment> = Vec::with_capacity(segments.len());
    let mut rest = segments.into_iter().peekable();
    while let Some(segment) = rest.next() {
        let between = matches!(&segment, Segment::Equal(text) if text == " ")
            && out.len() >= 2
            && matches!(out[out.len() - 2..], [Segment::Removed(_), Segment::Inserted(_)])
            && matches!(rest.peek(), Some(Segment::Removed(_)));
        if !between {
            push_joined(&mut out, segment);
            continue;
        }
        for end in out.iter_mut().rev().take(2) {
            if let Segment::Removed(text) | Segment::Inserted(text) = end {
                text.push(' ');
            }
        }
    }
    out
}

/// Adds to the run before where that is of the same kind; a removal stands before the insertion at its side.
fn push_joined(out: &mut Vec<Segment>, segment: Segment) {
    match (out.as_mut_slice(), segment) {
        ([.., Segment::Removed(before), Segment::Inserted(_)], Segment::Removed(text)) => before.push_str(&text),
        ([.., Segment::Removed(before)], Segment::Removed(text))
        | ([.., Segment::Inserted(before)], Segment::Inserted(text)) => before.push_str(&text),
        (_, segment) => out.push(segment),
    }
}

/// The differences of two rows of texts; beyond the limit, what they have in common at both ends and the rest
/// as one replacement.
fn compare(old: &[&str], new: &[&str], most: usize) -> Vec<DiffOp> {
    if old.len() <= most && new.len() <= most {
        return capture_diff_slices(Algorithm::Myers, old, new);
    }
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let (old_len, new_len) = (old_rest.len() - tail, new_rest.len() - tail);
    let ops = [
        DiffOp::Equal { old_index: 0, new_index: 0, len: head },
        DiffOp::Replace { old_index: head, old_len, new_index: head, new_len },
        DiffOp::Equal { old_index: head + old_len, new_index: head + new_len, len: tail },
    ];
    ops.into_iter().filter(|op| !(op.old_range().is_empty() && op.new_range().is_empty())).collect()
}

/// Words, and whatever stands between them sign by sign.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = match first.is_alphanumeric() {
            true => rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (token, after) = rest.split_at(end);
        tokens.push(token);
        rest = after;
    }
    tokens
}

fn units(document: &Document) -> Vec<Unit> {
    let mut units = Vec::new();
    collect(&document.blocks, Place::Paragraph, 0, &mut units);
    units
}

fn collect(blocks: &[Block], place: Place, depth: usize, units: &mut Vec<Unit>) {
    if depth > DEPTH_MOST {
        let mut text = String::new();
        crate::plain::blocks(blocks, &mut text);
        units.push(Unit { place, text: text.trim_end().to_owned(), inlines: Vec::new() });
        return;
    }
    for block in blocks {
        let mut unit = |place: Place, text: &str, inlines: &[Inline]| {
            units.push(Unit { place, text: text.to_owned(), inlines: inlines.to_vec() });
        };
        match block {
            Block::Paragraph(inlines) => unit(place, &inline_text(inlines), inlines),
            Block::Heading { level, inlines } => unit(Place::Heading(*level), &inline_text(inlines), inlines),
            Block::Code { text, .. } => unit(Place::Code, text, &[]),
            Block::Unknown { text, .. } => unit(place, text, &[]),
            Block::Rule => unit(Place::Rule, "", &[]),
            Block::Quote(inner) => collect(inner, Place::Quote, depth + 1, units),
            Block::BulletList(items) | Block::OrderedList { items, .. } => {
                for item in items {
                    collect(&item.blocks, Place::Item, depth + 1, units);
                }
            }
            Block::Table(rows) => {
                for cell in rows.iter().flat_map(|row| &row.cells) {
                    collect(&cell.blocks, Place::Cell, depth + 1, units);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::parse;

    fn show(before: &str, after: &str) -> String {
        let shown = words(&parse(before), &parse(after)).into_iter().map(|change| {
            let style = if change.restyled { "~" } else { "" };
            let segments = change.segments.into_iter().map(|segment| match segment {
                Segment::Equal(text) => text,
                Segment::Inserted(text) => format!("{{+{text}}}"),
                Segment::Removed(text) => format!("{{-{text}}}"),
            });
            style.to_owned() + &segments.collect::<String>()
        });
        shown.collect::<Vec<_>>().join("|")
    }

    #[test]
    fn words_are_told_apart() {
        let check = |before: &str, after: &str, expected: &str| assert_eq!(show(before, after), expected);
        check("sama", "sama", "sama");
        check("kaksi euroa asukasta kohti", "kolme euroa asukasta kohti", "{-kaksi}{+kolme} euroa asukasta kohti");
        check(
            "yksi kaksi loppuu tähän näin",
            "kolme neljä loppuu tähän näin",
            "{-yksi kaksi}{+kolme neljä} loppuu tähän näin",
        );
        check("a\n\nb", "a\n\nuusi\n\nb", "a|{+uusi}|b");
        check("a\n\nb", "b", "{-a}|b");
        check("vanha teksti", "aivan muuta", "{+aivan muuta}|{-vanha teksti}");
        check("raha on kunnan", "raha on **kunnan**", "~raha on kunnan");
        check("- a\n- b", "- a\n- b\n- c", "a|b|{+c}");
        check("", "uusi", "{+uusi}");
        check("a\n\n---", "a", "a|~");
    }

    #[test]
    fn both_texts_can_be_read_from_the_changes() {
        let texts = [
            "",
            "a b c\n\nd e f",
            "a x c\n\n> d e\n\n- y",
            "# Otsikko\n\na b c d",
            "| a | b |\n|---|---|\n| c | d |",
            "🙂 ä-ö\nå",
        ];
        for before in texts {
            for after in texts {
                let (before, after) = (parse(before), parse(after));
                let changes = words(&before, &after);
                let read = |kept: fn(&Segment) -> Option<&str>| {
                    let all: String = changes.iter().flat_map(|change| &change.segments).filter_map(kept).collect();
                    all
                };
                let text = |document: &Document| units(document).into_iter().map(|unit| unit.text).collect::<String>();
                assert_eq!(
                    read(|segment| match segment {
                        Segment::Equal(text) | Segment::Inserted(text) => Some(text),
                        Segment::Removed(_) => None,
                    }),
                    text(&after)
                );
                assert_eq!(
                    read(|segment| match segment {
                        Segment::Equal(text) | Segment::Removed(text) => Some(text),
                        Segment::Inserted(_) => None,
                    }),
                    text(&before)
                );
            }
        }
    }

    #[test]
    fn large_texts_end() {
        let text = |step: usize| (0..60_000).map(|n| format!("{} ", n * step % 9973)).collect::<String>();
        words(&parse(&text(3)), &parse(&text(7)));
        let blocks = |step: usize| (0..9000).map(|n| format!("{}\n\n", n * step % 9973)).collect::<String>();
        words(&parse(&blocks(3)), &parse(&blocks(7)));
    }
}
