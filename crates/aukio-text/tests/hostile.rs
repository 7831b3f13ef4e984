//! What strangers write: whatever comes in, only the printer's own elements, attributes and harmless links
//! come out, and it takes a moment only.

use aukio_text::tree::{Block, Cell, Document, Inline, Item, Marks, Row};
use aukio_text::{diff, html, markdown, plain};
use scraper::{Html, Node};

const ELEMENTS: &[(&str, &[&str])] = &[
    // What the parser of the test puts around a piece.
    ("html", &[]),
    ("body", &[]),
    ("p", &[]),
    ("br", &[]),
    ("hr", &[]),
    ("h2", &[]),
    ("h3", &["id"]),
    ("h4", &["id"]),
    ("ul", &[]),
    ("ol", &["start"]),
    ("li", &[]),
    ("strong", &[]),
    ("em", &[]),
    ("s", &[]),
    ("code", &[]),
    ("pre", &["class", "tabindex", "role", "aria-label"]),
    ("blockquote", &["class"]),
    ("a", &["href", "rel"]),
    ("div", &["class", "tabindex", "role", "aria-label"]),
    ("section", &["class", "id", "data-key"]),
    ("table", &[]),
    ("thead", &[]),
    ("tbody", &[]),
    ("tr", &[]),
    ("th", &["scope", "colspan", "rowspan"]),
    ("td", &["colspan", "rowspan"]),
];

fn check(source: &str, html: &str) {
    for node in Html::parse_fragment(html).tree.values() {
        let element = match node {
            Node::Element(element) => element,
            Node::Text(_) | Node::Document | Node::Fragment => continue,
            other => panic!("{other:?} from {source:?}: {html}"),
        };
        let allowed = ELEMENTS.iter().find(|(name, _)| *name == element.name());
        let (_, attributes) = allowed.unwrap_or_else(|| panic!("<{}> from {source:?}: {html}", element.name()));
        for (name, value) in element.attrs() {
            assert!(attributes.contains(&name), "{name} from {source:?}: {html}");
            if name == "href" {
                let good = ["http://", "https://", "mailto:", "/", "#"];
                let lower = value.to_ascii_lowercase();
                assert!(good.iter().any(|start| lower.starts_with(start)), "{value} from {source:?}");
                assert!(!lower.starts_with("//") && !value.contains(char::is_control), "{value} from {source:?}");
            }
            if ["class", "rel", "role", "scope", "tabindex"].contains(&name) {
                let own = [
                    "scroll",
                    "quote",
                    "passus",
                    "passus__text",
                    "newer",
                    "noopener",
                    "nofollow ugc noopener",
                    "region",
                    "row",
                    "col",
                    "0",
                ];
                assert!(own.contains(&value), "{name}={value} from {source:?}");
            }
        }
    }
}

