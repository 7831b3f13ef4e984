//! The engine's document, awake or at rest.
//!
//! The engine takes some 300 bytes of memory for each of its items, whether anybody types or not, and most open
//! documents are only being looked at. One that nobody has asked anything of for a while is kept as the bytes that
//! any newcomer would be sent, compressed, and opened from them at the next question: a tenth of the memory for a
//! millisecond once.

use yrs::updates::decoder::Decode;
use yrs::{ClientID, Doc, OffsetKind, Options, ReadTxn, StateVector, Transact, Update};

use crate::ReplicaError;

/// A quick level: these bytes are needed again soon, or never.
const LEVEL: i32 = 3;

#[derive(Debug)]
pub(crate) enum Engine {
    Awake(Doc),
    Resting(Resting),
}

/// A document as one compressed update.
#[derive(Debug)]
pub(crate) struct Resting {
    packed: Vec<u8>,
    /// Bytes of the update.
    size: usize,
}

impl Engine {
    /// An empty document. Its client id is random, as two replicas with one id would destroy each other's text.
    pub fn new() -> Engine {
        let mut options = Options::with_client_id(ClientID::random());
        // Yjs counts UTF-16 units. Tidying marks would make the server an author of deletes.
        options.offset_kind = OffsetKind::Utf16;
        options.skip_gc = false;
        options.cleanup_formatting = false;
        Engine::Awake(Doc::with_options(options))
    }

    /// The document.
    ///
    /// # Errors
    /// It rests, and whoever wanted to use it did not wake it.
    pub fn doc(&self) -> Result<&Doc, ReplicaError> {
        match self {
            Engine::Awake(doc) => Ok(doc),
            Engine::Resting(_) => Err(ReplicaError::Poisoned),
        }
    }

    /// The document as it will rest; `None` if it rests already.
    pub fn packed(&self) -> Option<Resting> {
        let Engine::Awake(doc) = self else { return None };
        let update = doc.transact().encode_state_as_update_v1(&StateVector::default());
        let packed = zstd::bulk::compress(&update, LEVEL).ok()?;
        Some(Resting { packed, size: update.len() })
    }
}

impl Resting {
    /// The update that says the whole document.
    pub fn update(&self) -> Result<Update, ReplicaError> {
        let update = zstd::bulk::decompress(&self.packed, self.size).map_err(|_| ReplicaError::Poisoned)?;
        Update::decode_v1(&update).map_err(|_| ReplicaError::Poisoned)
    }
}

#[cfg(test)]
mod tests {
    use aukio_protocol::Limits;
    use aukio_protocol::update::validate;
    use aukio_text::markdown::parse;

    use crate::{Replica, Source};

    fn add(replica: &mut Replica, update: &[u8]) {
        replica.apply(Source::SERVER, update, &validate(update, &Limits::default()).unwrap()).unwrap();
    }

    #[test]
    fn a_document_that_has_rested_goes_on_as_if_it_had_not() {
        let first = Replica::from_tree(&parse("## Kokous\n\nAlku ja **tärkeää**.")).unwrap();
        let mut writer = Replica::open(None, [&first]).unwrap();
        let (mut awake, mut rested) = (Replica::new(), Replica::new());
        let mut texts = vec![writer.snapshot().unwrap()];
        for text in ["## Kokous\n\nAlku.\n\nToinen.", "Kaikki toisin.", "", "Lopuksi tämä."] {
            texts.extend(writer.replace_with(&parse(text)).unwrap());
        }
        for update in &texts {
            add(&mut awake, update);
            add(&mut rested, update);
            assert!(!rested.rest_if_unused(), "it was just used");
            assert!(rested.rest_if_unused());
            assert!(rested.rest_if_unused(), "it goes on resting");
            assert_eq!(rested.state_vector(), awake.state_vector());
        }
        assert_eq!(rested.canonical().unwrap(), awake.canonical().unwrap());
        assert!(!rested.rest_if_unused(), "the question has woken it");
        // What it writes itself after a rest is as good as anybody's.
        assert!(rested.rest_if_unused());
        let own = rested.replace_with(&parse("Lopuksi tämä.\n\nJa palvelimen sana.")).unwrap().unwrap();
        add(&mut awake, &own);
        assert_eq!(rested.canonical().unwrap(), awake.canonical().unwrap());
    }

    #[test]
    fn an_updates_first_part_still_waits_after_a_rest() {
        let first = Replica::from_tree(&parse("Ensin.")).unwrap();
        let mut writer = Replica::open(None, [&first]).unwrap();
        let second = writer.replace_with(&parse("Ensin.\n\nSitten.")).unwrap().unwrap();
        let mut late = Replica::new();
        add(&mut late, &second);
        assert_eq!(late.waiting(), 1);
        late.rest_if_unused();
        assert!(late.rest_if_unused());
        add(&mut late, &first);
        assert_eq!((late.waiting(), late.canonical().unwrap()), (0, writer.canonical().unwrap()));
    }
}
