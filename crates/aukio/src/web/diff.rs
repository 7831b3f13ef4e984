//! What changed between two texts, as pages show it: the changes with a little of what stands around them.

use aukio_text::diff::{Change, Place, Segment};

/// Unchanged paragraphs shown on each side of a change.
const AROUND: usize = 1;

/// A line of a comparison.
pub enum Line {
    Change(Shown),
    /// So many unchanged paragraphs are left out here.
    Gap(i64),
}

pub struct Shown {
    pub segments: Vec<Segment>,
    pub restyled: bool,
    pub is_heading: bool,
    /// `added`, `removed`, or empty when the paragraph is in both texts.
    pub fate: &'static str,
}

/// The lines to show of a comparison; none when nothing changed.
pub fn lines(changes: Vec<Change>) -> Vec<Line> {
    let changed: Vec<bool> = changes.iter().map(Change::is_change).collect();
    let near = |place: usize| {
        let from = place.saturating_sub(AROUND);
        changed[from..].iter().take(place - from + AROUND + 1).any(|changed| *changed)
    };
    if !changed.contains(&true) {
        return Vec::new();
    }
    let mut lines = Vec::new();
    let mut left_out = 0;
    for (place, change) in changes.into_iter().enumerate() {
        if near(place) {
            if left_out > 0 {
                lines.push(Line::Gap(std::mem::take(&mut left_out)));
            }
            lines.push(Line::Change(shown(change)));
        } else {
            left_out += 1;
        }
    }
    if left_out > 0 {
        lines.push(Line::Gap(left_out));
    }
    lines
}

fn shown(change: Change) -> Shown {
    let all = |is: fn(&Segment) -> bool| !change.segments.is_empty() && change.segments.iter().all(is);
    let fate = if all(|segment| matches!(segment, Segment::Inserted(_))) {
        "added"
    } else if all(|segment| matches!(segment, Segment::Removed(_))) {
        "removed"
    } else {
        ""
    };
    let is_heading = matches!(change.place, Place::Heading(_));
    Shown { fate, is_heading, restyled: change.restyled, segments: change.segments }
}
