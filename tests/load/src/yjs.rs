//! Updates in Yjs's first format, written by hand: a person who types, a book that is long enough, and the
//! reading of who wrote an update. Writing them costs next to nothing while the clock runs.

/// Kinds of content, and the flag for «stands to the right of», as update format v1 has them.
const STRING: u8 = 4;
const TYPE: u8 = 7;
const AFTER: u8 = 0x80;
const ELEMENT: u8 = 3;
const TEXT: u8 = 6;

/// Somebody who types at the end of a paragraph of their own, a letter a key.
pub struct Typist {
    client: u64,
    clock: u64,
}

impl Typist {
    pub fn new(client: u64) -> Typist {
        Typist { client, clock: 0 }
    }

    /// The paragraph, with its first letter.
    pub fn begin(&mut self) -> Vec<u8> {
        let mut update = section_head(1, 3, self.client, 0);
        paragraph(&mut update, self.client, None);
        text(&mut update, self.client, 0);
        update.extend([STRING, 0]);
        number(&mut update, self.client);
        number(&mut update, 1);
        string(&mut update, "A");
        update.push(0);
        self.clock = 3;
        update
    }

    /// The next letter.
    pub fn key(&mut self) -> Vec<u8> {
        let mut update = section_head(1, 1, self.client, self.clock);
        let letter = [b"aeikntsu "[(self.clock % 9) as usize]];
        fragment(&mut update, self.client, self.clock - 1, &letter);
        update.push(0);
        self.clock += 1;
        update
    }

    /// How many keys have been pressed.
    pub fn keys(&self) -> u64 {
        self.clock.saturating_sub(3)
    }
}

/// Which client and clock an update begins with; None when it has no structs.
pub fn author(update: &[u8]) -> Option<(u64, u64)> {
    let mut rest = update;
    if read(&mut rest)? == 0 {
        return None;
    }
    let _structs = read(&mut rest)?;
    Some((read(&mut rest)?, read(&mut rest)?))
}

/// Updates that build a text of about `bytes` bytes in an empty document: paragraphs of four sentences, each by
/// another of four people, so that nothing melts into one long piece as a pasted text would.
pub fn book(bytes: usize, first_client: u64) -> Vec<Vec<u8>> {
    const SENTENCE: &str = "Kunnan asukkaat ja valtion virasto pohtivat samaa asiaa. ";
    const PEOPLE: u64 = 4;
    /// Bytes of text in one update: half of the largest that is accepted.
    const PORTION: usize = 512 * 1024;
    let paragraph_bytes = SENTENCE.len() * PEOPLE as usize;
    let paragraphs = bytes.div_ceil(paragraph_bytes).max(1);
    let letters = SENTENCE.len() as u64;
    let others = |person: u64, paragraph: u64| (first_client + person, paragraph * letters);
    // The first person's clock: an element, a text, a sentence in each paragraph.
    let opening = |paragraph: u64| paragraph * (letters + 2);
    let mut updates = Vec::new();
    let mut from = 0;
    while from < paragraphs {
        let to = (from + PORTION / paragraph_bytes).min(paragraphs);
        let range = from as u64..to as u64;
        let mut update = Vec::new();
        number(&mut update, PEOPLE);
        head(&mut update, range.clone().count() as u64 * 3, first_client, opening(range.start));
        for at in range.clone() {
            let clock = opening(at);
            paragraph(&mut update, first_client, at.checked_sub(1).map(opening));
            text(&mut update, first_client, clock);
            update.extend([STRING, 0]);
            number(&mut update, first_client);
            number(&mut update, clock + 1);
            string(&mut update, SENTENCE);
        }
        for person in 1..PEOPLE {
            let (client, clock) = others(person, range.start);
            head(&mut update, range.clone().count() as u64, client, clock);
            for at in range.clone() {
                let (before, end) = match person {
                    1 => (first_client, opening(at) + 1 + letters),
                    _ => (client - 1, (at + 1) * letters - 1),
                };
                fragment(&mut update, before, end, SENTENCE.as_bytes());
            }
        }
        update.push(0);
        updates.push(update);
        from = to;
    }
    updates
}

fn section_head(clients: u64, structs: u64, client: u64, clock: u64) -> Vec<u8> {
    let mut update = Vec::with_capacity(32);
    number(&mut update, clients);
    head(&mut update, structs, client, clock);
    update
}

fn head(update: &mut Vec<u8>, structs: u64, client: u64, clock: u64) {
    number(update, structs);
    number(update, client);
    number(update, clock);
}

/// `<paragraph>`, at the start of the text or after another one of the same client.
fn paragraph(update: &mut Vec<u8>, client: u64, after: Option<u64>) {
    match after {
        Some(clock) => {
            update.push(TYPE | AFTER);
            number(update, client);
            number(update, clock);
        }
        None => {
            update.extend([TYPE, 1]);
            string(update, "default");
        }
    }
    update.push(ELEMENT);
    string(update, "paragraph");
}

/// A text node in the element with this clock.
fn text(update: &mut Vec<u8>, client: u64, element: u64) {
    update.extend([TYPE, 0]);
    number(update, client);
    number(update, element);
    update.push(TEXT);
}

/// Letters to the right of one of another.
fn fragment(update: &mut Vec<u8>, client: u64, after: u64, letters: &[u8]) {
    update.push(STRING | AFTER);
    number(update, client);
    number(update, after);
    number(update, letters.len() as u64);
    update.extend_from_slice(letters);
}

/// A number as lib0 writes it: seven bits a byte, least first.
pub fn number(out: &mut Vec<u8>, mut value: u64) {
    while value > 127 {
        out.push(value as u8 | 128);
        value >>= 7;
    }
    out.push(value as u8);
}

pub fn string(out: &mut Vec<u8>, text: &str) {
    number(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// Takes a number off the front.
pub fn read(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..63).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 127) << shift;
        if byte < 128 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use aukio_protocol::{Limits, update};
    use yrs::updates::decoder::Decode;
    use yrs::{Doc, GetString, ReadTxn, Transact, Update};

    use super::*;

    fn apply(updates: &[Vec<u8>]) -> String {
        let doc = Doc::new();
        for bytes in updates {
            update::validate(bytes, &Limits::default()).expect("the service takes it");
            let mut tx = doc.transact_mut();
            tx.apply_update(Update::decode_v1(bytes).expect("an update")).expect("it fits");
            assert!(!tx.has_missing_updates());
        }
        let tx = doc.transact();
        tx.get_xml_fragment("default").map(|root| root.get_string(&tx)).unwrap_or_default()
    }

    #[test]
    fn a_typist_writes_one_paragraph() {
        let mut typist = Typist::new(300);
        let mut updates = vec![typist.begin()];
        updates.extend((0..5).map(|_| typist.key()));
        assert_eq!(apply(&updates), "<paragraph>Akntsu</paragraph>");
        assert_eq!(author(&updates[1]), Some((300, 3)));
        assert_eq!(typist.keys(), 5);
    }

    #[test]
    fn a_book_is_as_long_as_asked() {
        let text = apply(&book(1 << 20, 7));
        assert!(text.len() > 1 << 20 && text.len() < 1_400_000, "{}", text.len());
        assert!(text.starts_with("<paragraph>Kunnan asukkaat ja valtion virasto pohtivat samaa asiaa. Kunnan"));
    }
}
