//! The past of a document: every version can be had again, costs little to keep, and tells who wrote what.

use aukio_protocol::update::Id;
use aukio_sync::history::{self, Past};
use aukio_sync::{Authors, Pending, Replica, compact};
use aukio_text::plain;
use yrs::{
    ClientID, Doc, OffsetKind, Options, Text, Transact, WriteTxn, XmlElementPrelim, XmlFragment, XmlTextPrelim,
    XmlTextRef,
};

const EDITS: usize = 6_000;

/// Two people type, each in a paragraph of their own, with pauses, corrections and jumps, one update a key.
struct Typing {
    rows: Vec<Past>,
    chance: u64,
}

impl Typing {
    fn below(&mut self, end: u64) -> u64 {
        self.chance = self.chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.chance >> 33) % end
    }

    fn row(&mut self, actor: i64, bytes: Vec<u8>) {
        let last = self.rows.last().map_or(1_790_000_000_000_000, |row| row.at);
        let pause = 60_000 + self.below(240_000) as i64;
        self.rows.push(Past { at: last + pause, update: Pending { actor: Some(actor), bytes, schema: 0 } });
    }

    fn play() -> Typing {
        let mut typing = Typing { rows: Vec::new(), chance: 7 };
        let docs: Vec<Doc> = [3_000_000_001u64, 1_500_000_002]
            .map(|client| {
                Doc::with_options(Options {
                    offset_kind: OffsetKind::Utf16,
                    ..Options::with_client_id(ClientID::new(client))
                })
            })
            .into();
        let texts: Vec<XmlTextRef> = docs.iter().zip(1..).map(|(doc, actor)| typing.begin(doc, actor)).collect();
        let mut places = [0, 0];
        while typing.rows.len() < EDITS {
            let who = usize::from(typing.below(10) < 3);
            for _ in 0..10 + typing.below(60) {
                typing.key(&docs[who], &texts[who], &mut places[who], who as i64 + 1);
            }
        }
        typing
    }

    fn begin(&mut self, doc: &Doc, actor: i64) -> XmlTextRef {
        let mut tx = doc.transact_mut();
        let root = tx.get_or_insert_xml_fragment("default");
        let paragraph = root.insert(&mut tx, 0, XmlElementPrelim::empty("paragraph"));
        let text = paragraph.insert(&mut tx, 0, XmlTextPrelim::new(""));
        self.row(actor, tx.encode_update_v1());
        text
    }

    fn key(&mut self, doc: &Doc, text: &XmlTextRef, place: &mut u32, actor: i64) {
        const LETTERS: &str = "aaaaiiiittttnnnneeeesssslllooookkkuuummvvrrjjhyypdä ,.";
        let mut tx = doc.transact_mut();
        match self.below(100) {
            0..=7 if *place > 0 => {
                *place -= 1;
                text.remove_range(&mut tx, *place, 1);
            }
            8 => {
                *place = self.below(u64::from(text.len(&tx)) + 1) as u32;
                return;
            }
            _ => {
                let letter = LETTERS.chars().nth(self.below(LETTERS.chars().count() as u64) as usize).unwrap_or('a');
                text.insert(&mut tx, *place, letter.encode_utf8(&mut [0; 4]));
                *place += 1;
            }
        }
        self.row(actor, tx.encode_update_v1());
    }
}

#[test]
fn history_is_kept_in_few_bytes_and_every_version_can_be_had() {
    let rows = Typing::play().rows;
    let raw: usize = rows.iter().map(|row| row.update.bytes.len()).sum();
    let packed = history::pack(&rows).unwrap();
    assert_eq!(history::unpack(&packed).unwrap(), rows);
    let snapshot = compact(None, rows.iter().map(|row| &row.update.bytes)).unwrap();
    let each = (packed.len() + snapshot.len()) as f64 / rows.len() as f64;
    println!(
        "{} edits: {raw} bytes as rows, {} packed, {} snapshot, {each:.2} bytes an edit",
        rows.len(),
        packed.len(),
        snapshot.len()
    );
    assert!(each <= 8.0, "{each} bytes an edit");

    let mut replica = Replica::new();
    for (row, seq) in rows[..500].iter().zip(1..) {
        let summary = aukio_protocol::update::validate(&row.update.bytes, &aukio_protocol::Limits::default()).unwrap();
        replica.apply(aukio_sync::Source::SERVER, &row.update.bytes, &summary).unwrap();
        if seq % 50 == 0 {
            let mut then = Replica::open(None, rows[..seq].iter().map(|row| &row.update.bytes)).unwrap();
            assert_eq!(then.canonical().unwrap(), replica.canonical().unwrap());
        }
    }
    let mut last = Replica::open(Some(&snapshot), std::iter::empty::<&[u8]>()).unwrap();
    let mut all = Replica::open(None, rows.iter().map(|row| &row.update.bytes)).unwrap();
    assert_eq!(all.canonical().unwrap(), last.canonical().unwrap());
}

#[test]
fn each_word_has_its_writer() {
    let maija = Doc::with_client_id(1);
    let text = maija.transact_mut().get_or_insert_xml_fragment("default");
    let mut rows = Vec::new();
    let inner = {
        let mut tx = maija.transact_mut();
        let paragraph = text.insert(&mut tx, 0, XmlElementPrelim::empty("paragraph"));
        let inner = paragraph.insert(&mut tx, 0, XmlTextPrelim::new("Kokous pidetään."));
        rows.push((Some(10), tx.encode_update_v1()));
        inner
    };
    // Another session with the same client id in its bytes: what counts is whose session it was.
    let mut tx = maija.transact_mut();
    inner.insert(&mut tx, 7, "huomenna ");
    rows.push((Some(20), tx.encode_update_v1()));
    drop(tx);
    let mut tx = maija.transact_mut();
    inner.insert(&mut tx, 0, "🌍 ");
    rows.push((None, tx.encode_update_v1()));
    drop(tx);

    let mut authors = Authors::default();
    for (actor, bytes) in &rows {
        authors.record(*actor, bytes).unwrap();
    }
    let mut replica = Replica::open(None, rows.iter().map(|(_, bytes)| bytes)).unwrap();
    let written: Vec<(String, Option<i64>)> =
        replica.writers(0, &authors).unwrap().into_iter().map(|run| (run.text, run.actor)).collect();
    let expected = [("🌍 ", None), ("Kokous ", Some(10)), ("huomenna ", Some(20)), ("pidetään.", Some(10))];
    assert_eq!(written, expected.map(|(text, actor)| (text.to_owned(), actor)));
    assert!(replica.writers(5, &authors).unwrap().is_empty());
    assert_eq!(authors.of(Id { client: 99, clock: 0 }), None);
    assert_eq!(authors.ranges().count(), 3);
    assert!(plain::text(&replica.tree().unwrap()).contains("huomenna"));
}
