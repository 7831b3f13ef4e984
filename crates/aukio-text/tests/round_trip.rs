//! What is printed reads back, whatever the tree.

use aukio_text::markdown::{normalise, parse, print};
use aukio_text::tree::{Block, Cell, Document, Inline, Item, Marks, Row};
use aukio_text::{diff, html, plain};
use proptest::prelude::*;

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => "[a-zåäö]{1,6}",
        2 => " {1,2}".prop_map(String::from),
        3 => prop::sample::select(vec![
            "*", "_", "`", "~", "[", "]", "(", ")", "<", ">", "&", "\\", "|", "#", "-", "+", "=", "!", ":", "1.", "2)",
            "---", "***", "```", "~~~", "&amp;", "&#65;", "<b>", "https://x.fi", "www.x.fi", "a@b.fi", "](", "![", "\n",
            "\t", "\r", "\0", "\u{a0}", "🙂", "\u{202e}", "e\u{301}", "«", "”", "    ", "| --- |", ">", "mailto:a@b.fi",
        ]).prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn marks() -> impl Strategy<Value = Marks> {
    let link = prop_oneof![
        5 => Just(None),
        1 => Just(Some("https://kunta.fi/a_b?x=1&amp;y=(2)".to_owned())),
        1 => Just(Some("https://kunta.fi/".to_owned())),
        1 => Just(Some("/fi/x<y>\\z".to_owned())),
        1 => Just(Some("javascript:alert(1)".to_owned())),
    ];
    (prop::bool::weighted(0.3), prop::bool::weighted(0.3), prop::bool::weighted(0.2), prop::bool::weighted(0.1), link)
        .prop_map(|(bold, italic, strike, code, link)| Marks { bold, italic, strike, code, link })
}

fn inlines() -> impl Strategy<Value = Vec<Inline>> {
    let inline = prop_oneof![
        8 => (text(), marks()).prop_map(|(text, marks)| Inline::Text { text, marks }),
        1 => Just(Inline::Break),
    ];
    prop::collection::vec(inline, 0..5)
}

fn blocks() -> impl Strategy<Value = Vec<Block>> {
    let leaf = prop_oneof![
        6 => inlines().prop_map(Block::Paragraph),
        2 => (0..7_u8, inlines()).prop_map(|(level, inlines)| Block::Heading { level, inlines }),
        1 => (text(), text()).prop_map(|(language, text)| Block::Code { language, text }),
        1 => Just(Block::Rule),
        1 => (text(), text()).prop_map(|(name, text)| Block::Unknown { name, text }),
    ];
    let block = leaf.prop_recursive(3, 24, 4, |inner| {
        let blocks = prop::collection::vec(inner, 0..4);
        let item = blocks.clone().prop_map(|blocks| Item { blocks });
        let items = prop::collection::vec(item, 0..4);
        let cell = (any::<bool>(), blocks.clone()).prop_map(|(header, blocks)| Cell {
            header,
            colspan: 2,
            rowspan: 0,
            blocks,
        });
        let row = prop::collection::vec(cell, 0..3).prop_map(|cells| Row { cells });
        prop_oneof![
            items.clone().prop_map(Block::BulletList),
            (any::<u32>(), items).prop_map(|(start, items)| Block::OrderedList { start, items }),
            blocks.prop_map(Block::Quote),
            prop::collection::vec(row, 0..3).prop_map(Block::Table),
        ]
    });
    prop::collection::vec(block, 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_tree_survives_markdown(blocks in blocks()) {
        let tree = Document { blocks };
        let normal = normalise(&tree);
        let printed = print(&tree);
        prop_assert_eq!(&parse(&printed), &normal, "{}", printed);
        prop_assert_eq!(normalise(&normal), normal.clone());
        let letters = |document: &Document| {
            plain::text(document).chars().filter(|c| c.is_alphanumeric()).collect::<String>()
        };
        prop_assert_eq!(letters(&normal), letters(&tree));
    }

    #[test]
    fn markdown_survives_the_tree(pieces in prop::collection::vec(text(), 0..12)) {
        let tree = parse(&pieces.join("\n"));
        let printed = print(&tree);
        let again = parse(&printed);
        prop_assert_eq!(&again, &normalise(&tree), "{}", printed);
        prop_assert_eq!(plain::text(&again), plain::text(&tree));
    }

    #[test]
    fn every_tree_is_printed_and_compared(before in blocks(), after in blocks()) {
        let (before, after) = (Document { blocks: before }, Document { blocks: after });
        html::message(&before);
        html::contents(&html::document(&before, &html::Options::default()));
        let changes = diff::words(&before, &after);
        prop_assert!(diff::words(&after, &after).iter().all(|change| !change.is_change()));
        drop(changes);
    }
}