/// Texts that would act, if something let them.
fn payloads() -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let handlers =
        ["onerror", "onload", "onclick", "onfocus", "ontoggle", "onmouseover", "onanimationstart", "onbegin"];
    let elements =
        ["img src=x", "svg", "body", "input autofocus", "details open", "video src=x", "iframe", "math", "a href=#"];
    for handler in handlers {
        for element in elements {
            all.push(format!("<{element} {handler}=alert(1)>"));
        }
    }
    let schemes = [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "java\nscript:alert(1)",
        "&#106;avascript:alert(1)",
        "&#x6A;avascript:alert(1)",
        "javascript&colon;alert(1)",
        "java&Tab;script:alert(1)",
        "java&NewLine;script:alert(1)",
        "\u{1}javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "data:text/html;base64,PHNjcmlwdD4=",
        "vbscript:msgbox(1)",
        "file:///etc/passwd",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/%09/evil.example",
        "javascript://kunta.fi/%0aalert(1)",
        "blob:https://x/1",
        "https:evil",
        "ftp://x",
        "http://x\" onclick=alert(1) \"",
        "http://x' onclick='alert(1)",
        "mailto:a@b\"><script>alert(1)</script>",
        "view-source:javascript:alert(1)",
        "jav\u{ad}ascript:alert(1)",
        "javascript\u{2028}:alert(1)",
        "http://\u{0}x",
    ];
    for scheme in schemes {
        all.push(format!("[x]({scheme})"));
        all.push(format!("[x](<{scheme}>)"));
        all.push(format!("![x]({scheme} \"onerror=alert(1)\")"));
        all.push(format!("<{scheme}>"));
        all.push(format!("[x][y]\n\n[y]: {scheme} '\"><script>alert(1)</script>'"));
        all.push(format!("<a href=\"{scheme}\">x</a>"));
    }
    let texts = [
        "<script>alert(1)</script>",
        "<ScRiPt src=//x></sCrIpT>",
        "<<script>script>alert(1)<</script>/script>",
        "<style>@import '//x';</style>",
        "<link rel=stylesheet href=//x>",
        "<meta http-equiv=refresh content='0;//x'>",
        "<base href=//x>",
        "<form action=//x><button>x</button></form>",
        "<object data=//x></object>",
        "<embed src=//x>",
        "<template><script>alert(1)</script></template>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<!--><img src=x onerror=alert(1)>-->",
        "<![CDATA[<img src=x onerror=alert(1)>]]>",
        "<?xml version=\"1.0\"?><x/>",
        "</p></div></section><script>alert(1)</script>",
        "`</code><script>alert(1)</script>`",
        "```\"><script>alert(1)</script>\n</code></pre><script>alert(1)</script>\n```",
        "```</pre>\nx\n```",
        "    </code></pre><script>alert(1)</script>",
        "**<b onclick=alert(1)>x</b>**",
        "| <script>alert(1)</script> | \" onclick=x |\n|---|---|\n| </table><script>alert(1)</script> | </td> |",
        "## <script>alert(1)</script>\n\n### \" id=\"x\" onclick=\"alert(1)\n\ntext",
        "# '\"><img src=x onerror=alert(1)>",
        "> <script>alert(1)</script>",
        "- </li></ul><script>alert(1)</script>",
        "1. <iframe srcdoc='<script>alert(1)</script>'>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&#60;script&#62;alert(1)&#60;/script&#62;",
        "\u{0}<\u{0}script>alert(1)</script>",
        "<scr\u{0}ipt>alert(1)</scr\u{0}ipt>",
        "+ADw-script+AD4-",
        "\u{202e}<script>",
        "<plaintext>",
        "<xmp><script>",
        "<textarea>",
        "<title>",
        "</textarea><script>alert(1)</script>",
        "<select><option>",
        "<frameset>",
        "<portal src=//x>",
        "<x-a onfocus=alert(1)>",
        "[<img src=x onerror=alert(1)>](https://kunta.fi)",
        "[x](https://kunta.fi \"' onclick=alert(1)\")",
        "https://kunta.fi/\"onmouseover=alert(1)",
        "www.kunta.fi/<script>alert(1)</script>",
        "a@b.fi\"><script>alert(1)</script>",
    ];
    all.extend(texts.map(String::from));
    all
}

fn check_tree(source: &str, tree: &Document) {
    let options = html::Options { unknown: source.to_owned(), table: source.to_owned(), code: source.to_owned() };
    check(source, &html::message(tree));
    check(source, &html::message_with(tree, &options));
    let sections = html::document(tree, &options);
    for section in &sections {
        check(source, &section.html);
    }
    check(source, &html::contents(&sections));
    check(source, &html::message(&markdown::parse(&markdown::print(tree))));
}

#[test]
fn markdown_cannot_act() {
    let payloads = payloads();
    assert!(payloads.len() >= 250, "{}", payloads.len());
    for payload in &payloads {
        check_tree(payload, &markdown::parse(payload));
    }
    for pair in payloads.windows(2) {
        for joined in [pair.concat(), pair.join("\n\n"), format!("> {}\n- {}", pair[0], pair[1])] {
            check_tree(&joined, &markdown::parse(&joined));
        }
    }
}

