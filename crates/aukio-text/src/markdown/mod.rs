//! Markdown (CommonMark with tables, strikethrough and bare links) to the neutral tree, and back.
//!
//! Raw HTML is not Markdown here: it is text and is shown as such. A single line break stays a line break,
//! because that is what people who have never heard of Markdown expect.
//!
//! What Markdown can hold is less than what a tree can: [`normalise`] tells the difference beforehand, and
//! `parse(&print(tree)) == normalise(tree)` for every tree.

mod escape;
mod normal;
mod reader;
mod writer;

pub use normal::normalise;
pub use reader::parse;
pub use writer::print;

/// The longest text that is parsed, in bytes; longer ones are cut. Four bytes for each character of the longest
/// text that a form takes.
pub const BYTES_MOST: usize = 1024 * 1024;

/// Cells of all tables in a text. A row of one sign may stand for a thousand empty cells; further rows are text.
const CELLS_MOST: usize = 20_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Block;

    fn round(markdown: &str) {
        let tree = parse(markdown);
        let printed = print(&tree);
        assert_eq!(parse(&printed), tree, "{printed}");
    }

    #[test]
    fn what_is_printed_reads_back() {
        round("Hei *maailma* ja **kaikki** `koodi` ~~ei~~");
        round("## Otsikko\n\nteksti\n\n- a\n  - b\n    - c\n- d\n\n1. x\n2. y");
        round("> lainaus\n> jatkuu\n>\n> > sisempi");
        round("```rust\nfn main() {}\n```");
        round("| a | b |\n|---|---|\n| 1 \\| 2 | **x** |");
        round("[linkki](https://kunta.fi/a_b) ja https://kunta.fi");
        round("1\\. ei luettelo\n\\- eikä tämä\n\\# eikä tämä");
        round("rivi\nrivi *kursiivi\nyli rivin*");
        round("---");
        round("5. viides\n6. kuudes");
        round("- a\n\n* b\n\n- c");
        round("1. a\n\n1) b");
        round("- - a\n  - b");
        round("-\n-\n\nteksti");
        round("A & B &copy; a_b <https://x.fi/?a=1&b=2> kirje@kunta.fi");
        round("**(a)** ja *b **c** d*");
        round("## otsikko \\#\n\n##");
        round("`` ` `` ja ` ` ja `a|b`");
        round("| `a\\|b` |\n|---|\n| \\\\ |");
        round("\\\\\\![linkki](https://kunta.fi) ja hei\\![linkki](/x)");
        round("![kuva](https://kunta.fi/k.png)");
        round("a < b & c > d \\* [x]");
    }

    #[test]
    fn people_can_read_what_is_printed() {
        let check = |markdown: &str| assert_eq!(print(&parse(markdown)), markdown);
        check("Hei! Huom: AT&T, a_b, 3 < 4 > 2, #5, @maija, 50 %, (näin) – show. Q&A");
        check("## Otsikko\n\nteksti **lihava *ja kursiivi*** ja `koodi`\n\n- yksi\n- kaksi\n\n  + sisällä");
        check("[linkki](<https://kunta.fi/?a=1&b=2>) <https://kunta.fi>");
    }

    #[test]
    fn a_long_line_of_signs_changes_nothing_else() {
        let tree = parse(&format!("# Otsikko\n\n{}\n\n**teksti**", "-".repeat(300)));
        assert_eq!(tree.blocks.len(), 3);
        assert!(matches!(tree.blocks[0], Block::Heading { level: 2, .. }) && tree.blocks[1] == Block::Rule);
    }

    #[test]
    fn what_is_too_deep_is_kept_as_text() {
        let markdown = format!("{}syvällä\n", "> ".repeat(60));
        let tree = parse(&markdown);
        assert_eq!(crate::plain::text(&tree), "syvällä");
        let tree = parse(&format!("{}syvällä\n", "> ".repeat(600)));
        assert!(crate::plain::text(&tree).ends_with("syvällä"));
    }

    #[test]
    fn a_table_cannot_grow_out_of_a_few_signs() {
        let markdown = format!("{}\n{}\n{}", "|a".repeat(1000), "|-".repeat(1000), "|b\n".repeat(5000));
        let html = crate::html::message(&parse(&markdown));
        assert!(html.len() < 40 * CELLS_MOST, "{}", html.len());
    }

    #[test]
    fn hostile_texts_end() {
        for text in
            [">".repeat(10_000), "[".repeat(100_000), "*a ".repeat(30_000), "- ".repeat(5_000), "`".repeat(90_000)]
        {
            let tree = parse(&text);
            let _ = print(&tree);
            let _ = crate::html::message(&tree);
        }
    }
}
