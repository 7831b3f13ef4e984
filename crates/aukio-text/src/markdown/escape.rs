//! Signs that mean themselves.

/// Takes its meaning from whatever would be more than text in the middle of a line.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    let mut before = ' ';
    for (place, c) in text.char_indices() {
        let after = &text[place + c.len_utf8()..];
        let next = after.chars().next();
        let needed = match c {
            '\\' | '`' | '*' | '[' | ']' | '~' => true,
            // Within a word it is a letter.
            '_' => !(before.is_alphanumeric() && next.is_some_and(char::is_alphanumeric)),
            '<' => next.is_some_and(|next| next.is_ascii_alphabetic() || "/!?".contains(next)),
            '&' => is_entity(after),
            '!' => next == Some('['),
            ':' => next == Some('/'),
            '@' => !before.is_whitespace(),
            '.' => text.as_bytes()[..place].last_chunk::<3>().is_some_and(|end| end.eq_ignore_ascii_case(b"www")),
            _ => false,
        };
        if needed {
            out.push('\\');
        }
        out.push(c);
        before = c;
    }
    out
}

/// Whether a name or number and a semicolon follow: «AT&T» needs no care.
fn is_entity(after: &str) -> bool {
    const LONGEST: usize = 40;
    let name = after.bytes().take(LONGEST).take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#').count();
    name > 0 && after.as_bytes().get(name) == Some(&b';')
}

/// Takes its meaning from what would begin a block at the start of a line.
pub(super) fn escape_start(line: &str) -> String {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let after = line[digits..].chars().next();
    if digits > 0 && matches!(after, Some('.' | ')')) {
        return format!("{}\\{}", &line[..digits], &line[digits..]);
    }
    match line.chars().next() {
        Some('#' | '-' | '+' | '=' | ':' | '|' | '>') => format!("\\{line}"),
        // «~~~» begins code; as a mark it has a letter behind it.
        _ => line.to_owned(),
    }
}
