//! What holds for all inputs: what is written is read back, and nothing else is.

use std::collections::BTreeMap;

use aukio_protocol::wire::{self, Message};
use aukio_protocol::{Limits, awareness, state_vector, update};
use proptest::prelude::*;

fn message() -> impl Strategy<Value = Message<'static>> {
    let bytes = || proptest::collection::vec(any::<u8>(), 0..200).prop_map(|bytes| &*bytes.leak());
    let words = || "[a-zåäö ]{0,40}".prop_map(|words| &*words.leak());
    prop_oneof![
        bytes().prop_map(Message::SyncStep1),
        bytes().prop_map(Message::SyncStep2),
        bytes().prop_map(Message::Update),
        bytes().prop_map(Message::Awareness),
        words().prop_map(Message::Auth),
        Just(Message::QueryAwareness),
        proptest::collection::vec(any::<u8>(), 0..16).prop_map(|bytes| Message::SyncStatus(bytes.leak())),
        (0..1u64 << 53).prop_map(Message::Hello),
        (0..1u64 << 53).prop_map(Message::Saved),
        words().prop_map(Message::Refused),
        any::<bool>().prop_map(Message::AccessChanged),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn messages_come_back_as_they_were(messages in proptest::collection::vec(message(), 1..16)) {
        let frame: Vec<u8> = messages.iter().flat_map(wire::encode).collect();
        prop_assert_eq!(wire::decode(&frame, &Limits::default()).unwrap(), messages);
    }

    #[test]
    fn a_frame_that_is_cut_is_refused_or_is_fewer_messages(messages in proptest::collection::vec(message(), 1..4), cut in any::<prop::sample::Index>()) {
        let frame: Vec<u8> = messages.iter().flat_map(wire::encode).collect();
        let cut = cut.index(frame.len());
        if let Ok(fewer) = wire::decode(&frame[..cut], &Limits::default()) {
            prop_assert_eq!(&fewer[..], &messages[..fewer.len()]);
        }
    }

    #[test]
    fn state_vectors_come_back(vector in proptest::collection::btree_map(0..1u64 << 53, 0..=update::CLOCK_MAX, 0..40)) {
        let vector: BTreeMap<u64, u32> = vector;
        prop_assert_eq!(state_vector::decode(&state_vector::encode(&vector), &Limits::default()).unwrap(), vector);
    }

    #[test]
    fn awareness_comes_back(entries in proptest::collection::vec((0..1u64 << 53, any::<u32>(), "\"[a-z]{0,20}\"|null|\\{\\}"), 0..20)) {
        let entries: Vec<_> = entries.into_iter().map(|(client, clock, state)| awareness::Entry { client, clock, state }).collect();
        prop_assert_eq!(awareness::decode(&awareness::encode(entries.iter()), &Limits::default()).unwrap(), entries);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let limits = Limits::default();
        let _ = wire::decode(&bytes, &limits);
        let _ = update::validate(&bytes, &limits);
        let _ = awareness::decode(&bytes, &limits);
        let _ = state_vector::decode(&bytes, &limits);
    }
}

#[test]
fn every_limit_is_kept() {
    let check = |what: &str, limits: Limits, frame: &[u8]| {
        assert!(wire::decode(frame, &Limits::default()).is_ok(), "{what}");
        let error = wire::decode(frame, &limits).unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
    };
    let update = wire::encode_update(&[0; 40]);
    check("bytes in a frame", Limits { frame_bytes_max: 10, ..Limits::default() }, &update);
    check("bytes in an update", Limits { update_bytes_max: 39, ..Limits::default() }, &update);
    check("bytes in a sync step 2", Limits { step2_bytes_max: 39, ..Limits::default() }, &wire::encode_step2(&[0; 40]));
    check(
        "bytes in a state vector",
        Limits { state_vector_bytes_max: 9, ..Limits::default() },
        &wire::encode_step1(&[0; 10]),
    );
    check(
        "bytes in an awareness update",
        Limits { awareness_bytes_max: 9, ..Limits::default() },
        &wire::encode_awareness(&[0; 10]),
    );
    check("bytes in a text", Limits { text_bytes_max: 2, ..Limits::default() }, &wire::encode_refused("xyz"));
    check(
        "bytes in a sync status",
        Limits { sync_status_bytes_max: 1, ..Limits::default() },
        &wire::encode_sync_status(&[1, 2]),
    );
    check("messages in a frame", Limits { messages_max: 2, ..Limits::default() }, &[3, 3, 3]);

    // Two structs of one client, one of two deleted ranges, an array in an array.
    let bytes = [1, 2, 5, 0, 0x04, 1, 1, 97, 1, 120, 0x88, 5, 0, 1, 117, 1, 117, 0, 1, 5, 2, 0, 1, 1, 1];
    assert!(update::validate(&bytes, &Limits::default()).is_ok());
    for (what, limits) in [
        ("bytes in an update", Limits { update_bytes_max: 5, ..Limits::default() }),
        ("structs in an update", Limits { structs_max: 1, ..Limits::default() }),
        ("ranges in a delete set", Limits { delete_ranges_max: 1, ..Limits::default() }),
        ("values nested in values", Limits { nesting_max: 1, ..Limits::default() }),
    ] {
        let error = update::validate(&bytes, &limits).unwrap_err().to_string();
        assert!(error.contains(what), "{error} instead of {what}");
    }
    let entries = [1, 2].map(|client| awareness::Entry { client, clock: 1, state: "\"abc\"".to_owned() });
    let bytes = awareness::encode(entries.iter());
    for (what, limits) in [
        ("clients in an awareness update", Limits { awareness_clients_max: 1, ..Limits::default() }),
        ("bytes in an awareness state", Limits { awareness_state_bytes_max: 4, ..Limits::default() }),
    ] {
        assert!(awareness::decode(&bytes, &limits).unwrap_err().to_string().contains(what));
    }
}