#[test]
fn trees_cannot_act() {
    for payload in payloads() {
        let inlines = |code: bool| {
            let marks = Marks { bold: true, italic: true, strike: true, code, link: Some(payload.clone()) };
            vec![Inline::Text { text: payload.clone(), marks }, Inline::Break, Inline::plain(payload.clone())]
        };
        let paragraph = Block::Paragraph(inlines(false));
        let cell = |header| Cell { header, colspan: u32::MAX, rowspan: u32::MAX, blocks: vec![paragraph.clone()] };
        let items = vec![
            Item { blocks: vec![paragraph.clone(), Block::Paragraph(inlines(true))] },
            Item { blocks: Vec::new() },
        ];
        let heading = |level| Block::Heading { level, inlines: inlines(false) };
        let blocks = vec![
            paragraph.clone(),
            heading(2),
            heading(3),
            heading(0),
            heading(200),
            Block::BulletList(items.clone()),
            Block::OrderedList { start: u32::MAX, items },
            Block::Quote(vec![heading(2), paragraph.clone()]),
            Block::Code { language: payload.clone(), text: payload.clone() },
            Block::Table(vec![Row { cells: vec![cell(true), cell(false)] }, Row { cells: Vec::new() }]),
            Block::Unknown { name: payload.clone(), text: payload.clone() },
        ];
        check_tree(&payload, &Document { blocks });
    }
}

#[test]
fn towers_end_soon() {
    let texts = [
        ">".repeat(10_000),
        "[".repeat(100_000),
        "![".repeat(50_000),
        "- ".repeat(5_000),
        "1. ".repeat(5_000),
        "*a ".repeat(50_000),
        "**a _b ".repeat(20_000),
        "~~a ".repeat(50_000),
        "`".repeat(90_000),
        "`a``b```c".repeat(10_000),
        "[a](".repeat(30_000),
        "<".repeat(100_000),
        "<a ".repeat(40_000),
        "&".repeat(100_000),
        "a@".repeat(60_000),
        "www.".repeat(50_000),
        "https://".repeat(20_000),
        "|".repeat(100_000),
        format!("{}\n{}\n{}", "|a".repeat(1000), "|-".repeat(1000), "|b\n".repeat(30_000)),
        "[a]: b\n".repeat(20_000),
        "\\".repeat(100_000),
        (0..400).map(|depth| format!("{}- a\n", "  ".repeat(depth))).collect(),
        (0..90).map(|depth| format!("{}a\n", "> ".repeat(depth))).collect(),
        "# a\n".repeat(30_000),
    ];
    for text in texts {
        let started = std::time::Instant::now();
        let tree = markdown::parse(&text);
        html::message(&tree);
        html::contents(&html::document(&tree, &html::Options::default()));
        plain::sections(&tree);
        markdown::print(&tree);
        diff::words(&tree, &markdown::parse("aivan muuta"));
        let start: String = text.chars().take(20).collect();
        println!("{start:?} {:?}", started.elapsed());
        assert!(started.elapsed().as_secs() < 10, "{start:?} took {:?}", started.elapsed());
    }
}

#[test]
fn a_tree_too_deep_is_printed_flat() {
    let mut block = Block::Paragraph(vec![Inline::plain("syvällä")]);
    for turn in 0..2000 {
        block = if turn % 2 == 0 {
            Block::Quote(vec![block])
        } else {
            Block::BulletList(vec![Item { blocks: vec![block] }])
        };
    }
    let tree = Document { blocks: vec![block] };
    check("a tower", &html::message(&tree));
    assert_eq!(plain::text(&tree), "syvällä");
    assert!(markdown::print(&tree).ends_with("syvällä"));
    assert!(!diff::words(&tree, &Document::default()).is_empty());
}
