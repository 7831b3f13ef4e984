//! Every form that a person can open, filled with what no form may take: too long, with characters that pretend,
//! with bytes that are no text. Each time a clear word at the field in the page's language, what was typed kept,
//! and nothing changed.

use std::fmt::Write as _;

use scraper::{Html, Selector};

use crate::harness::{Page, Teller, Workspace};

/// A text field of a form, as its page offers it.
#[derive(Clone)]
struct Field {
    /// The address of the page that the form stands on.
    page: String,
    action: String,
    name: String,
    /// Whether it takes several lines. Within them directions may turn; a name must not.
    paragraphs: bool,
    /// The longest text that the page lets people type, in characters.
    most: usize,
    /// Of the form's fields of that name, which one.
    place: usize,
    /// What the form sends when nobody touches it.
    fields: Vec<(String, String)>,
}

const OVERRIDE: &str = "an override of direction";

/// Values that no field of text takes, percent-encoded, with what of them the answer shows again.
fn refused(most: usize) -> Vec<(&'static str, String, Option<String>)> {
    vec![
        ("too long", "a".repeat(most + 1), None),
        (OVERRIDE, "abc%E2%80%AEdef".to_owned(), Some("abc\u{202e}def".to_owned())),
        ("a bell", "abc%07def".to_owned(), Some("abc\u{7}def".to_owned())),
        ("a nul", "abc%00def".to_owned(), None),
        ("no text at all", "abc%FF%FEdef".to_owned(), None),
        ("an overlong slash", "abc%C0%AFdef".to_owned(), None),
        ("half a surrogate", "abc%ED%A0%80def".to_owned(), None),
    ]
}

fn fields_of(page: &Page) -> Vec<Field> {
    let html = Html::parse_document(&page.body);
    let forms = Selector::parse("main form[method=post]").expect("a selector");
    let texts = "input:not([type]), input[type=text], input[type=email], input[type=url], textarea";
    let texts = Selector::parse(texts).expect("a selector");
    let mut fields = Vec::new();
    for form in html.select(&forms) {
        let action = form.attr("action").filter(|action| !action.is_empty()).unwrap_or(&page.address).to_owned();
        let select = format!("main form[method=post][action=\"{action}\"]");
        let all = page.form(if form.attr("action").is_some() { &select } else { "main form[method=post]" }).fields;
        let mut seen: Vec<String> = Vec::new();
        for field in form.select(&texts) {
            let Some(name) = field.attr("name").map(str::to_owned) else { continue };
            // A field that only programs fill in is there to be left alone.
            if field.attr("tabindex") == Some("-1") || field.attr("readonly").is_some() {
                continue;
            }
            let place = seen.iter().filter(|seen| **seen == name).count();
            seen.push(name.clone());
            fields.push(Field {
                page: page.address.clone(),
                action: action.clone(),
                paragraphs: field.value().name() == "textarea",
                most: field.attr("maxlength").and_then(|most| most.parse().ok()).unwrap_or(250_000),
                fields: all.clone(),
                name,
                place,
            });
        }
    }
    fields
}

impl Field {
    /// The form with `value`, percent-encoded already, in this field.
    fn filled(&self, value: &str) -> String {
        let mut body = String::new();
        let mut place = 0;
        for (name, kept) in &self.fields {
            let here = *name == self.name && {
                place += 1;
                place - 1 == self.place
            };
            let sent = if here { value.to_owned() } else { encoded(kept) };
            let _ = write!(body, "{}{}={sent}", if body.is_empty() { "" } else { "&" }, encoded(name));
        }
        // The act of forms that have several buttons.
        body.push_str("&act=post");
        body
    }
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        let _ = if byte.is_ascii_alphanumeric() { write!(out, "{}", byte as char) } else { write!(out, "%{byte:02X}") };
        out
    })
}

async fn check(teller: &Teller, field: &Field) {
    let before = teller.get(&field.page).await;
    for (what, value, shown) in refused(field.most) {
        if field.paragraphs && what == OVERRIDE {
            continue;
        }
        let answer = teller.sends_form(&field.action, field.filled(&value)).await;
        let place = format!("{} «{}» with {what}", field.page, field.name);
        assert_eq!(answer.status, 422, "{place}: {}", answer.text().chars().take(300).collect::<String>());
        assert_eq!(answer.attribute("html", "lang"), before.attribute("html", "lang"), "{place}");
        let faults = answer.attributes("main [aria-invalid=true]", "name");
        assert!(faults.contains(&field.name), "{place}: the fault is told at {faults:?}");
        assert!(answer.count("main .error") > 0, "{place}: no words at the field");
        assert!(answer.count("[role=alert] a[href^='#']") > 0, "{place}: the summary leads to no field");
        if let Some(shown) = shown {
            let visible = shown.replace('\u{7}', "");
            let typed = answer.attributes("main [aria-invalid=true]", "value").join(" ")
                + &answer.texts("main textarea").join(" ");
            assert!(typed.contains(&shown) || typed.contains(&visible), "{place}: what was typed is gone: {typed:?}");
        }
    }
    // Kept texts and tokens differ from page to page; what people see does not.
    let after = teller.get(&field.page).await;
    assert_eq!(before.text(), after.text(), "{}: something changed", field.page);
}

#[tokio::test]
async fn no_form_takes_what_is_no_text() {
    let workspace = Workspace::open().await;
    let (network, founder) = workspace.network().await;
    let group = workspace.founds(&founder, &network, "Työryhmä", &[]).await;
    let asking = workspace.founds(&founder, &network, "Pyynnöstä", &[("joining", "request")]).await;
    let unfounded = Workspace::open().await;
    let thread = founder.starts_thread(&group, "Keskustelu", "Aloitus").await;
    let document = founder.writes_document(&group, "Asiakirja", "Alku\n\n## Luku\n\nTeksti").await;
    let other = workspace.member("Aino Asiakas").await;
    other.posts(&thread, "Toisen viesti").await;

    let mut seen = 0;
    for (teller, pages) in [
        (
            &founder,
            vec![
                format!("/fi/spaces/new?parent={network}"),
                format!("/fi/spaces/{group}/edit"),
                format!("/fi/spaces/{group}/members"),
                format!("/fi/spaces/{group}/threads/new"),
                format!("/fi/spaces/{group}/documents/new"),
                thread.clone(),
                format!("{thread}/1/edit"),
                format!("{thread}/2/withdraw"),
                format!("{document}/plain"),
                format!("{document}/description"),
                format!("{document}/versions/1"),
                "/fi/me".to_owned(),
            ],
        ),
        (&other, vec![format!("/fi/spaces/{asking}")]),
        (&unfounded.visitor(), vec![unfounded.invitation()]),
        (&workspace.visitor(), vec!["/sv/sign-in".to_owned(), "/en/register".to_owned()]),
    ] {
        for address in pages {
            let page = teller.peek(&address).await;
            if page.status != 200 {
                panic!("{address} answers {}", page.status);
            }
            let fields = fields_of(&page);
            assert!(!fields.is_empty(), "{address} has no form");
            for field in fields {
                check(teller, &field).await;
                seen += 1;
            }
        }
    }
    assert!(seen >= 25, "only {seen} fields were found");
}
