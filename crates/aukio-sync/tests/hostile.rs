//! Mutated updates against a live replica: what the decoder lets through must not hurt the engine behind it, and a
//! replica that has taken some in must still be a document. `AUKIO_SOAK` multiplies. And hostile trees made with a
//! real engine: what is drawn of them is text.

#[path = "../../aukio-protocol/fuzz/mutate.rs"]
mod mutate;

use aukio_protocol::{Limits, update};
use aukio_sync::{Replica, ReplicaError, Source};
use aukio_text::tree::Block;
use aukio_text::{html, plain};
use yrs::types::Attrs;
use yrs::{
    Any, Doc, Text, Transact, TransactionMut, WriteTxn, Xml, XmlElementPrelim, XmlElementRef, XmlFragment,
    XmlFragmentRef, XmlTextPrelim,
};

use mutate::{Chance, corpus, mutate as change};

const MUTATIONS: usize = 100_000;
/// Updates that one replica takes before it is looked at and a new one begins.
const EACH: usize = 200;
const GROWTH_BYTES_MAX: usize = 16 << 20;

fn soak() -> usize {
    std::env::var("AUKIO_SOAK").ok().and_then(|times| times.parse().ok()).unwrap_or(1)
}

fn resident_bytes() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4096
}

/// A replica meets mutations of these; returns how many it took in.
fn one_life(inputs: &[Vec<u8>], seed: u64) -> usize {
    let (limits, mut chance) = (Limits::default(), Chance::new(seed));
    let (mut replica, mut log) = (Replica::new(), Vec::new());
    let mut taken = 0;
    for _ in 0..EACH {
        let mut bytes = inputs[chance.below(inputs.len())].clone();
        change(&mut bytes, &inputs[chance.below(inputs.len())], &mut chance);
        let Ok(summary) = update::validate(&bytes, &limits) else { continue };
        match replica.apply(Source::SERVER, &bytes, &summary) {
            Ok(applied) => {
                taken += 1;
                log.extend(applied.updates.into_iter().map(|(_, bytes)| bytes));
            }
            // A fault of the engine, caught: the room loads the document again. Here the log is cut there.
            Err(ReplicaError::Poisoned) => {
                replica = Replica::open(None, &log).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
            }
            Err(_) => {}
        }
    }
    // Whatever came in, the log makes the same document again, and it can be read or is refused in words.
    let mut again = Replica::open(None, &log).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    assert_eq!(again.state_vector(), replica.state_vector(), "seed {seed}");
    assert_eq!(again.canonical().unwrap(), replica.canonical().unwrap(), "seed {seed}");
    let _ = replica.tree();
    taken
}

#[test]
fn mutated_updates_leave_a_document() {
    let inputs: Vec<Vec<u8>> =
        corpus().into_iter().filter(|(name, _)| name.starts_with("update")).map(|(_, bytes)| bytes).collect();
    one_life(&inputs, 0);
    // Faults of the engine are expected and caught; telling of each would take more memory than they do.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |fault| {
        if !fault.location().is_some_and(|place| place.file().contains("yrs")) {
            hook(fault);
        }
    }));
    let before = resident_bytes();
    let lives = (MUTATIONS * soak()).div_ceil(EACH) as u64;
    let taken: usize = (1..=lives).map(|seed| one_life(&inputs, seed)).sum();
    assert!(taken > EACH, "mutations that nothing lets through test nothing");
    let growth = resident_bytes().saturating_sub(before);
    assert!(growth < GROWTH_BYTES_MAX, "{growth} bytes");
}

/// A replica of what somebody did with an engine of their own.
fn made(act: impl FnOnce(&mut TransactionMut<'_>, &XmlFragmentRef)) -> Result<Replica, ReplicaError> {
    let doc = Doc::with_client_id(1);
    let mut tx = doc.transact_mut();
    let root = tx.get_or_insert_xml_fragment("default");
    act(&mut tx, &root);
    Replica::open(None, [tx.encode_update_v1()])
}

fn drawn(replica: &mut Replica) -> String {
    let tree = replica.tree().unwrap();
    html::document(&tree, &html::Options::default()).iter().map(|section| section.html.clone()).collect()
}

#[test]
fn hostile_nodes_are_drawn_as_text() {
    let mut replica = made(|tx, root| {
        for (place, name) in ["script", "img src=x onerror=alert(1)", "svg", "iframe", "<b>"].into_iter().enumerate() {
            let node = root.insert(tx, place as u32, XmlElementPrelim::empty(name));
            node.insert_attribute(tx, "onclick", "alert(1)");
            node.insert_attribute(tx, "src", "javascript:alert(1)");
            node.insert(tx, 0, XmlTextPrelim::new("<script>alert(1)</script>"));
        }
        let paragraph = root.insert(tx, 0, XmlElementPrelim::empty("paragraph"));
        paragraph.insert_attribute(tx, "style", "background:url(javascript:alert(1))");
        let text = paragraph.insert(tx, 0, XmlTextPrelim::new(""));
        for (place, address) in (0..).zip(["javascript:alert(1)", "JaVa\tscript:alert(1)", "data:text/html,<script>"]) {
            let link = std::collections::HashMap::from([("href".to_owned(), Any::from(address))]);
            let marks = Attrs::from([
                ("link".into(), Any::Map(std::sync::Arc::new(link))),
                ("onerror".into(), Any::Bool(true)),
            ]);
            text.insert_with_attributes(tx, place, "x", marks);
        }
    })
    .unwrap();
    let drawn = drawn(&mut replica).to_lowercase();
    for bad in
        ["<script", "<svg", "<iframe", "<img", "href=\"java", "href=\"data", "onclick=\"", "onerror=\"", "style=\""]
    {
        assert!(!drawn.contains(bad), "{bad} in {drawn}");
    }
    assert!(drawn.contains("&lt;script&gt;alert(1)"), "shown as text: {drawn}");
    let tree = replica.tree().unwrap();
    assert_eq!(tree.blocks.iter().filter(|block| matches!(block, Block::Unknown { .. })).count(), 5);
}

/// Quotes in quotes, with words at the bottom.
fn deep(tx: &mut TransactionMut<'_>, root: &XmlFragmentRef, depth: usize) {
    let mut node: XmlElementRef = root.insert(tx, 0, XmlElementPrelim::empty("blockquote"));
    for _ in 1..depth {
        node = node.insert(tx, 0, XmlElementPrelim::empty("blockquote"));
    }
    node.insert(tx, 0, XmlTextPrelim::new("pohjalla"));
}

#[test]
fn what_lies_too_deep_is_shown_flat_or_refused() {
    for depth in [5, 31, 32, 33, 60] {
        let mut replica = made(|tx, root| {
            deep(tx, root, depth);
            let next = root.insert(tx, 1, XmlElementPrelim::empty("paragraph"));
            next.insert(tx, 0, XmlTextPrelim::new("vieressä"));
        })
        .unwrap();
        let text = plain::text(&replica.tree().unwrap());
        assert!(text.contains("pohjalla") && text.contains("vieressä"), "{depth}: {text}");
        assert!(drawn(&mut replica).contains("pohjalla"), "{depth}");
    }
    let refused = made(|tx, root| deep(tx, root, 10_000));
    assert!(matches!(refused, Err(ReplicaError::TooDeep | ReplicaError::Update(_))));
}
